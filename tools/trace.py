"""What happened in a run as a tree, from its own record: turns, nodes, and inside the jury all that was said.

Turn -> node -> round -> stage -> seat -> attempt; beside the rounds stand the verdicts
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cartjury.data.base import Origin
from cartjury.data.trace_records import Branch
from cartjury.tools.trace_jury import jury_branch
from cartjury.tools.trace_words import clean, counted, seconds
from cartjury.tools.turn import Turn

# The nodes of graph/build.py, in the order in which a turn goes through them.
ORDER: Final = (
    *("prepare", "generate", "load", "universe", "bucket", "size", "profile"),
    *("jury", "name", "score", "certify", "publish"),
)
EDIT: Final = ("listen", "preview", "approve", "apply", "profile", "jury", "name", "score", "certify", "publish")
APPLY: Final = ("load", "universe", "profile", "score", "certify", "publish")  # a finished plan on other carts
BY: Final[Mapping[Origin, str]] = {
    "model": "by models",
    "offline": "by the offline jury",
    "person": "by a person",
    "rule": "by rule",
}


def thread_branch(name: str, turns: Sequence[Branch]) -> Branch:
    """Return the root of the tree."""
    return Branch(kind="thread", title=clean(name), children=tuple(turns))


def turn_branch(turn: Turn, title: str, notes: Sequence[str] = ()) -> Branch:
    """Return what happened in a turn.

    Args:
        turn: its record.
        title: what it was.
        notes: who approved it, and what the like is not in its own record.
    """
    nodes = tuple(_node(name, turn) for name in _passed(turn))
    known = sum(turn.timings.get(n.facts["node"], 0.0) for n in nodes)
    took = (seconds(known),) if turn.timings else ()
    return Branch(kind="turn", title=clean(title), notes=(*map(clean, notes), *took), children=nodes)


def _passed(turn: Turn) -> tuple[str, ...]:
    if turn.jury.preset == "plan":
        return APPLY
    if turn.plan.revision > 1:
        return EDIT
    return tuple(n for n in ORDER if n != "generate" or turn.dataset.generated)


def _node(name: str, turn: Turn) -> Branch:
    took = turn.timings.get(name)
    timed = () if took is None else (seconds(took),)
    facts = {"node": name, "seconds": took}
    if name == "jury":
        inner = jury_branch(turn)
        return inner.model_copy(update={"notes": (*timed, *inner.notes), "facts": {**facts, **inner.facts}})
    notes = _NOTES[name](turn) if name in _NOTES else ()
    children = tuple(Branch(kind="words", title=clean(text)) for text in (_LINES[name](turn) if name in _LINES else ()))
    return Branch(kind="node", title=name, notes=(*timed, *notes), facts=facts, children=children)


def _carts(turn: Turn) -> tuple[str, ...]:
    data = turn.dataset
    source = "made-up carts" if data.generated else clean(data.source)
    rejected = (f"{counted(data.rejected, 'bad row')} in quarantine",) if data.rejected else ()
    return (source, counted(data.rows, "checked row"), *rejected)


def _cuts(turn: Turn) -> tuple[str, ...]:
    return tuple(f"{clean(d.name)} in {counted(len(d.cuts) + 1, 'level')}" for d in turn.plan.dimensions)


def _names(turn: Turn) -> tuple[str, ...]:
    """Who named the segments that have users."""
    found: Counter[Origin] = Counter(turn.plan.segment(i).named_by or "rule" for i in turn.inhabited)
    return tuple(f"{found[origin]} {words}" for origin, words in BY.items() if found[origin])


def _proof(turn: Turn) -> tuple[str, ...]:
    proof = turn.certificate
    users = f"{proof.claimed_once:,} of {counted(proof.users, 'user')} in exactly one segment"
    rules = "proven" if proof.rule_space_proven else "not proven"
    over = f"rules {rules} over {counted(proof.witnesses, 'case')}"
    return ("proven MECE" if proof.proven else "NOT proven MECE", users, over)


_NOTES: Final[Mapping[str, Callable[[Turn], tuple[str, ...]]]] = {
    "load": _carts,
    "universe": lambda turn: (counted(turn.users, "user"),),
    "bucket": _cuts,
    "profile": lambda turn: (f"{counted(len(turn.inhabited), 'segment')} with users",),
    "name": _names,
    "certify": _proof,
    "publish": lambda turn: (f"plan {turn.plan.plan_hash[:8]}",),
}
_LINES: Final[Mapping[str, Callable[[Turn], tuple[str, ...]]]] = {
    # The log grows with every revision, and its entries do not tell which one made them.
    "size": lambda turn: tuple(entry.reason for entry in turn.plan.log),
    "certify": lambda turn: tuple(c.in_words() for c in turn.certificate.counterexamples),
    "publish": lambda turn: tuple(turn.warnings),
}
