"""The segments as they are, in one table."""

from typing import Final

from cartjury.data.chat_records import SegmentLine
from cartjury.data.revision_records import Standing
from cartjury.tools.figures import NONE, count, score
from cartjury.tools.lines import lines_of
from cartjury.tools.markdown import shown, table

HEAD: Final = ("rank", "id", "name", "users", "score", "rule")
NUMBERS: Final = ("rank", "users", "score")


def overview(standing: Standing) -> str:
    """Show the segments, best first; see `answer`."""
    plan, universe = standing.plan, standing.universe
    lines = lines_of(standing)
    days = f"{universe.window_days} day{'s' * (universe.window_days != 1)}"
    lead = (
        f"{sum(bool(line.users) for line in lines)} segments of {universe.size:,} users who abandoned a cart in the "
        f"{days} up to {universe.as_of}. Plan {plan.plan_hash[:8]}, revision {plan.revision}."
    )
    return f"{lead}\n\n{table(HEAD, [_row(line) for line in lines], NUMBERS)}"


def _row(line: SegmentLine) -> tuple[str, ...]:
    marks = [*(["locked"] if line.locked else []), *(["breaks a size limit"] if line.users and not line.valid else [])]
    name = shown(line.name) + (f" ({', '.join(marks)})" if marks else "")
    rank = str(line.rank) if line.rank else NONE
    return (rank, line.id, name, count(line.users), score(line.overall, line.users), shown(line.rule, 120))
