"""Prove a plan on the data it segments: predicates written, read back, tried on witnesses and on users."""

from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate, Dataset, Universe
from cartjury.tools.certify import certificate
from cartjury.tools.engine.claims import count_claims
from cartjury.tools.engine.predicates import predicate


def prove(dataset: Dataset, universe: Universe, plan: SegmentPlan, memory_limit: str | None = None) -> Certificate:
    """Return the certificate of a plan over its rule space and over the users of the universe."""
    predicates = {s.id: predicate(plan, s) for s in plan.segments}
    claims = count_claims(dataset, universe, plan, predicates, memory_limit)
    return certificate(plan, predicates, **claims._asdict())
