"""Made-up runs for the tests of the report: the usual twelve segments, and the shapes that break layouts."""

import itertools
from datetime import date
from typing import Any

from cartjury.data.call_records import Attempt, Estimate, Panel, Seat
from cartjury.data.jury_records import PERSONAS, Abstention, Ballot, JuryRecord, Proposal, Verdict
from cartjury.data.model_records import Model
from cartjury.data.records import Box, Dimension, LogEntry, Segment, SegmentPlan, SizePolicy
from cartjury.data.run_records import METRICS, Certificate, Dataset, SegmentProfile, SegmentScore, Universe
from cartjury.data.seats import SeatName

AOV = Dimension(name="AOV", column="avg_order_value", cuts=(45.0, 85.0), quantiles=(0.4, 0.8))
ENGAGEMENT = Dimension(name="Engagement", column="engagement_score", cuts=(0.48,), quantiles=(0.6,))
PROFIT = Dimension(name="Profit", column="profitability_score", cuts=(0.5,), quantiles=(0.6,))
NAMES = (
    "Premium_Engaged_Profitable",
    "Premium_Engaged_Emerging",
    "Premium_Quiet_Profitable",
    "Premium_Quiet_Emerging",
    "Growth_Moderate_Valuable",
    "Growth_Active_Emerging",
    "Core_Dormant_Valuable",
    "Core_Drifting_Lean",
    "Budget_Active_Profitable",
    "Budget_Active_Emerging",
    "Value_Quiet_Profitable",
    "Bargain_Passive_Browsers",
)
SIZES = (2341, 1120, 968, 611, 3156, 1893, 1244, 1502, 1210, 4892, 722, 840)


def usual_run(**changes: Any) -> dict[str, Any]:
    """Twelve named segments and an empty ELSE, contested names, a merge log and warnings."""
    sizes = changes.pop("sizes", SIZES)
    names = changes.pop("names", NAMES)
    return run_of(cells_plan((AOV, ENGAGEMENT, PROFIT), names), dict(zip(SEGMENT_IDS, sizes, strict=False)), **changes)


SEGMENT_IDS = tuple(f"S{n:02d}" for n in range(1, 100))


def cells_plan(dimensions: tuple[Dimension, ...], names: tuple[str, ...] | list[str], **changes: Any) -> SegmentPlan:
    """One segment a known cell, from the highest levels down, and ELSE for the cells with Unknown."""
    known = [[name for name in reversed(d.level_names) if name != "Unknown"] for d in dimensions]
    cells = list(itertools.product(*known))
    segments = [
        Segment(
            id=SEGMENT_IDS[n],
            boxes=(Box(levels=cell),),
            rule=" & ".join(f"{d.name}_{level}" for d, level in zip(dimensions, cell, strict=True)) or "ALL",
            name=names[n] if n < len(names) else f"Tier{n}_Steady_Buyers",
            named_by="offline",
        )
        for n, cell in enumerate(cells)
    ]
    rest = [c for c in itertools.product(*(d.level_names for d in dimensions)) if c not in cells]
    if rest:
        boxes = tuple(Box(levels=c) for c in rest)
        segments.append(Segment(id=SEGMENT_IDS[len(cells)], boxes=boxes, rule="ELSE", name="Unscored_Visitors"))
    fields = {"size_policy": SizePolicy(min_size=500, max_size=20_000), "log": LOG, **changes}
    return SegmentPlan(dimensions=dimensions, segments=tuple(segments), **fields)


LOG = (
    LogEntry(action="round", reason="AOV: the cut at 84.9731 is rounded to 85"),
    LogEntry(
        action="merge",
        segments=("S07", "S13"),
        sizes=(1000, 244),
        reason="S13 is under the minimum of 500 users; its nearest sibling by Profit is S07",
    ),
    LogEntry(
        action="split",
        segments=("S10", "S14"),
        sizes=(12_400, 9_800),
        reason="22,200 users are over the maximum of 20,000; cut at sessions_last_30d >= 4, nearest to the median",
    ),
    LogEntry(action="keep", segments=("S04",), sizes=(311,), reason="no sibling takes it without breaking the maximum"),
)


