"""What an evaluation leaves: NAME.json, NAME_rows.jsonl and NAME.html, and what the terminal shows of it."""

import hashlib
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatch
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

import typer
from pydantic import ValidationError

from cartjury.app.terminal import Exit, say, show_table
from cartjury.data.errors import InputError
from cartjury.data.eval_records import Arm, CaseFile, Evaluation, Figure, Kind, Row
from cartjury.tools.evals import grid, page, shown
from cartjury.tools.evals.baseline import Change, changes
from cartjury.tools.evals.paired import paired
from cartjury.tools.evals.paired import worse as beyond_chance

WORDS: Final = {
    "prompts": ("cartjury.agents", "prompts/*.md"),
    "lexicon": ("cartjury.data", "lexicon.toml"),
    "personas": ("cartjury.data", "personas.toml"),
    "grammar": ("cartjury.data", "chat_*.toml"),
}
LIBRARIES: Final = ("cartjury", "langgraph", "langsmith", "langchain-core", "scipy", "krippendorff")


def versions() -> dict[str, str]:
    """What had a part in an evaluation: libraries by version, prompts and words by the hash of their files."""
    words = {name: _hash(package, pattern) for name, (package, pattern) in WORDS.items()}
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}, **words}


def _hash(package: str, pattern: str) -> str:
    folder, _, name = pattern.rpartition("/")
    found = sorted((f for f in (files(package) / folder).iterdir() if fnmatch(f.name, name)), key=lambda f: f.name)
    return hashlib.sha256(b"".join(f.read_bytes() for f in found)).hexdigest()[:12]


def evaluation(
    kind: Kind,
    seed: int,
    cases: Sequence[CaseFile],
    arms: Sequence[Arm],
    comparisons: Sequence[Figure] = (),
    conclusions: Sequence[str] = (),
) -> Evaluation:
    """Put an evaluation together, as of now and with the versions that are installed."""
    return Evaluation(
        kind=kind,
        made=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        versions=versions(),
        seed=seed,
        cases=tuple(cases),
        arms=tuple(arms),
        comparisons=tuple(comparisons),
        conclusions=tuple(conclusions),
    )


class Earlier(NamedTuple):
    """An earlier evaluation, and its rows where they lie beside it."""

    evaluation: Evaluation
    rows: tuple[Row, ...] = ()


def read_baseline(path: Path) -> Earlier:
    """Read the JSON of an earlier evaluation, and its rows.

    Raises:
        InputError: there is none, or it is none.
    """
    if not path.is_file():
        raise InputError(f"there is no baseline {path}")
    rows = path.with_name(f"{path.stem}_rows.jsonl")
    try:
        found = Evaluation.model_validate_json(path.read_bytes())
        lines = rows.read_text(encoding="utf-8").splitlines() if rows.is_file() else []
        return Earlier(found, tuple(Row.model_validate_json(line) for line in lines))
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(part) for part in fault["loc"]) or "it"
        raise InputError(f"{path} is no evaluation: {where}: {fault['msg']}") from error


def finish(
    evaluation: Evaluation, rows: Iterable[Row], out: Path, baseline: Earlier | None, *, as_json: bool | None
) -> bool:
    """Write, show, and compare.

    Args:
        evaluation: what was measured.
        rows: that its figures are made of.
        out: folder for the files.
        baseline: an earlier one to compare it with.
        as_json: show it as JSON; False: as tables; None: not at all.

    Returns:
        Whether every target was met and nothing is worse than in the baseline.
    """
    rows = tuple(rows)
    try:
        compared = changes(evaluation, baseline.evaluation) if baseline else ()
    except InputError:
        _write(evaluation, rows, (), out)  # what was measured is worth keeping
        raise
    apart = paired(rows, baseline.rows, seed=evaluation.seed) if baseline and evaluation.kind == "naming" else ()
    evaluation = evaluation.model_copy(update={"comparisons": (*evaluation.comparisons, *apart)})
    _write(evaluation, rows, compared, out)
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=1))
    elif as_json is not None:
        _show(evaluation)
    missed, worse = list(grid.missed(evaluation)), [c for c in compared if c.verdict == "worse"]
    for arm, figure in missed:
        wanted = shown.target(figure.target, figure.unit)
        say(f"missed: {arm}{': ' if arm else ''}{figure.name} is {shown.value(figure)}, and should be {wanted}")
    for change in worse:
        then, today = shown.value(change.then), shown.value(change.now)
        say(f"worse: {change.arm}: {change.now.name} was {then} in the baseline, and is {today}")
    lost = [figure for figure in apart if beyond_chance(figure)]
    for figure in lost:
        say(f"worse, table by table: {figure.name}: {shown.full(figure)}")
    if baseline and not worse and not lost:
        same = sum(c.verdict == "same" for c in compared)
        made = baseline.evaluation.made
        say(f"baseline of {made}: {same:,} of {len(compared):,} figures are the same, none is worse")
    say(f"written to {out}: {evaluation.kind}.json, {evaluation.kind}_rows.jsonl, {evaluation.kind}.html")
    return not missed and not worse and not lost


def leave(*, good: bool) -> None:
    """End with the exit code that says whether the targets were met.

    Raises:
        typer.Exit: with code 1 where one was missed.
    """
    if not good:
        raise typer.Exit(Exit.MISSED)


def _show(evaluation: Evaluation) -> None:
    for number, (header, rows) in enumerate(grid.as_text(evaluation)):
        typer.echo("\n" if number else "", nl=False)
        show_table(header, rows, header[1:-1])
    measured = [figure for figure in evaluation.comparisons if figure.value is not None]
    for figure in measured:
        typer.echo(f"{figure.name}: {shown.full(figure)}")
    if left := len(evaluation.comparisons) - len(measured):
        say(f"not measured: {left} comparisons of arms that were not both run")
    for arm in evaluation.arms:
        took = grid.took(arm)
        say(f"{arm.name}: {arm.title}; {grid.source_of(arm)}{'; ' if took else ''}{took}")
    for sentence in evaluation.conclusions:
        typer.echo(sentence)


def _write(evaluation: Evaluation, rows: Iterable[Row], compared: Sequence[Change], out: Path) -> None:
    from cartjury.tools.publish import write_atomically

    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / f"{evaluation.kind}_rows.jsonl", "".join(f"{row.model_dump_json()}\n" for row in rows))
    write_atomically(out / f"{evaluation.kind}.html", page.render(evaluation, compared))
    write_atomically(out / f"{evaluation.kind}.json", evaluation.model_dump_json(indent=1) + "\n")
