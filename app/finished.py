"""What a finished run left behind: its plan, its manifest, its segments, as commands read and show them."""

import csv
import json
from pathlib import Path

import typer
from pydantic import ValidationError

from cartjury.app.config import in_words
from cartjury.app.finished_revision import of_which_revision
from cartjury.app.terminal import Exit, say, show_table
from cartjury.data.errors import InputError, PlanError
from cartjury.data.jury_records import NOT_ASKED
from cartjury.data.places import is_url
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Manifest
from cartjury.tools.report_calls import money

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


def read_plan(path: Path) -> SegmentPlan:
    """Read a plan file.

    Raises:
        InputError: no such file, or not a plan of a schema this version reads.
    """
    if not path.is_file():
        raise InputError(f"there is no plan {path}")
    try:
        return SegmentPlan.from_json(path.read_text(encoding="utf-8"))
    except PlanError as error:
        if isinstance(error.__cause__, ValidationError):
            raise PlanError(f"{path} is not a valid plan: {in_words(error.__cause__)}") from error
        raise PlanError(f"{path}: {error}") from error
    except UnicodeDecodeError as error:
        raise PlanError(f"{path} is not a plan: it is not text in UTF-8") from error


def show_run(folder: Path, *, as_json: bool) -> None:
    """Show a finished run and check its files against the manifest."""
    from cartjury.graph.recorded import read_manifest

    manifest = read_manifest(folder)
    warn_of_changes(folder, manifest)
    for line in of_which_revision(folder, manifest):
        say(line)
    report(folder, manifest, as_json=as_json)


def warn_of_changes(folder: Path, manifest: Manifest) -> None:
    """Say which files of a run are missing, or no longer those that it wrote."""
    from cartjury.tools.source import sha256_of

    changed = [
        name
        for name, entry in manifest.files.items()
        if not is_url(name)
        if not (folder / name).is_file() or sha256_of(folder / name) != entry.sha256
    ]
    if changed:
        say(f"warning: changed or missing since the run wrote them: {', '.join(changed)}")


def report(folder: Path, manifest: Manifest, *, as_json: bool, revision: int = 1) -> None:
    """Show what a run found: warnings on stderr, segments on stdout.

    Args:
        folder: of the results.
        manifest: the one that lies in it.
        as_json: for programs.
        revision: of the plan that was applied, where one was.

    Raises:
        typer.Exit: with code 1 if the proof failed.
        InputError: the scores are gone, or are no longer a table that this version wrote.
    """
    rows = _strategy(folder)
    for warning in manifest.warnings:
        say(f"warning: {warning}")
    if as_json:
        shown = {"run": str(folder), "segments": rows, "manifest": manifest.model_dump(mode="json")}
        typer.echo(json.dumps(shown, indent=2))
    else:
        show_table(SHOWN, [[_short(c, row[c]) for c in SHOWN] for row in rows], NUMERIC)
    found = f"{counted(manifest.users, 'user')} in {counted(manifest.segments, 'segment')} as of {manifest.as_of}"
    proof = "proven MECE" if manifest.mece_proven else "NOT proven MECE"
    made_up = ", of made-up carts" if manifest.source.generated else ""
    of = f", which is revision {revision}" if revision > 1 else ""
    say(f"{found}{made_up}, {proof}{_named_by(manifest)}{of}")
    say(f"results: {folder}   open {folder / 'report.html'}")
    if not manifest.mece_proven:
        raise typer.Exit(Exit.MISSED)


def _named_by(manifest: Manifest) -> str:
    """Say who named the segments, and on a line of its own what models took."""
    panel = manifest.panel
    if manifest.jury == "plan":
        return ", names from the plan"
    if manifest.jury == NOT_ASKED:
        return ", no names were asked for"
    if panel is None or panel.effort == "offline":
        return f", named by: {manifest.jury} jury"
    named = manifest.names_by_origin
    words = {"offline": "offline", "person": "by a person", "rule": "by rule"}
    names = [f"{counted(named.get('model', 0), 'name')} by models"]
    names += [f"{named[origin]:,} {words[origin]}" for origin in words if origin in named]
    took = counted(manifest.calls, "request")
    if manifest.calls:
        took += f", {counted(sum(manifest.tokens.values()), 'token')}, {_cost(manifest)}"
    return f"\nnamed by: {panel.preset} jury ({panel.effort}): {', '.join(names)}; {took}"


def _cost(manifest: Manifest) -> str:
    unknown = manifest.cost_unknown_calls
    if unknown == manifest.calls:
        return "cost not known"
    return money(manifest.cost_usd) + (f" and the unknown cost of {counted(unknown, 'request')}" if unknown else "")


def counted(number: int, noun: str) -> str:
    """Say how many there are: "1 user", "2,479 users"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _strategy(folder: Path) -> list[dict[str, str]]:
    path = folder / "mece_strategy.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, strict=True))
            if rows and not set(SHOWN) <= set(rows[0]):
                raise InputError(f"{path} lacks columns that a run writes")
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}") from error


def _short(column: str, cell: str) -> str:
    """Write a cell for the terminal; whatever was put into the file by hand is shown as it is."""
    try:
        return f"{int(cell):,}" if column == "Size" else f"{float(cell):.3f}" if column in NUMERIC else cell
    except (ValueError, TypeError):
        return cell or "unknown"