def run_of(plan: SegmentPlan, sizes: dict[str, int], **changes: Any) -> dict[str, Any]:
    """All arguments of render_report for a plan and the users of its segments."""
    users = sum(sizes.values())
    scored = [s for s in plan.segments if sizes.get(s.id)]
    run = {
        "plan": plan,
        "dataset": Dataset(
            source="generated", generated=True, sha256="ab" * 32, path="rows.parquet", rows=users + 6500
        ),
        "universe": Universe(as_of=date(2026, 11, 23), window_days=7, size=users, earlier=6480, later=20),
        "profiles": [profile(s.id, sizes[s.id], users) for s in scored],
        "scores": [score(s.id, n, sizes[s.id], max(sizes.values())) for n, s in enumerate(scored)],
        "jury": jury(scored),
        "certificate": certificate(plan, sizes),
        "words": {s.id: in_words(s) for s in plan.segments},
        "certificate_words": "Each rule was evaluated alone on 240 points, which stand for every possible user.\n\n"
        f"On the data, each of the {users:,} users is in exactly one segment and the sizes add up.",
        "warnings": ["The users are made up: do not act on these numbers."],
    }
    return {**run, **changes}


def in_words(segment: Segment) -> str:
    """A rule as a person would say it."""
    said = {"AOV_High": "orders of 85 or more", "AOV_Medium": "orders of 45 to under 85", "AOV_Low": "orders under 45"}
    said |= {"Engagement_High": "engaged (score 0.48 or more)", "Engagement_Low": "not yet engaged (score under 0.48)"}
    said |= {"Profit_High": "profitable (score 0.5 or more)", "Profit_Low": "not yet profitable (score under 0.5)"}
    return ", ".join(said.get(part, part) for part in segment.rule.split(" & "))


