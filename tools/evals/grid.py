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

    value: str = ""
    interval: str = ""
    n: int = 0
    missed: bool = False
    why: str = ""

    @property
    def text(self) -> str:
        """Number and interval in one."""
        return f"{self.value} ({self.interval})" if self.interval else self.value


class Line(NamedTuple):
    """A figure over all arms.

    Attributes:
        target: in words; empty where nothing is asked of any arm.
    """

    name: str
    cells: tuple[Cell, ...]
    target: str


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
        rows.append([line.name, *(_marked(line.cells[n]) for n in run), n, line.target])
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
    places = [next((n for n, a in enumerate(evaluation.arms) if a.name == name), None) for name in names]
    if None in places:
        raise ValueError(f"no arm {names[places.index(None)]} was evaluated")
    head = [f"| figure | {' | '.join(names)} | target |", f"|---|{'--:|' * len(names)}---|"]
    for line in lines(evaluation):
        cells = [line.cells[n] for n in places if n is not None]
        if wanted(line.name) and any(cell.value for cell in cells):
            head.append(f"| {line.name} | {' | '.join(_marked(cell) for cell in cells)} | {line.target} |")
    return "\n".join(head)


def missed(evaluation: Evaluation) -> Iterator[tuple[str, Figure]]:
    """Figures that are not as they should be, each with the arm it is of; comparisons have none."""
    for arm in evaluation.arms:
        yield from ((arm.name, figure) for figure in arm.figures if figure.missed)
    yield from (("", figure) for figure in evaluation.comparisons if figure.missed)


def _line(name: str, arms: tuple[Arm, ...]) -> Line:
    found = [next((f for f in arm.figures if one_line(f.name) == name), None) for arm in arms]
    wanted = dict.fromkeys(shown.target(f.target, f.unit) for f in found if f and f.target)
    return Line(name, tuple(_cell(f) for f in found), " / ".join(wanted))


def _cell(figure: Figure | None) -> Cell:
    if figure is None:
        return Cell()
    return Cell(shown.value(figure), shown.interval(figure), figure.n, figure.missed, figure.why)


def _marked(cell: Cell) -> str:
    return f"{cell.text} MISSED" if cell.missed else cell.text
