"""What blind pairs come to: how often an arm's name was preferred in both orders, tables resampled as a whole."""

from collections.abc import Mapping, Sequence
from typing import Final

from cartjury.data.eval_records import Figure, Row
from cartjury.data.outside_records import Preference
from cartjury.tools.evals.measures import Meaning, by_table, independent, not_measured

WON: Final = "decisive blind pairs won"


def score_preferences(
    pair: str, table: str, preferences: Mapping[str, Preference], names: Mapping[str, Mapping[str, str]]
) -> Row:
    """Count the pairs of a table.

    Args:
        pair: which arms, "a against b"; it stands where other rows name their arm.
        table: its id.
        preferences: by segment.
        names: of "first" and "second", by segment.
    """
    found = list(preferences.values())
    sides = [p.better for p in found]
    return Row(
        arm=pair,
        case=table,
        group=table,
        scores={
            "won": sides.count("first"),
            "lost": sides.count("second"),
            "tied": sides.count("tie"),
            "same": sum(p.same for p in found),
            "flipped": sum(p.flipped for p in found),
            "asked_twice": sum(p.better is not None and not p.same for p in found),
            "unanswered": sides.count(None),
        },
        detail={"names": names, "preferences": {i: p.model_dump(mode="json") for i, p in preferences.items()}},
    )


def preference_figures(one: str, other: str, rows: Sequence[Row], *, seed: int, why: str = "") -> tuple[Figure, ...]:
    """Make the figures of a pair of arms.

    Args:
        one: the arm whose wins are counted.
        other: the arm it is compared with.
        rows: of `score_preferences`; none where the pair was not measured.
        seed: of the resampling.
        why: why it was not.

    Returns:
        The share of decisive pairs that `one` won (ties are no part of it), the share of ties, and how often the judge
        changed its mind with the order.
    """
    pair = f"{one} against {other}"
    won = Meaning(f"{WON}: {pair}", better=None)
    tied, flipped = (Meaning(f"{what}: {pair}", better=None) for what in ("ties", "order flips of the outside judge"))
    if not rows:
        return tuple(not_measured(m, why) for m in (won, tied, flipped))
    wins, losses, ties, flips, asked = (
        [row.scores[key] or 0.0 for row in rows] for key in ("won", "lost", "tied", "flipped", "asked_twice")
    )
    decisive = [w + lost for w, lost in zip(wins, losses, strict=True)]
    answered = [d + t for d, t in zip(decisive, ties, strict=True)]
    return (
        by_table(won, wins, decisive, seed),
        by_table(tied, ties, answered, seed),
        independent(flipped, round(sum(flips)), round(sum(asked))),
    )
