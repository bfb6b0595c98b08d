"""What the commands do once their options are read."""

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import typer

from cartjury.app.config import Settings, load_keys, load_settings
from cartjury.app.finished import read_plan, report
from cartjury.app.terminal import Exit, leaving_at_once, say, whoami
from cartjury.data.call_records import Panel
from cartjury.data.errors import InputError, ModelError
from cartjury.data.model_records import ModelTable
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.data.run_records import Manifest

OFFLINE = "offline"
MOCK_ONLY = ("--n-users", "--missing-aov")  # options that mean nothing beside a file


def run_job(
    input_file: str | None,
    given: Mapping[str, Any],
    *,
    config: Path | None,
    resumed: Path | None,
    replayed: Path | None,
    as_json: bool,
) -> None:
    """Run, resume or replay the whole job, then show its segments.

    Raises:
        InputError: bad input, or options that this run would have to ignore.
        ModelError: models are required, and a seat has none.
    """
    said = [f"--{k.replace('_', '-')}" for k, v in {**given, "config": config}.items() if v is not None]
    load_keys(Path.cwd())
    table = load_table(config or Path("cartjury.toml"))
    if resumed:
        refuse("--resume", [*([input_file] if input_file else []), *(["--replay"] if replayed else []), *said])
        folder, asked = resumed, None
    elif replayed:
        refuse("--replay", [option for option in said if option != "--out"])
        folder, asked = folder_of(given.get("out")), again(replayed, input_file)
    else:
        if input_file:
            refuse(f"the file {input_file}", [option for option in said if option in MOCK_ONLY])
        settings = load_settings(given, Path.cwd(), config)
        panel = check_jury(settings, table)
        if settings.models and not panel.seats and settings.jury != OFFLINE:
            say("note: models are set, but the offline jury sits: no provider has a key, or no effort asks for one")
        warm_up(settings)
        make_ready(panel, table)
        folder, asked = folder_of(settings.out), request(input_file, settings)
    manifest = run_to_end(folder, asked, table)
    report(folder, manifest, as_json=as_json)
    judge_run(manifest, replayed)


def judge_run(manifest: Manifest, replayed: Path | None) -> None:
    """End with the exit code that says what a finished run still lacks.

    Raises:
        ModelError: models were required, and not all of them did their part.
        typer.Exit: with code 1 where a replay differs from its record.
    """
    from cartjury.graph.recorded import read_manifest

    changed = differing(manifest, read_manifest(replayed)) if replayed else []
    if changed:
        say(f"warning: this replay differs from its record in {', '.join(changed)}")
        raise typer.Exit(Exit.MISSED)
    if manifest.options.get("require_models") and (manifest.abstentions or manifest.names_by_origin.get(OFFLINE)):
        raise ModelError("--require-models: the models did not do all of their part, see the warnings above")


def differing(manifest: Manifest, recorded: Manifest) -> list[str]:
    """Names of files that are not those of the recorded run."""
    names = {**recorded.files, **manifest.files}
    return [name for name in names if manifest.files.get(name) != recorded.files.get(name)]


def folder_of(out: str | None) -> Path:
    """Where the results go: the folder that was asked for, else a fresh one."""
    from cartjury.graph.folders import new_run_folder

    return Path(out) if out else new_run_folder()


def refuse(what: str, ignored: Sequence[str]) -> None:
    """Refuse options that have no meaning beside others, rather than quietly ignoring them.

    Raises:
        InputError: there are such options.
    """
    if ignored:
        raise InputError(f"{what} cannot be combined with {', '.join(ignored)}")


def run_to_end(folder: Path, given: Any, table: ModelTable) -> Manifest:
    """Run the graph into a folder, or finish what was begun there where nothing is given."""
    from cartjury.app import runner
    from cartjury.app.progress import CSV, PARQUET, Progress
    from cartjury.graph.folders import WORK
    from cartjury.tools.engine.duck import SPILL, percent

    shares = CSV if given is not None and given.input_path and ".csv" in given.input_path else PARQUET
    hint, scratch = f"cartjury run --resume {folder} finishes this run", folder / WORK / SPILL
    with leaving_at_once(hint, scratch), Progress(percent, shares) as progress:
        watch = runner.Watch(progress, progress.note, progress.counted)
        new = given is not None
        state = runner.run(given, folder, watch, table) if new else runner.resume(folder, watch, table)
    if state.manifest is None:
        raise InputError(f"the run in {folder} has not finished")
    return state.manifest


