"""The offline jury: four personas that compose, rank and debate names, and a judge with a rubric. No model is asked.

It does the whole job without a key, completes the ballot where one model names, and fills in below the quorum.
Its work is always labelled: model and provider are "offline".
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Final

from cartjury.agents.composer import Composer
from cartjury.agents.debate import debated
from cartjury.agents.plain_names import seeded
from cartjury.agents.rubric import Reader, reader
from cartjury.data.jury_records import Ballot, Persona, Proposal, SegmentBrief
from cartjury.data.lexicon import personas
from cartjury.data.opinion import Opinion
from cartjury.data.reading import traits_of

OFFLINE: Final = "offline"

Check = Callable[[str, SegmentBrief, Collection[str]], tuple[str, ...]]  # reasons why a name must not be given


def propose(  # noqa: PLR0913  the plan, and the terms of the round by keyword
    persona: Persona,
    briefs: Sequence[SegmentBrief],
    check: Check,
    *,
    seed: int,
    round: int = 0,  # noqa: A002  the word of the records
    taken: Collection[str] = (),
    rejected: Mapping[str, Collection[str]] | None = None,
    only: Collection[str] | None = None,
    before: Sequence[Proposal] = (),
) -> list[Proposal]:
    """Name segments in a persona's taste.

    In a debate (`before` holds the proposals of the previous rounds) a juror keeps its name, unless there is a
    new reason that can be checked: the name fails the check now (another segment took it), or another name
    on the ballot is better by the rubric by at least the persona's `yields_at` points.

    Args:
        persona: whose taste.
        briefs: all segments of the plan; names should tell a segment from all others.
        check: the naming rules.
        seed: decides between equals.
        round: 0, or the debate round.
        taken: names that other segments have.
        rejected: names that must not be proposed (again), by segment id.
        only: ids to name; None names all.
        before: proposals of all jurors in the rounds so far.

    Returns:
        One proposal for each segment, no name twice. A segment for which no name passes is left out.
    """
    composer = Composer(persona, reader(briefs), seed)
    wanted = [b for b in briefs if only is None or b.id in only]
    own = {p.segment_id: p.name for p in before if p.persona == persona}  # the latest round wins
    used: list[str] = []
    found: list[Proposal] = []
    for i, brief in enumerate(wanted):
        kept = [own[b.id] for b in wanted[i + 1 :] if b.id in own]
        barred = {*taken, *used, *kept}
        why = partial(_refusal, brief=brief, check=check, barred=barred, refused=(rejected or {}).get(brief.id, ()))
        held = debated(composer, brief, own.get(brief.id), before, why)
        if held is not None:
            used.append(held[0])
            found.append(_proposal(composer, brief, *held, round_=round))
    return found


def _refusal(
    name: str, *, brief: SegmentBrief, check: Check, barred: Collection[str], refused: Collection[str]
) -> str | None:
    """Why a name cannot be proposed, None where it can."""
    if name in refused:
        return f"{name} was refused before."
    return next(iter(check(name, brief, barred)), None)


def _proposal(composer: Composer, brief: SegmentBrief, name: str, reason: str, *, round_: int) -> Proposal:
    claims: dict[str, tuple[str, ...]] = {}
    said: list[str] = []
    for part in composer.reader.parts(name, brief):
        traits = [t for column in (part.word.claims if part.word else ()) for t in traits_of(column, brief)]
        traits = [t for t in traits if t in composer.reader.speaking(brief)]
        claims |= {t.label: t.levels for t in traits}
        said += [f"{part.text} for {' and '.join(_rule(t.label, t.levels) for t in traits)}"] if traits else []
    words = ", ".join(said) or "it claims nothing that the rule does not say"
    voiced = composer.taste.voice.format(name=name, words=words, rule=brief.rule)
    return Proposal(
        persona=composer.persona,
        model=OFFLINE,
        provider=OFFLINE,
        segment_id=brief.id,
        name=name,
        claims=claims,
        reason=reason or voiced,
        round=round_,
    )


def _rule(label: str, levels: Sequence[str]) -> str:
    return f"{label} {' or '.join(levels)}"


def rank(
    persona: Persona,
    briefs: Sequence[SegmentBrief],
    proposals: Sequence[Proposal],
    *,
    seed: int,
    round: int = 0,  # noqa: A002  the word of the records
) -> list[Ballot]:
    """Rank the others' names of this round by a persona's own weights (data/personas.toml), best first.

    Who proposed a name is not looked at. A segment on which there is no other name gets no ballot.
    """
    read = reader(briefs)
    by_id = {b.id: b for b in briefs}
    now = [p for p in proposals if p.round == round]
    ballots = []
    for segment_id in dict.fromkeys(p.segment_id for p in now):
        names = {p.name for p in now if p.segment_id == segment_id}
        names -= {p.name for p in now if p.segment_id == segment_id and p.persona == persona}
        worth = {name: worth_to(persona, name, by_id[segment_id], read) for name in names}
        ranking = tuple(sorted(names, key=lambda n: (-worth[n], seeded(seed, persona, segment_id, n))))
        if ranking:
            ballots.append(
                Ballot(
                    persona=persona,
                    model=OFFLINE,
                    provider=OFFLINE,
                    segment_id=segment_id,
                    ranking=ranking,
                    round=round,
                )
            )
    return ballots


def worth_to(persona: Persona, name: str, brief: SegmentBrief, read: Reader) -> float:
    """How good a persona finds a name, 0-1: the weighted mean of its qualities and of its taste for the words."""
    words = [p.word for p in read.parts(name, brief)]
    taste = sum(w.liked_by(persona) / 3 if w else 0.5 for w in words) / len(words)
    found = {**read.qualities(name, brief), "taste": taste}
    weighs = personas()[persona].weighs
    return round(sum(weight * found[quality] for quality, weight in weighs.items()) / sum(weighs.values()), 9)


def judge(
    briefs: Sequence[SegmentBrief],
    proposals: Sequence[Proposal],
    *,
    seed: int,
    round: int = 0,  # noqa: A002  the word of the records
) -> list[Opinion]:
    """Score this round's names on the seed's five criteria, shown in a seeded order and in its reverse.

    The choice is the first name with the most points; so the order matters exactly where two names have
    the same points, and then the opinion is `flipped`: a tie.
    """
    read = reader(briefs)
    by_id = {b.id: b for b in briefs}
    now = [p for p in proposals if p.round == round]
    opinions = []
    for segment_id in dict.fromkeys(p.segment_id for p in now):
        names = {p.name for p in now if p.segment_id == segment_id}
        shown = sorted(names, key=lambda n: seeded(seed, segment_id, n))
        rubric = {name: read.points(name, by_id[segment_id]) for name in shown}
        totals = {name: round_tenths(rubric[name]) for name in shown}
        choice, other = max(shown, key=totals.__getitem__), max(reversed(shown), key=totals.__getitem__)
        opinions.append(
            Opinion(segment_id=segment_id, model=OFFLINE, choice=choice, flipped=choice != other, rubric=rubric)
        )
    return opinions


def round_tenths(points: Mapping[str, float]) -> float:
    """Sum of points to one decimal, so that equal names are equal in spite of floating point."""
    return float(f"{sum(points.values()):.1f}")
