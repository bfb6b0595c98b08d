"""What the commands do once their options are read."""

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer

from cartjury.app.config import Settings, load_keys, load_settings
from cartjury.app.finished import read_plan, report
from cartjury.app.terminal import Progress, leaving_at_once, say
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.run_records import Manifest

OFFLINE = "offline"
MODEL_KEYS = ("GROQ_API_KEY", "CEREBRAS_API_KEY")
MOCK_ONLY = ("--n-users", "--missing-aov")  # options that mean nothing beside a file


def run_job(
    input_file: Path | None, given: Mapping[str, Any], *, config: Path | None, resumed: Path | None, as_json: bool
) -> None:
    """Run or resume the whole job, then show its segments.

    Raises:
        InputError: bad input, or options that this run would have to ignore.
    """
    said = [f"--{k.replace('_', '-')}" for k, v in {**given, "config": config}.items() if v is not None]
    if resumed:
        refuse("--resume", [*([str(input_file)] if input_file else []), *said])
        folder, asked = resumed, None
    else:
        if input_file:
            refuse(f"the file {input_file}", [option for option in said if option in MOCK_ONLY])
        load_keys(Path.cwd())
        settings = load_settings(given, Path.cwd(), config)
        check_jury(settings)
        folder, asked = folder_of(settings), request(input_file, settings)
    report(folder, run_to_end(folder, asked), as_json=as_json)


def folder_of(settings: Settings) -> Path:
    """Where the results go: the folder that was asked for, else a fresh one."""
    from cartjury.graph.folders import new_run_folder

    return Path(settings.out) if settings.out else new_run_folder()


def refuse(what: str, ignored: Sequence[str]) -> None:
    """Refuse options that have no meaning beside others, rather than quietly ignoring them.

    Raises:
        InputError: there are such options.
    """
    if ignored:
        raise InputError(f"{what} cannot be combined with {', '.join(ignored)}")


def run_to_end(folder: Path, given: Any) -> Manifest:
    """Run the graph into a folder, or finish what was begun there where nothing is given."""
    from cartjury.app import runner

    with leaving_at_once(f"cartjury run --resume {folder} finishes this run"), Progress() as progress:
        state = runner.resume(folder, progress) if given is None else runner.run(given, folder, progress)
    if state.manifest is None:
        raise InputError(f"the run in {folder} has not finished")
    return state.manifest


def request(input_file: Path | None, settings: Settings) -> Any:
    """Make the graph's input from the settings."""
    from cartjury.graph.state import Input

    options = Options.model_validate({k: getattr(settings, k) for k in Options.model_fields})
    if input_file is not None:
        return Input(input_path=str(input_file), seed=settings.seed, as_of=settings.as_of, options=options)
    return Input(n_users=settings.n_users, seed=settings.seed, as_of=settings.as_of, options=options)


def check_jury(settings: Settings) -> None:
    """Refuse a jury that this version cannot seat, rather than quietly seating another.

    Raises:
        InputError: `jury`, `effort` or `require_models` ask for language models.
    """
    wanted = [w for w in (settings.jury, settings.effort) if w not in {None, OFFLINE}]
    if wanted or settings.require_models:
        asked = wanted[0] if wanted else "--require-models"
        raise InputError(f"this version seats the offline jury only, not '{asked}': say --jury offline")
    keys = [key for key in MODEL_KEYS if os.environ.get(key)]
    if settings.models or (keys and settings.jury is None):
        why = "models are set" if settings.models else f"{' and '.join(keys)} is set"
        say(f"note: {why}, but this version seats the offline jury only: no model is asked")


def generate_file(out: Path, given: Mapping[str, Any]) -> None:
    """Write mock carts to a file."""
    from cartjury.tools.generate import write_mock

    settings = load_settings(given, Path.cwd())
    day = settings.as_of or date.today()  # noqa: DTZ011 - the user's own calendar day
    write_mock(out, n_users=settings.n_users, seed=settings.seed, as_of=day, missing_aov=settings.missing_aov)
    say(f"wrote {settings.n_users:,} users as of {day} to {out}")


def apply_file(plan_file: Path, input_file: Path, given: Mapping[str, Any], *, as_json: bool) -> None:
    """Apply a plan to a file and publish the results."""
    from cartjury.graph.folders import fresh_work, spare_input
    from cartjury.tools.apply import apply_plan, options_of
    from cartjury.tools.publish import Settings as Recorded
    from cartjury.tools.publish import publish_run

    plan = read_plan(plan_file)
    settings = load_settings(given, Path.cwd())
    options = options_of(plan, Options.model_validate({k: getattr(settings, k) for k in Options.model_fields}))
    folder = folder_of(settings)
    spare_input(input_file, folder)
    with fresh_work(folder) as work:
        results = apply_plan(plan, input_file, work, options, settings.as_of)
        manifest = publish_run(results, folder.resolve().name, folder, work, Recorded(options, None, {}))
    report(folder, manifest, as_json=as_json)


def print_sql(plan_file: Path, dialect: str) -> None:
    """Print a plan as SQL."""
    from cartjury.tools.engine.dialects import export_sql

    typer.echo(export_sql(read_plan(plan_file), dialect), nl=False)
