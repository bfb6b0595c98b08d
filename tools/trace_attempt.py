"""One request to a model as a branch of a trace: who, which attempt, what it took, what came, what was wrong."""

from collections.abc import Iterator

from cartjury.data.call_records import Attempt
from cartjury.data.trace_records import Branch
from cartjury.tools.report_calls import OUTCOME_WORDS, TURNED_AWAY, model_of, money
from cartjury.tools.trace_words import clean, counted, said_of, seconds, some


def attempt_branch(attempt: Attempt) -> Branch:
    """Return an attempt with what was accepted of its answer, and why the rest was not."""
    ids = tuple(sorted(attempt.segment_ids))
    return Branch(
        kind="attempt",
        title=f"{_which(attempt)}: {clean(model_of(attempt))}, {OUTCOME_WORDS[attempt.outcome]}",
        notes=(*_took(attempt), some(ids), f"prompt {clean(attempt.prompt_sha256[:8])}"),
        segments=ids,
        said={clean(i): _said(attempt, i) for i in ids if i in (attempt.parsed or {}) or i in attempt.faults},
        facts=attempt.model_dump(mode="json", exclude={"raw", "parsed"}),
        reply=attempt.raw,
        children=tuple(_errors(attempt, ids)),
    )


def _which(attempt: Attempt) -> str:
    order = f" in the {attempt.order} order" if attempt.order else ""
    part = f", part {attempt.part + 1}" if attempt.part else ""
    repair = ", with the fault quoted" if attempt.repair else ""
    return f"attempt {attempt.attempt + 1}{order}{part}{repair}"


def _took(attempt: Attempt) -> Iterator[str]:
    if not attempt.sent:
        yield "not sent"
        return
    if attempt.tokens_in is not None or attempt.tokens_out is not None:
        yield f"{attempt.tokens_in or 0:,} tokens in, {attempt.tokens_out or 0:,} out"
    if attempt.cost_usd is not None:
        yield money(attempt.cost_usd)
    elif attempt.outcome not in TURNED_AWAY:
        yield "cost not known"
    if attempt.latency_s is not None:
        yield f"after {seconds(attempt.latency_s)}"
    if attempt.waited_s >= 0.05:
        yield f"held back {seconds(attempt.waited_s)}"


def _said(attempt: Attempt, segment_id: str) -> str:
    fault = attempt.faults.get(segment_id)
    accepted = (attempt.parsed or {}).get(segment_id)
    if accepted is not None:
        return said_of(accepted)
    return clean(f"not accepted: {fault}")


def _errors(attempt: Attempt, ids: tuple[str, ...]) -> Iterator[Branch]:
    if attempt.error:
        yield Branch(kind="words", title=clean(attempt.error), segments=ids)
    elsewhere = {i: why for i, why in attempt.faults.items() if i not in ids}
    for why in dict.fromkeys(elsewhere.values()):
        where = [i for i, w in elsewhere.items() if w == why]
        yield Branch(kind="words", title=clean(f"{counted(len(where), 'entry that nobody asked for')}: {why}"))
