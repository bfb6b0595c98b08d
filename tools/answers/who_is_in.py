"""Who is in a segment: its rule and its means beside those of everyone. Never rows; of a tiny segment only the rule."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from cartjury.data.contract import DERIVED
from cartjury.data.revision_records import Standing
from cartjury.data.run_records import SegmentProfile
from cartjury.tools.answers.subject import Subject, subject
from cartjury.tools.brief import SMALL
from cartjury.tools.figures import NONE, count, users_said
from cartjury.tools.markdown import shown, table
from cartjury.tools.report_view import FACTS, Fact

HEAD: Final = ("mean of", "here", "everyone", "known of")
RANKS: Final = frozenset({"conversion_rank", "profitability_rank"})
CONVERSION: Final = Fact("conversion", "Conversion potential", 3)
LAST_ORDER: Final = Fact("days_since_last_order", "Days since the last order", 1)


def who_is_in(segment_id: str, standing: Standing) -> str:
    """Say who is in a segment; see `answer`."""
    about = subject(segment_id, standing)
    users, total = about.profile.users, standing.universe.size
    if not users:
        size = "Nobody is in it now; later users may be."
    elif users < SMALL:
        size = f"{users_said(users)}, too few to show more of.".capitalize()
    else:
        size = f"{users_said(users)}, {users / total:.1%} of {total:,}."
    means = _means(about, standing.profiles) if users >= SMALL else ""
    return "\n\n".join(filter(None, [f"**{about.title}**", about.rule, size, means]))


def _means(about: Subject, profiles: Sequence[SegmentProfile]) -> str:
    rows = [
        (shown(fact.label), _value(about.profile, fact), _number(_everyone(profiles, fact.column), fact.digits), known)
        for fact in _facts(about.profile)
        if (known := count(about.profile.known[fact.column])) != "0"
    ]
    return table(HEAD, rows, HEAD[1:])


def _facts(profile: SegmentProfile) -> Iterator[Fact]:
    told = (*FACTS, *(fact for fact in (LAST_ORDER, CONVERSION) if fact.column in profile.means))
    yield from told
    seen = {fact.column for fact in told} | RANKS | set(DERIVED)
    yield from (Fact(column, column.replace("_", " "), 2) for column in profile.means if column not in seen)


def _value(profile: SegmentProfile, fact: Fact) -> str:
    """The mean here, unless it is that of fewer than 20 values."""
    return _number(fact.mean(profile), fact.digits) if profile.known[fact.column] >= SMALL else NONE


def _everyone(profiles: Sequence[SegmentProfile], column: str) -> float | None:
    """The mean over the universe: over its users with a value, whatever segment they are in."""
    parts = [(p.means.get(column), p.known.get(column, 0)) for p in profiles]
    known = sum(n for _, n in parts)
    return math.fsum((mean or 0.0) * n for mean, n in parts) / known if known >= SMALL else None


def _number(mean: float | None, digits: int) -> str:
    return NONE if mean is None else f"{mean:,.{digits}f}"
