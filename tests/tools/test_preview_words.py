"""A preview in words: short, complete, and what people and models wrote in it stays data."""

from collections.abc import Sequence

import pytest
from markdown_it import MarkdownIt

from cartjury.data.records import ScoreWeights, SegmentPlan
from cartjury.data.revision_records import Move, Naming, Preview
from cartjury.tools.edit import Resolved
from cartjury.tools.movement import movement
from cartjury.tools.preview import preview
from cartjury.tools.preview_words import in_words, proof
from tests.carts import Segmented
from tests.standings import jury_of, merge_of, merged, named, small, standing

EVIL = "a`b|c*d* <img src=x> [x](javascript:y)"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Segmented:
    return small(tmp_path_factory.mktemp("carts"))


def previewed(found: Segmented, after: SegmentPlan, said: Sequence[str] = ("S02 and S03 become one.",)) -> Preview:
    before = standing(found.carts, named(found.plan), jury_of(named(found.plan)))
    edits = [merge_of("S02", "S03", said=s) for s in said]
    return preview(found.carts, before, 4, Resolved(tuple(edits), after, found.carts))


def test_a_merge_reads_in_a_few_lines(found: Segmented) -> None:
    after = merged(named(found.plan), "S02", "S03")
    shown = previewed(found, after)
    users, scores = ({line.id: getattr(line, what) for line in shown.before} for what in ("users", "overall"))
    new = next(line for line in shown.after if line.id == "S02")
    ranks = {line.id: line.rank for line in shown.before}
    text = in_words(shown)
    assert text.startswith(
        "This would be done: S02 and S03 become one.\n\nSegments with users: 12 → 11. Users: 670.\n\n"
    )
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines() if row.startswith("| S")]
    assert cells == [
        [
            "S02",
            "Shoppers_B → (new name follows)",
            f"{users['S02']} → {users['S02'] + users['S03']}",
            f"{scores['S02']:.3f} → {new.overall:.3f}",
            f"{ranks['S02']} → {new.rank}",
        ],
        ["S03", "Shoppers_C (gone)", f"{users['S03']} → -", f"{scores['S03']:.3f} → -", f"{ranks['S03']} → -"],
    ]
    moved = users["S03"]
    assert f"{moved} users would move, {670 - moved} stay where they are:\n\n- S03 → S02: {moved}\n" in text
    assert "New names: S02, from the offline jury (no model is asked)." in text
    assert "Proof: MECE, each of 670 users is in exactly one segment" in text
    assert text.endswith(f"Plan {after.plan_hash[:8]}, made from revision 4 ({named(found.plan).plan_hash[:8]}).")
    assert len(text) < 1000


def test_several_wishes_are_numbered(found: Segmented) -> None:
    text = in_words(previewed(found, merged(named(found.plan), "S02", "S03"), ("First.", "Then.")))
    assert text.startswith("These would be done, in this order:\n\n1. First.\n2. Then.\n")


def test_other_weights_show_the_scores_they_change(found: Segmented) -> None:
    weights = ScoreWeights(conversion=0.0, lift=0.0, size=1.0, profitability=0.0, strategic_fit=0.0)
    shown = previewed(found, named(found.plan).with_changes(weights=weights))
    text = in_words(shown)
    largest = max(shown.profiles, key=lambda p: p.users).segment_id
    assert f"| {largest} " in text
    assert "→ 1.000 |" in text
    assert "No user would move." in text
    assert "No names would be asked for." in text


def test_fewer_than_twenty_users_are_not_counted_out(found: Segmented) -> None:
    sizes = {p.segment_id: p.users for p in found.profiles}
    assert sizes["S01"] < 20
    text = in_words(previewed(found, merged(named(found.plan), "S02", "S01")))
    assert "S01 → S02: <20" in text
    row = next(line for line in text.splitlines() if line.startswith("| S01"))
    assert [cell.strip() for cell in row.strip("|").split("|")][2:4] == ["<20 → -", "-"]


def test_only_the_largest_moves_are_listed_and_the_rest_is_summed() -> None:
    going = [Move(source="S01", target=f"S{n:02d}", users=100 * n) for n in range(2, 16)]
    text = movement([*going, Move(source="S01", target="S01", users=5000), Move(source=None, target="S02", users=999)])
    lines = text.splitlines()
    assert lines[0] == "11,900 users would move, 999 new users would come in, 5,000 stay where they are:"
    assert lines[2] == "- S01 → S15: 1,500"
    assert "- new users in S02: 999" in lines
    assert lines[-1] == "- 3 more ways: 900 together"
    assert len(lines) == 2 + 12 + 1


