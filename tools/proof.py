"""Prove a plan on the data it segments: predicates written, read back, tried on witnesses and on users."""

from cartjury.data.records import SegmentPlan
from cartjury.data.run_records import Certificate
from cartjury.tools.certify import certificate
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.claims import count_claims
from cartjury.tools.engine.predicates import predicate


def prove(carts: Carts, plan: SegmentPlan) -> Certificate:
    """Return the certificate of a plan over its rule space and over the users of the universe."""
    written = {s.id: predicate(plan, s, carts.sql.quoted) for s in plan.segments}
    claims = count_claims(carts, plan, written)
    return certificate(plan, {s.id: predicate(plan, s) for s in plan.segments}, **claims._asdict())
