"""An evaluation as a table: a line a figure, a column an arm. The terminal, the page and the docs show the same one."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from cartjury.data.eval_records import NOT_MEASURED, Arm, Evaluation, Figure, Source
from cartjury.data.text import one_line
from cartjury.tools.evals import shown

SOURCES: Final[dict[Source, str]] = {
    "live": "live models",
    "recorded": "recorded answers of real models",
    "fixture": "answers written by hand",
    "offline": "no model",
}


ELSEWHERE: Final[dict[Source, str]] = {
    "live": "whatever answers at another address than a provider's",
    "recorded": "recorded answers of whatever answered",
}
ABREAST: Final = 4  # arms in a table of the terminal


class Cell(NamedTuple):
    """A figure of an arm; empty where the arm has no such figure."""

    arm: str
    value: str = ""
    interval: str = ""
    n: int = 0
    target: str = ""
    missed: bool = False
    why: str = ""

    @property
    def text(self) -> str:
        """Number and interval in one."""
        return f"{self.value} ({self.interval})" if self.interval else self.value


class Line(NamedTuple):
    """A figure over all arms."""

    name: str
    cells: tuple[Cell, ...]

    def target(self, run: Sequence[int]) -> str:
        """What some of the arms should come to, in words, and which of them where it is not asked of all."""
        cells = [self.cells[n] for n in run if self.cells[n].value]
        found = dict.fromkeys(cell.target for cell in cells if cell.target)
        held = {text: [cell.arm for cell in cells if cell.target == text] for text in found}
        return " / ".join(t if len(arms) == len(cells) else f"{t} ({', '.join(arms)})" for t, arms in held.items())


def lines(evaluation: Evaluation) -> tuple[Line, ...]:
    """The figures in the order in which arms first name them, a cell for every arm."""
    names = dict.fromkeys(one_line(f.name) for arm in evaluation.arms for f in arm.figures)
    return tuple(_line(name, evaluation.arms) for name in names)


def source_of(arm: Arm) -> str:
    """Where the answers of an arm come from, in words; of one that was not run, why."""
    if arm.source is None:
        return f"{NOT_MEASURED}: {arm.why_not}"
    if arm.elsewhere and arm.source in ELSEWHERE:
        return f"{ELSEWHERE[arm.source]} ({', '.join(arm.elsewhere)})"
    return SOURCES[arm.source]


def took(arm: Arm) -> str:
    """What an arm took, in a line; empty where no model was asked."""
    if not arm.calls:
        return ""
    tokens = f"{arm.tokens_in:,} + {arm.tokens_out:,} tokens"
    return f"{arm.calls:,} calls, {tokens}, {shown.money(arm.cost_usd, arm.cost_unknown_calls)}, {arm.seconds:,.0f} s"


def as_text(evaluation: Evaluation) -> Iterator[tuple[list[str], list[list[str]]]]:
    """Headers and rows of tables for a terminal, each of a few arms that were run; others are told of elsewhere."""
    run = [n for n, arm in enumerate(evaluation.arms) if arm.figures]
    for at in range(0, len(run), ABREAST):
        yield _table(evaluation, run[at : at + ABREAST])


def _table(evaluation: Evaluation, run: list[int]) -> tuple[list[str], list[list[str]]]:
    header = ["Figure", *(evaluation.arms[n].name for n in run), "n", "Target"]
    rows = []
    for line in lines(evaluation):
        if not any(line.cells[n].value for n in run):
            continue
        counts = sorted({line.cells[n].n for n in run if line.cells[n].value})
        n = "" if not counts else f"{counts[0]:,}" if len(counts) == 1 else f"{counts[0]:,}-{counts[-1]:,}"
        rows.append([line.name, *(_marked(line.cells[n]) for n in run), n, line.target(run)])
    return header, rows


def as_markdown(evaluation: Evaluation, names: Sequence[str], wanted: Callable[[str], bool] = bool) -> str:
    """A Markdown table of some arms.

    Args:
        evaluation: what was measured.
        names: of the arms that are columns.
        wanted: which figures are lines, by name.

    Raises:
        ValueError: there is no such arm.
    """
    run = [n for name in names for n, arm in enumerate(evaluation.arms) if arm.name == name]
    if len(run) < len(names):
        raise ValueError(f"not all of {', '.join(names)} were evaluated")
    head = [f"| figure | {' | '.join(names)} | target |", f"|---|{'--:|' * len(names)}---|"]
    for line in lines(evaluation):
        cells = [line.cells[n] for n in run]
        if wanted(line.name) and any(cell.value for cell in cells):
            head.append(f"| {line.name} | {' | '.join(_marked(cell) for cell in cells)} | {line.target(run)} |")
    return "\n".join(head)


def missed(evaluation: Evaluation) -> Iterator[tuple[str, Figure]]:
    """Figures that are not as they should be, each with the arm it is of; comparisons have none."""
    for arm in evaluation.arms:
        yield from ((arm.name, figure) for figure in arm.figures if figure.missed)
    yield from (("", figure) for figure in evaluation.comparisons if figure.missed)


def _line(name: str, arms: tuple[Arm, ...]) -> Line:
    found = [next((f for f in arm.figures if one_line(f.name) == name), None) for arm in arms]
    return Line(name, tuple(_cell(arm, f) for arm, f in zip(arms, found, strict=True)))


def _cell(arm: Arm, figure: Figure | None) -> Cell:
    if figure is None:
        return Cell(arm.name)
    wanted = shown.target(figure.target, figure.unit)
    return Cell(arm.name, shown.value(figure), shown.interval(figure), figure.n, wanted, figure.missed, figure.why)


def _marked(cell: Cell) -> str:
    return f"{cell.text} MISSED" if cell.missed else cell.text
