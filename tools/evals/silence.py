"""Why jurors and judges abstained, in a few classes that compare from run to run."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from cartjury.data.call_records import CONTENT_FAULTS, Attempt, Outcome
from cartjury.data.jury_records import Abstention
from cartjury.tools.evals.sitting import OFFLINE, Sitting

NO_MODEL: Final = "no model in the seat"
UNUSABLE: Final = "answers that could not be used"
PROVIDER: Final = "the provider failed or was too slow"
REFUSED: Final = "key, payment or model not accepted"
CAP: Final = "a cap was reached"
NO_NAME: Final = "the offline jury had no name left"
OTHER: Final = "another reason"
CLASSES: Final = (NO_MODEL, UNUSABLE, PROVIDER, REFUSED, CAP, NO_NAME, OTHER)
_TURNED_AWAY: Final[frozenset[Outcome]] = frozenset({"payment", "unauthorized", "model_gone", "bad_request"})


def abstentions(sittings: Iterable[Sitting]) -> Counter[str]:
    """Count the abstentions by class: one a seat, stage, round and reason, whatever the number of segments."""
    return Counter(_class(a, sitting) for sitting in sittings for a in sitting.jury.abstentions)


def _class(absent: Abstention, sitting: Sitting) -> str:
    """The class of what the last request for these segments brought, where there was one."""
    panel = sitting.jury.panel
    if panel is not None and absent.reason in panel.empty.values():
        return NO_MODEL
    if absent.model == OFFLINE:
        return NO_NAME
    outcomes = [a.outcome for a in sitting.attempts if _about(a, absent) and a.outcome != "answered"]
    if "budget" in outcomes:
        return CAP
    told = [outcome for outcome in outcomes if outcome != "skipped"]
    if not told:
        return PROVIDER if outcomes else OTHER
    return _of_outcome(told[-1])


def _about(attempt: Attempt, absent: Abstention) -> bool:
    same = (attempt.persona, attempt.stage, attempt.round) == (absent.persona, absent.stage, absent.round)
    # A judge abstains in one order at a time, and says in which.
    order = not attempt.order or absent.reason.startswith(f"in the {attempt.order} order")
    return same and order and bool(set(attempt.segment_ids) & set(absent.segment_ids))


def _of_outcome(outcome: Outcome) -> str:
    if outcome in CONTENT_FAULTS:
        return UNUSABLE
    return REFUSED if outcome in _TURNED_AWAY else PROVIDER