def test_users_who_are_no_longer_in_go_outside() -> None:
    out = [Move(source="S03", target=None, users=150)]
    assert movement(out) == "150 users would no longer be in, 0 stay where they are:\n\n- S03 → users outside: 150"
    assert movement(out, done=True).startswith("150 users are no longer in, 0 stayed where they were:")


def test_a_segment_that_nobody_is_or_was_in_is_neither_changed_nor_among_the_others(found: Segmented) -> None:
    assert {p.segment_id: p.users for p in found.profiles}["S13"] == 0
    weights = ScoreWeights(conversion=0.0, lift=0.0, size=1.0, profitability=0.0, strategic_fit=0.0)
    assert "S13" not in in_words(previewed(found, named(found.plan).with_changes(weights=weights)))

    shown = previewed(found, merged(named(found.plan), "S02", "S03"))
    other = {"in_words": "order value not known", "rule": "ELSE, or so"}
    after = tuple(line.model_copy(update=other if line.id == "S13" else {}) for line in shown.after)
    text = in_words(shown.model_copy(update={"after": after}))
    assert "S13" not in text
    assert "The other 10 keep their users" in text
    renamed = tuple(line.model_copy(update={"name": "Nobody"} if line.id == "S13" else {}) for line in shown.after)
    assert "| S13 " in in_words(shown.model_copy(update={"after": renamed}))


def test_one_other_segment_is_spoken_of_alone(found: Segmented) -> None:
    shown = previewed(found, merged(named(found.plan), "S02", "S03"))
    two = {"before": shown.before[:1], "after": shown.before[:1]}
    gone = next(line for line in shown.before if line.id == "S03")
    text = in_words(shown.model_copy(update={**two, "before": (*two["before"], gone)}))
    assert f"{shown.before[0].id} keeps its users; its score stays, its rank stays." in text


def test_notes_stand_above_the_table_since_they_are_what_decides(found: Segmented) -> None:
    shown = previewed(found, merged(named(found.plan), "S02", "S03"))
    text = in_words(shown.model_copy(update={"notes": ("mind the gap",)}))
    assert text.index("Segments with users") < text.index("- Note: mind the gap") < text.index("| id ")


def test_names_have_a_price(found: Segmented) -> None:
    shown = previewed(found, merged(named(found.plan), "S02", "S03"))
    guidance = {"S02": "more playful"}
    cost = {"calls": 10, "tokens": 12_345, "cost_usd": 0.0123, "seconds": 8.2}
    dear = Naming.model_validate({"asked": ("S02",), "jury": "default (standard)", "guidance": guidance, **cost})
    text = in_words(shown.model_copy(update={"naming": dear}))
    assert (
        "New names: S02, from the default (standard) jury: about 10 requests, 12,345 tokens, 8 s, about $0.0123."
        in text
    )
    assert "- S02: names should be “more playful”" in text
    unknown = dear.model_copy(update={"cost_usd": None})
    assert "8 s, cost not known." in in_words(shown.model_copy(update={"naming": unknown}))


def test_a_proof_that_fails_says_so(found: Segmented) -> None:
    assert "NOT proven" in proof(found.certificate.model_copy(update={"rule_space_proven": False}))


def test_names_guidance_notes_and_sentences_are_no_markup(found: Segmented) -> None:
    plan = named(found.plan)
    evil = [s.model_copy(update={"name": EVIL}) if s.id == "S04" else s for s in plan.segments]
    shown = previewed(found, plan.with_changes(segments=tuple(evil)), (EVIL,))
    naming = Naming(asked=("S05",), guidance={"S05": EVIL})
    parsed = (
        MarkdownIt("commonmark")
        .enable("table")
        .parse(in_words(shown.model_copy(update={"naming": naming, "notes": (EVIL,)})))
    )
    kinds = {child.type for token in parsed for child in token.children or ()}
    assert kinds <= {"text", "text_special", "softbreak"}
    assert [t.type for t in parsed].count("td_open") % 5 == 0
    shown_as = ["".join(c.content for c in t.children or ()) for t in parsed]
    assert sum(EVIL in text for text in shown_as) == 4