def profile(segment_id: str, users: int, universe: int) -> SegmentProfile:
    """Plausible means; the order value is known for two users of three."""
    n = int(segment_id[1:])
    means = {"avg_order_value": 163.25 - 9.5 * n, "engagement_score": 0.71 - 0.03 * n, "profitability_score": None}
    means |= {"sessions_last_30d": 9.4 - 0.15 * n, "num_cart_items": 3.1, "days_since_abandonment": 3.25}
    known = dict.fromkeys(means, users) | {"avg_order_value": users * 2 // 3, "profitability_score": 0}
    return SegmentProfile(segment_id=segment_id, users=users, share=users / universe, means=means, known=known)


def score(segment_id: str, n: int, size: int, largest: int, **changes: Any) -> SegmentScore:
    """Scores that fall with n; the parts add up to the overall score."""
    k = (n * 5) % 12 + n / 2
    components = (0.9 - k * 0.013, 0.62 - k * 0.01, size / largest, 0.85 - k * 0.012, 0.8 - k * 0.01)
    scaled = dict(zip(METRICS, components, strict=True))
    parts = {m: w * scaled[m] for m, w in zip(METRICS, (0.3, 0.2, 0.1, 0.3, 0.1), strict=True)}
    fields = {
        "segment_id": segment_id,
        "size": size,
        "conversion": 0.31 - k * 0.005,
        "lift": 1.62 - k * 0.03,
        "profitability": 0.81 - k * 0.01,
        "strategic_fit": components[-1],
        "overall": sum(parts.values()),
        "scaled": scaled,
        "contributions": parts,
        "valid": 500 <= size <= 20_000,
        "notes": ("lift is modelled from engagement and urgency",),
    }
    return SegmentScore(**{**fields, **changes})


def certificate(plan: SegmentPlan, sizes: dict[str, int], **changes: Any) -> Certificate:
    """A certificate that proves the plan."""
    users = sum(sizes.values())
    predicate = "(avg_order_value >= 85 AND engagement_score >= 0.48 AND profitability_score >= 0.5)"
    fields = {
        "plan_hash": plan.plan_hash,
        "predicates": {s.id: predicate for s in plan.segments},
        "witnesses": 240,
        "rule_space_proven": True,
        "users": users,
        "claimed_once": users,
        "sizes": {s.id: sizes.get(s.id, 0) for s in plan.segments},
        "data_proven": True,
    }
    return Certificate(**{**fields, **changes})


def jury(segments: list[Segment]) -> JuryRecord:
    """Four proposals and ballots a segment; every fourth is contested, with a dissent; one juror abstained once."""
    proposals: list[Proposal] = []
    ballots: list[Ballot] = []
    for segment in segments:
        names = [segment.name, segment.name, f"Alt_{segment.id}_Shoppers", f"Careful_{segment.id}_Buyers"]
        for persona, name in zip(PERSONAS, names, strict=True):
            said = {"persona": persona, "model": "offline", "provider": "offline", "segment_id": segment.id}
            proposals.append(Proposal(**said, name=name, reason=f"says what {persona.replace('_', ' ')} cares for"))
            ballots.append(Ballot(**said, ranking=tuple(n for n in dict.fromkeys(names) if n != name)))
    absent = Abstention(
        persona="risk_manager", model="offline", stage="ballot", segment_ids=("S03",), reason="no allowed name was left"
    )
    return JuryRecord(
        proposals=tuple(proposals),
        ballots=tuple(ballots),
        abstentions=(absent,),
        verdicts=tuple(verdict(s, contested=n % 4 == 1) for n, s in enumerate(segments)),
        rounds=1,
    )


def verdict(segment: Segment, *, contested: bool) -> Verdict:
    """The judge chose the segment's name."""
    rivals = [f"Alt_{segment.id}_Shoppers", f"Careful_{segment.id}_Buyers"]
    first = dict(zip([segment.name, *rivals], (2, 2, 0) if contested else (3, 1, 0), strict=True))
    return Verdict(
        segment_id=segment.id,
        name=segment.name,
        origin="offline",
        model="offline",
        proposed_by=PERSONAS[:2],
        reason="It names tier, attribute and quality, and claims nothing that the rule does not say.",
        rubric={
            "mece_compliance": 30,
            "marketing_clarity": 21,
            "business_structure": 20,
            "rule_precision": 12.5,
            "memorability": 6,
        },
        first_places=first,
        borda=dict(zip(first, (6.0, 4.5, 1.0), strict=True)),
        contested=contested,
        rounds=1 if contested else 0,
        stop_reason="No juror had a new checkable reason."
        if contested
        else "A name had the most first places, three of four.",
        dissent=(f"Data scientist preferred {rivals[0]}: it is the more precise.",) if contested else (),
    )


def model(provider: str, name: str, **changes: Any) -> Model:
    """A model as the table would know it; 0.15 dollars for a million tokens in, 0.60 for those out."""
    fields = {"context": 8192, "family": name, "price_in": 0.15, "price_out": 0.6, "priced": date(2026, 10, 1)}
    return Model(provider=provider, id=name, **{**fields, **changes})


LARGE, SMALL, OTHER = model("groq", "made-up/large"), model("groq", "made-up/small"), model("cerebras", "made-up-other")
FREE = model("local", "made-up-own", price_in=None, price_out=None, priced=None)
SITTING: dict[SeatName, tuple[Model, ...]] = {
    "creative_marketer": (LARGE, OTHER),
    "growth_strategist": (SMALL, OTHER),
    "data_scientist": (OTHER, LARGE),
    "risk_manager": (FREE,),
    "judge": (LARGE,),
}


def panel(**changes: Any) -> Panel:
    """A jury of four personas and a judge, on models of three providers."""
    seats = {name: Seat(models=models, temperature=0.3) for name, models in SITTING.items()}
    estimate = Estimate(calls=10, tokens=31_000, cost_usd=0.0102, seconds=14.0)
    return Panel(**{"preset": "default", "effort": "standard", "seats": seats, "estimate": estimate, **changes})


def attempt(seat: SeatName, asked: Model, outcome: str = "answered", **changes: Any) -> Attempt:
    """A request of a seat, by default one for names that was answered in two seconds."""
    counted = (1800, 640) if outcome == "answered" else (None, None)
    fields = {
        "stage": "proposal",
        "round": 0,
        "persona": seat,
        "provider": asked.provider,
        "model": asked.id,
        "outcome": outcome,
        "tokens_in": counted[0],
        "tokens_out": counted[1],
        "latency_s": 2.125,
        "segment_ids": ("S01", "S02"),
        "prompt_sha256": "cd" * 32,
        "raw": '{"names": {}}',
    }
    fields["cost_usd"] = asked.cost(1800, 640) if outcome == "answered" else None
    return Attempt.model_validate({**fields, **changes})


def attempts() -> list[Attempt]:
    """What a standard jury asked: one repair, one model that is gone, one juror without an answer."""
    asked = [
        attempt("creative_marketer", LARGE),
        attempt("growth_strategist", SMALL, "model_gone", latency_s=0.25, raw=None, error="made-up/small is gone"),
        attempt("growth_strategist", OTHER, attempt=1),
        attempt("data_scientist", OTHER, "truncated", tokens_in=1800, tokens_out=900, cost_usd=0.00081),
        attempt("data_scientist", OTHER, attempt=1, repair=True, waited_s=1.5),
        attempt("risk_manager", FREE, "timeout", latency_s=60.0, raw=None),
        attempt("risk_manager", FREE, "skipped", attempt=1, latency_s=None, cost_usd=0.0, raw=None),
    ]
    asked += [attempt(s, SITTING[s][s == "growth_strategist"], stage="ballot") for s in PERSONAS[:3]]
    return [*asked, *(attempt("judge", LARGE, stage="verdict", order=o) for o in ("forward", "reverse"))]


def model_run(**changes: Any) -> dict[str, Any]:
    """The usual run, named by models: the judge flipped on the second segment, the offline jury named the last."""
    run = usual_run()
    last = [s.id for s in run["plan"].segments if run["certificate"].sizes[s.id]][-1]
    origins = {s.id: "offline" if s.id == last else "model" for s in run["plan"].segments}
    segments = tuple(s.model_copy(update={"named_by": origins[s.id]}) for s in run["plan"].segments)
    said = {"jury": model_jury(run["jury"], last), "plan": run["plan"].with_changes(segments=segments)}
    return {**run, **said, **changes}


def model_jury(offline: JuryRecord, last: str) -> JuryRecord:
    """What the offline jury said, as if models had, of all segments but the last; the risk manager says nothing."""
    who = {persona: SITTING[persona][persona == "growth_strategist"] for persona in PERSONAS[:3]}
    said = [r for r in (*offline.proposals, *offline.ballots) if r.segment_id == last or r.persona in who]
    by_models = [
        r if r.segment_id == last else r.model_copy(update={"provider": m.provider, "model": m.id})
        for r in said
        for m in [who.get(r.persona, LARGE)]
    ]
    absent = Abstention(
        persona="risk_manager",
        model=FREE.ref,
        stage="proposal",
        segment_ids=SEGMENT_IDS[:12],
        reason="no answer in time",
    )
    return JuryRecord(
        preset="default",
        effort="standard",
        proposals=tuple(r for r in by_models if isinstance(r, Proposal)),
        ballots=tuple(r for r in by_models if isinstance(r, Ballot)),
        abstentions=(absent,),
        verdicts=tuple(v if v.segment_id == last else judged(v, n) for n, v in enumerate(offline.verdicts)),
        rounds=1,
        panel=panel(),
        calls=tuple(a.summary() for a in attempts()),
    )


def judged(verdict: Verdict, n: int) -> Verdict:
    """A verdict with a model's name, judge and sentences; that on the second segment flipped."""
    sentences = {criterion: f"It does well on {criterion.replace('_', ' ')}." for criterion in verdict.rubric}
    models = {"origin": "model", "model": LARGE.ref, "name_model": (LARGE, OTHER)[n % 2].ref}
    return verdict.model_copy(update={**models, "reasons": sentences, "flipped": n == 1})
