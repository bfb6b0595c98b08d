"""What the commands do once their options are read."""

import csv
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import typer

from cartjury.app.config import Settings, load_keys, load_settings
from cartjury.app.terminal import Exit, Progress, say, show_table
from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Manifest

OFFLINE = "offline"
SHOWN = (
    "Segment Name",
    "Rules Applied",
    "Size",
    "Conv_Pot",
    "Lift_vs_Control",
    "Profitability",
    "Overall_Score",
    "Valid",
)
NUMERIC = ("Size", "Conv_Pot", "Lift_vs_Control", "Profitability", "Overall_Score")


def run_job(
    input_file: Path | None, given: Mapping[str, Any], *, config: Path | None, resumed: Path | None, as_json: bool
) -> None:
    """Run or resume the whole job, then show its segments."""
    from cartjury.app import runner
    from cartjury.graph.folders import new_run_folder

    progress = Progress()
    if resumed is not None:
        folder = resumed
        state = runner.resume(folder, progress)
    else:
        load_keys(Path.cwd())
        settings = load_settings(given, Path.cwd(), config)
        check_jury(settings)
        folder = Path(settings.out) if settings.out else new_run_folder()
        state = runner.run(request(input_file, settings), folder, progress)
    progress.done()
    if state.manifest is None:
        raise InputError(f"the run in {folder} has not finished")
    report(folder, state.manifest, as_json=as_json)


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


def generate_file(out: Path, given: Mapping[str, Any]) -> None:
    """Write mock carts to a file."""
    from cartjury.tools.generate import write_mock

    settings = load_settings(given, Path.cwd())
    day = settings.as_of or date.today()  # noqa: DTZ011 - the user's own calendar day
    write_mock(out, n_users=settings.n_users, seed=settings.seed, as_of=day, missing_aov=settings.missing_aov)
    say(f"wrote {settings.n_users:,} users as of {day} to {out}")


def apply_file(plan_file: Path, input_file: Path, given: Mapping[str, Any], *, as_json: bool) -> None:
    """Apply a plan to a file and publish the results."""
    from cartjury.graph.folders import WORK, new_run_folder
    from cartjury.tools.apply import apply_plan, options_of
    from cartjury.tools.publish import Settings as Recorded
    from cartjury.tools.publish import publish_run

    plan = read_plan(plan_file)
    settings = load_settings(given, Path.cwd())
    options = options_of(plan, Options.model_validate({k: getattr(settings, k) for k in Options.model_fields}))
    folder = Path(settings.out) if settings.out else new_run_folder()
    work = folder / WORK
    work.mkdir(parents=True, exist_ok=True)
    results = apply_plan(plan, input_file, work, options, settings.as_of)
    manifest = publish_run(results, folder.name, folder, work, Recorded(options, None, {}))
    report(folder, manifest, as_json=as_json)


def read_plan(path: Path) -> SegmentPlan:
    """Read a plan file.

    Raises:
        InputError: no such file, or not a plan of a schema this version reads.
    """
    if not path.is_file():
        raise InputError(f"there is no plan {path}")
    return SegmentPlan.from_json(path.read_text(encoding="utf-8"))


def print_sql(plan_file: Path, dialect: str) -> None:
    """Print a plan as SQL."""
    from cartjury.tools.engine.dialects import export_sql

    typer.echo(export_sql(read_plan(plan_file), dialect), nl=False)


def show_run(folder: Path, *, as_json: bool) -> None:
    """Show a finished run and check its files against the manifest."""
    from cartjury.tools.source import sha256_of

    path = folder / "manifest.json"
    if not path.is_file():
        raise InputError(f"{folder} holds no finished run (there is no manifest.json)")
    manifest = Manifest.model_validate_json(path.read_text(encoding="utf-8"))
    changed = [
        name
        for name, entry in manifest.files.items()
        if not (folder / name).is_file() or sha256_of(folder / name) != entry.sha256
    ]
    if changed:
        say(f"warning: changed or missing since the run wrote them: {', '.join(changed)}")
    report(folder, manifest, as_json=as_json)


def report(folder: Path, manifest: Manifest, *, as_json: bool) -> None:
    """Show what a run found: warnings on stderr, segments on stdout.

    Raises:
        typer.Exit: with code 1 if the proof failed.
    """
    rows = _strategy(folder)
    for warning in manifest.warnings:
        say(f"warning: {warning}")
    if as_json:
        shown = {"run": str(folder), "segments": rows, "manifest": manifest.model_dump(mode="json")}
        typer.echo(json.dumps(shown, indent=2))
    else:
        show_table(SHOWN, [[_short(c, row[c]) for c in SHOWN] for row in rows], NUMERIC)
    proof = "proven MECE" if manifest.mece_proven else "NOT proven MECE"
    say(
        f"{manifest.users:,} users in {manifest.segments} segments as of {manifest.as_of}, {proof}, "
        f"named by: {manifest.jury} jury\nresults: {folder}   open {folder / 'report.html'}"
    )
    if not manifest.mece_proven:
        raise typer.Exit(Exit.MISSED)


def _strategy(folder: Path) -> list[dict[str, str]]:
    with (folder / "mece_strategy.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _short(column: str, cell: str) -> str:
    if column == "Size":
        return f"{int(cell):,}"
    return f"{float(cell):.3f}" if column in NUMERIC and cell else cell or "unknown"
