"""The certificate joins the proof over the rules with the counts over the users."""

import itertools

import pytest

from cartjury.data.errors import PlanError
from cartjury.data.records import Box
from cartjury.tools.certify import certificate, in_words
from tests.tools.plan_examples import PROFIT, plan_of, predicates_of, twelve

SIZES = {f"S{i:02d}": 10 * i for i in range(1, 14)}
USERS = sum(SIZES.values())


def test_both_proofs_together_make_a_certificate() -> None:
    plan = twelve()
    proof = certificate(plan, predicates_of(plan), users=USERS, claimed_once=USERS, data_sizes=SIZES, label_sizes=SIZES)
    assert proof.proven
    assert (proof.witnesses, proof.users, proof.sizes) == (36, USERS, SIZES)
    assert proof.plan_hash == plan.plan_hash


def test_an_empty_segment_may_be_left_out_of_the_sizes() -> None:
    plan = twelve()
    sizes = {**SIZES, "S04": 0}
    seen = {i: n for i, n in sizes.items() if n}
    total = sum(seen.values())
    proof = certificate(plan, predicates_of(plan), users=total, claimed_once=total, data_sizes=seen, label_sizes=sizes)
    assert proof.proven
    assert proof.sizes["S04"] == 0


def test_a_size_that_differs_from_the_label_is_a_counterexample() -> None:
    plan = twelve()
    labels = {**SIZES, "S02": SIZES["S02"] + 3, "S03": SIZES["S03"] - 3}
    proof = certificate(
        plan, predicates_of(plan), users=USERS, claimed_once=USERS, data_sizes=SIZES, label_sizes=labels
    )
    assert proof.rule_space_proven
    assert not proof.data_proven
    assert [(e.kind, e.segments, e.users) for e in proof.counterexamples] == [
        ("size", ("S02",), 3),
        ("size", ("S03",), 3),
    ]


@pytest.mark.parametrize(("users", "once"), [(USERS + 5, USERS), (USERS, USERS - 5), (USERS + 5, USERS + 5)])
def test_users_that_are_not_claimed_once_are_counted(users: int, once: int) -> None:
    plan = twelve()
    proof = certificate(plan, predicates_of(plan), users=users, claimed_once=once, data_sizes=SIZES, label_sizes=SIZES)
    assert not proof.data_proven
    assert [(e.kind, e.users) for e in proof.counterexamples] == [("size", 5)]


def test_a_gap_in_the_rules_is_not_proven_even_if_no_user_is_in_it() -> None:
    plan = twelve()
    predicates = {**predicates_of(plan), "S13": '"avg_order_value" IS NULL OR "engagement_score" IS NULL'}
    proof = certificate(plan, predicates, users=USERS, claimed_once=USERS, data_sizes=SIZES, label_sizes=SIZES)
    assert (proof.rule_space_proven, proof.data_proven, proof.proven) == (False, True, False)


def test_a_missing_predicate_is_an_error() -> None:
    plan = twelve()
    predicates = dict(itertools.islice(predicates_of(plan).items(), 12))
    with pytest.raises(PlanError, match="S13"):
        certificate(plan, predicates, users=0, claimed_once=0, data_sizes={}, label_sizes={})


def test_a_predicate_on_a_column_outside_the_plan_is_an_error() -> None:
    plan = plan_of([PROFIT], [[Box(levels=(level,))] for level in PROFIT.level_names])
    predicates = {**predicates_of(plan), "S01": '"profit" IS NULL'}
    with pytest.raises(PlanError, match="mentions profit,"):
        certificate(plan, predicates, users=0, claimed_once=0, data_sizes={}, label_sizes={})


def test_a_proven_plan_is_said_in_words() -> None:
    plan = twelve()
    proof = certificate(plan, predicates_of(plan), users=USERS, claimed_once=USERS, data_sizes=SIZES, label_sizes=SIZES)
    assert in_words(proof) == (
        "Every user belongs to exactly one segment. Each of the 13 rules was read back on its own and tried on 36 cases"
        " that stand for every possible user, missing values included: each case fits exactly one rule. On the data,"
        " 910 of 910 users fit exactly one rule, and the segment sizes add up to all users."
    )


def test_a_failed_proof_says_where() -> None:
    plan = plan_of([], [[Box(levels=())]])
    proof = certificate(plan, {"S01": "FALSE"}, users=7, claimed_once=0, data_sizes={}, label_sizes={"S01": 7})
    said = in_words(proof)
    assert said.startswith(
        "NOT proven: some users may belong to no segment or to several (no segment claims everything"
    )
    assert "0 of 7 users" in said