def again(folder: Path, input_file: str | None) -> Any:
    """Make the graph's input that repeats a finished run, its jury heard from its record.

    Raises:
        InputError: no finished run, one without a jury of its own, or the carts it was made from are needed.
    """
    from cartjury.graph.recorded import read_manifest, recorded_panel
    from cartjury.graph.state import Input

    recorded = read_manifest(folder)
    if recorded.seed is None:
        raise InputError(f"{folder} was made by apply, whose names come from a plan: there is no jury to replay")
    if recorded.revision > 1:
        raise InputError(f"{folder} is revision {recorded.revision} of a chat: replay the run that it began with")
    source = recorded.source
    if source.generated == bool(input_file):
        what = "generated carts: give no file" if source.generated else f"{source.source}: give that file too"
        raise InputError(f"the run in {folder} was made from {what}")
    if recorded.options.get("users_out"):
        raise InputError(
            f"the run in {folder} wrote its users to --users-out, where Spark names the parts anew each time: a replay "
            "could not be compared with it"
        )
    recorded_panel(folder)  # a record that was changed is refused before any work is done
    options = Options.model_validate({**recorded.options, "out": None})
    carts = {"n_users": source.rows} if source.generated else {"input_path": input_file}
    return Input.model_validate(
        {**carts, "seed": recorded.seed, "as_of": recorded.as_of, "options": options, "replay": str(folder)}
    )


def request(input_file: Path | str | None, settings: Settings) -> Any:
    """Make the graph's input from the settings."""
    from cartjury.graph.state import Input

    options = Options.model_validate({k: getattr(settings, k) for k in Options.model_fields})
    order = {"seed": settings.seed, "as_of": settings.as_of, "options": options, "by": whoami()}
    carts = {"n_users": settings.n_users} if input_file is None else {"input_path": str(input_file)}
    return Input.model_validate({**carts, **order})


def check_jury(settings: Settings, table: ModelTable) -> Panel:
    """Refuse a jury that cannot sit before any work is done for it.

    Raises:
        InputError: an unknown preset, model or effort.
        ModelError: models are required, and a seat would be without one.
    """
    from cartjury.agents.panel import convene

    panel = convene(table, settings, os.environ, 1)
    if settings.require_models and (panel.empty or panel.effort == OFFLINE):
        why = "; ".join(dict.fromkeys(panel.empty.values())) or "the offline jury asks no model"
        raise ModelError(f"--require-models: {why}")
    return panel


def make_ready(panel: Panel, table: ModelTable) -> None:
    """Load what the jury needs while the carts are read: the engine leaves a core free."""
    from cartjury.agents.clients import preload

    clients = {table.providers[model.provider].client for seat in panel.seats.values() for model in seat.models[:1]}
    if clients:
        Thread(target=preload, args=(clients,), daemon=True).start()


def warm_up(options: Options) -> None:
    """Start Spark where it is asked for, so that what it lacks is told before any work is done.

    Raises:
        InputError: pyspark or Java is missing, Spark does not start, or an option is none of this engine.
    """
    from cartjury.tools.engine.engines import check_engine

    check_engine(options)
    if options.engine != "spark":
        return
    from cartjury.tools.engine.spark_session import start

    say("starting Spark ...")
    start(options)


def generate_file(out: Path, given: Mapping[str, Any]) -> None:
    """Write mock carts to a file."""
    from cartjury.tools.generate import write_mock

    settings = load_settings(given, Path.cwd())
    day = settings.as_of or date.today()  # noqa: DTZ011 - the user's own calendar day
    write_mock(out, n_users=settings.n_users, seed=settings.seed, as_of=day, missing_aov=settings.missing_aov)
    say(f"wrote {settings.n_users:,} users as of {day} to {out}")


def apply_file(plan_file: Path, input_file: str, given: Mapping[str, Any], *, as_json: bool) -> None:
    """Apply a plan to a file and publish the results."""
    from cartjury.graph.folders import fresh_work, spare_input
    from cartjury.tools.apply import apply_plan, options_of
    from cartjury.tools.publish import Settings as Recorded
    from cartjury.tools.publish import publish_run

    plan = read_plan(plan_file)
    settings = load_settings(given, Path.cwd())
    options = options_of(plan, Options.model_validate({k: getattr(settings, k) for k in Options.model_fields}))
    folder = folder_of(settings.out)
    spare_input(input_file, folder)
    warm_up(options)
    with fresh_work(folder) as work:
        results = apply_plan(plan, input_file, work, options, settings.as_of)
        manifest = publish_run(results, folder.resolve().name, folder, work, Recorded(options, None, {}))
    report(folder, manifest, as_json=as_json, revision=plan.revision)


def print_sql(plan_file: Path, dialect: str, part: str) -> None:
    """Print a plan as SQL: the query that gives segments, the one that fits the cut points, or first this, then that.

    Raises:
        InputError: an unknown dialect or part, or nothing to fit.
    """
    from cartjury.tools.engine.dialects import export_sql
    from cartjury.tools.engine.fit_statement import export_fit

    parts = {"fit": (export_fit,), "assign": (export_sql,), "both": (export_fit, export_sql)}
    if part not in parts:
        raise InputError(f"unknown part {part!r}, known are: {', '.join(parts)}")
    plan = read_plan(plan_file)
    typer.echo("\n".join(export(plan, dialect) for export in parts[part]), nl=False)
