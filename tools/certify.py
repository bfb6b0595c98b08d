"""The proof that a segmentation is MECE, over the rule space and over the data.

    each segment's predicate, as text -> parsed -> tried on every witness -> claimed exactly once?
    each user -> how many predicates are true -> exactly one, and the one the user was put into?

Nothing here looks at boxes, levels or an order of rules, only at what the predicates say.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from cartjury.data.errors import PlanError
from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Counterexample
from cartjury.tools.engine.predicates import columns_of
from cartjury.tools.grammar import atoms, read
from cartjury.tools.witness import atoms_on, not_claimed_once, witnesses

MAX_COUNTEREXAMPLES = 20


def prove_rule_space(
    predicates: Mapping[str, str], columns: Collection[str] | None = None
) -> tuple[int, tuple[Counterexample, ...]]:
    """Prove that exactly one predicate is true at every point of the rule space, or show where not.

    Args:
        predicates: each segment's own predicate in SQL, by segment id.
        columns: the columns that exist; None accepts whatever the predicates mention.

    Returns:
        The number of witnesses, and at most 20 counterexamples; none means proven.

    Raises:
        PlanError: a predicate is not in the grammar that `cartjury.tools.grammar` reads, or
            mentions a column that does not exist.
    """
    formulas = {segment_id: read(segment_id, text) for segment_id, text in predicates.items()}
    mentions = Counter(c for formula in formulas.values() for c in {atom.column for atom in atoms(formula)})
    if columns is not None and (strange := sorted(set(mentions) - set(columns))):
        raise PlanError(f"a predicate mentions {', '.join(strange)}, the columns are {', '.join(sorted(columns))}")
    # The columns that most predicates mention come first: they leave the fewest predicates undecided.
    order = sorted(mentions, key=lambda column: (-mentions[column], column))
    axes = {column: witnesses(atoms_on(column, formulas)) for column in order}
    found = islice(not_claimed_once(formulas, axes), MAX_COUNTEREXAMPLES)
    return math.prod(len(values) for values in axes.values()), tuple(found)


def certificate(
    plan: SegmentPlan,
    predicates: Mapping[str, str],
    *,
    users: int,
    claimed_once: int,
    data_sizes: Mapping[str, int],
    label_sizes: Mapping[str, int],
) -> Certificate:
    """Combine the proof over the rule space with the counts over the data.

    Args:
        plan: what is proven; only its hash, ids and columns are read.
        predicates: each segment's own predicate in SQL, by segment id.
        users: users of the universe.
        claimed_once: users for whom exactly one predicate is true.
        data_sizes: users for whom the segment's predicate is true, by segment id.
        label_sizes: users that were put into the segment, by segment id.

    Raises:
        PlanError: a predicate is missing, superfluous or cannot be read.
    """
    ids = {segment.id for segment in plan.segments}
    if ids != set(predicates):
        raise PlanError(f"predicates and segments differ in {', '.join(sorted(ids ^ set(predicates)))}")
    count, gaps = prove_rule_space(predicates, columns_of(plan))
    wrong = tuple(_wrong_sizes(users, claimed_once, data_sizes, label_sizes))
    return Certificate(
        plan_hash=plan.plan_hash,
        predicates=dict(predicates),
        witnesses=count,
        rule_space_proven=not gaps,
        users=users,
        claimed_once=claimed_once,
        sizes={segment.id: data_sizes.get(segment.id, 0) for segment in plan.segments},
        data_proven=not wrong,
        counterexamples=(*gaps, *wrong),
    )


def in_words(proof: Certificate) -> str:
    """Say what was proven, or what went wrong, in a few sentences for a marketer."""
    number = len(proof.predicates)
    rules = "The only rule" if number == 1 else f"Each of the {number} rules"
    cases = f"{proof.witnesses:,} {'case' if proof.witnesses == 1 else 'cases'}"
    space = (
        f"{rules} was read back on its own and tried on {cases} that stand for every possible user, missing values"
        f" included: {'each case fits' if proof.rule_space_proven else 'not every case fits'} exactly one rule."
    )
    data = (
        f"On the data, {proof.claimed_once:,} of {proof.users:,} users fit exactly one rule, and the segment sizes"
        f" {'add up to all users' if proof.data_proven else 'do not match the rules'}."
    )
    if proof.proven:
        return f"Every user belongs to exactly one segment. {space} {data}"
    examples = "; ".join(example.in_words() for example in proof.counterexamples[:3])
    return f"NOT proven: some users may belong to no segment or to several ({examples}). {space} {data}"


def _wrong_sizes(
    users: int, claimed_once: int, data_sizes: Mapping[str, int], label_sizes: Mapping[str, int]
) -> Iterator[Counterexample]:
    for segment_id in sorted({*data_sizes, *label_sizes}):
        difference = data_sizes.get(segment_id, 0) - label_sizes.get(segment_id, 0)
        if difference:
            yield Counterexample(kind="size", segments=(segment_id,), users=abs(difference))
    # Sizes can be equal and still hide users that no predicate or two predicates claim.
    not_once = max(abs(users - claimed_once), abs(users - sum(data_sizes.values())))
    if not_once:
        yield Counterexample(kind="size", segments=tuple(sorted({*data_sizes, *label_sizes})), users=not_once)
