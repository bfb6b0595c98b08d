"""How well messages are read, as text: the table of docs/chat.md, and the lines an author of a reader looks at."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from cartjury.data.eval_records import Row
from cartjury.tools.grading import GRADES


def table(files: Mapping[str, Sequence[Row]]) -> str:
    """Return a Markdown table with a line a file: its plain English cases that are right, and the grades of all."""
    head = [f"| file | plain English, right | all | {' | '.join(GRADES)} |", f"|---|--:|--:|{'--:|' * len(GRADES)}"]
    return "\n".join((*head, *(_line(name, rows) for name, rows in files.items())))


def _line(name: str, rows: Sequence[Row]) -> str:
    plain = [value for row in rows if (value := row.scores["plain"]) is not None]
    share = f"{sum(plain):.0f} of {len(plain)} ({sum(plain) / len(plain):.0%})" if plain else "none"
    counts = Counter(row.detail["grade"] for row in rows)
    return f"| {name} | {share} | {len(rows)} | {' | '.join(str(counts[g]) for g in GRADES)} |"


def offenders(rows: Sequence[Row], grades: Sequence[str]) -> str:
    """Return one readable line for each turn with one of these grades."""
    return "\n".join(line for row in rows for line in _offending(row, grades))


def _offending(row: Row, grades: Sequence[str]) -> Iterator[str]:
    for turn in row.detail["turns"]:
        if turn["grade"] in grades:
            yield f"{row.case} ({row.detail['kind']}) {turn['utterance']!r}: {turn['grade']}, {turn['why']}"
