"""What must hold of any jury, whatever failed: nothing invented, nobody's silence hidden, origins that are true.

`assert_sound` does not know what went wrong in a sitting; it compares the record with itself, with the call log, with
what the server saw, and with the naming rules.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from cartjury.data import journal
from cartjury.data.call_records import Attempt, Stage
from cartjury.data.jury_records import PERSONAS, Ballot, JuryRecord, Persona, Proposal, SegmentBrief, Verdict
from cartjury.data.lexicon import lexicon
from cartjury.data.seats import SeatName
from cartjury.graph.routes import MAX_ROUNDS
from cartjury.tools.naming import check_claims, check_name
from tests.faults import FAULTS, Content, Page, Rejection
from tests.graph.failing_world import KEYS, Sitting, plain

OFFLINE: Final = "offline"
BY_RULE: Final = "rule"
SPOKE: Final = {"answered", "not_accepted", "wrong_shape"}  # wholly, or in part
JUDGES: Final[tuple[SeatName, ...]] = ("judge", "second_judge")
TITLES: Final[dict[SeatName, Stage]] = {**dict.fromkeys(PERSONAS, "proposal"), **dict.fromkeys(JUDGES, "verdict")}


def assert_sound(sitting: Sitting, *, reached: bool = True) -> None:
    """Check everything.

    Args:
        sitting: the jury.
        reached: whether each of its requests must have reached the server.
    """
    record, briefs = sitting.record, {b.id: b for b in sitting.briefs}
    check_verdicts(record, briefs)
    check_origins(record)
    check_proposals(record, briefs)
    check_ballots(record, briefs)
    check_silence(record, briefs)
    check_reasons(record)
    check_calls(record)
    if reached:
        check_requests(sitting)
    if sitting.log is not None:
        check_log(record, journal.read(sitting.log))
    check_secrets(sitting)
    assert JuryRecord.model_validate_json(record.model_dump_json()) == record


def check_verdicts(record: JuryRecord, briefs: dict[str, SegmentBrief]) -> None:
    """One for each segment, with a name that it may have and nobody else has."""
    assert sorted(v.segment_id for v in record.verdicts) == sorted(briefs), "not one verdict a segment"
    names = [v.name for v in record.verdicts]
    assert len({plain(n) for n in names}) == len(names), f"a name twice: {sorted(names)}"
    for verdict in record.verdicts:
        others = [n for n in names if n != verdict.name]
        assert check_name(verdict.name, briefs[verdict.segment_id], others, lexicon()) == ()
        assert verdict.stop_reason, f"{verdict.segment_id}: nothing says why the debate ended"
        assert verdict.reason
    assert record.rounds <= MAX_ROUNDS[record.panel.effort if record.panel else "offline"]


def check_origins(record: JuryRecord) -> None:
    """Each name was proposed, and by whom it is said."""
    for verdict in record.verdicts:
        proposers = proposers_of(verdict, record)
        assert proposers, f"{verdict.name} was proposed by nobody for {verdict.segment_id}"
        assert set(verdict.proposed_by) == {p.persona for p in proposers}
        models = {f"{p.provider}/{p.model}" for p in proposers if p.provider != OFFLINE}
        assert verdict.origin == ("model" if models else OFFLINE)
        assert verdict.name_model in (models or {OFFLINE})


def check_proposals(record: JuryRecord, briefs: dict[str, SegmentBrief]) -> None:
    """Each has passed the checks, and comes from a model that answered this seat, or from the offline jury."""
    places = [(p.persona, p.segment_id, p.round) for p in record.proposals]
    assert len(set(places)) == len(places), "a juror has two names for one segment"
    for proposal in record.proposals:
        brief = briefs[proposal.segment_id]
        assert check_name(proposal.name, brief, (), lexicon()) == ()
        assert check_claims(proposal, brief) == ()
        assert proposal.provider == OFFLINE or answered(record, proposal, "proposal", since=0), proposal


def check_ballots(record: JuryRecord, briefs: dict[str, SegmentBrief]) -> None:
    """Each ranks the others' names of its round, all that may be given, none twice."""
    places = [(b.persona, b.segment_id, b.round) for b in record.ballots]
    assert len(set(places)) == len(places), "a juror has two ballots for one segment"
    for ballot in record.ballots:
        own, others = sides(record, ballot.persona, ballot.segment_id, ballot.round)
        allowed = {n for n in others if may_have(record, briefs[ballot.segment_id], n, ballot.round)}
        assert not set(ballot.ranking) & own, f"{ballot.persona} ranks its own name"
        assert len(set(ballot.ranking)) == len(ballot.ranking)
        if ballot.provider == OFFLINE:  # names that a settled segment has are left out by the vote
            assert allowed <= set(ballot.ranking) <= others
        else:
            assert set(ballot.ranking) == allowed
        by_model = ballot.provider not in {OFFLINE, BY_RULE}
        assert not by_model or answered(record, ballot, "ballot", since=ballot.round)
        assert ballot.provider != BY_RULE or len(ballot.ranking) == 1


def check_silence(record: JuryRecord, briefs: dict[str, SegmentBrief]) -> None:
    """Who was to speak spoke, or there is an abstention."""
    if record.panel is None:
        return
    for seat, why in record.panel.empty.items():
        said = [(a.stage, set(a.segment_ids), a.reason) for a in record.abstentions if a.persona == seat]
        assert said == [(TITLES[seat], set(briefs), why)]
    open_ = {(p.segment_id, p.round) for p in record.proposals}
    for segment_id, round_ in open_:
        for persona in (p for p in PERSONAS if p in record.panel.seats):
            check_juror(record, persona, briefs[segment_id], round_)
    check_judges(record, briefs)


def check_juror(record: JuryRecord, persona: Persona, brief: SegmentBrief, round_: int) -> None:
    """A juror's name and ballot for a segment in a round, or what it says of their absence."""
    assert record.panel is not None
    _, others = sides(record, persona, brief.id, round_)
    place = (persona, brief.id, round_)
    named = any((p.persona, p.segment_id, p.round) == place and p.provider != OFFLINE for p in record.proposals)
    argued = round_ and any(  # for a name that the offline jury had given in its place
        (c.persona, c.stage, c.round) == (persona, "proposal", round_) and c.outcome in SPOKE for c in record.calls
    )
    assert named or argued or abstained(record, persona, "proposal", brief.id, round_), (
        f"{persona} has no name for {brief.id}"
    )
    if record.panel.effort not in {"standard", "thorough"}:
        return
    allowed = {n for n in others if may_have(record, brief, n, round_)}
    cast = any((b.persona, b.segment_id, b.round) == place and b.provider != OFFLINE for b in record.ballots)
    silent = abstained(record, persona, "ballot", brief.id, round_)
    assert cast or silent or not allowed, f"{persona} did not vote on {brief.id}, and nothing says why"
    assert not (cast and silent), f"{persona} voted on {brief.id} and abstained"


def check_judges(record: JuryRecord, briefs: dict[str, SegmentBrief]) -> None:
    """A judge that has a model judges all that has two names, or abstains."""
    assert record.panel is not None
    for verdict in record.verdicts:
        place = (verdict.segment_id, verdict.rounds)
        names = {p.name for p in record.proposals if (p.segment_id, p.round) == place}
        choice = {n for n in names if may_have(record, briefs[verdict.segment_id], n, verdict.rounds)}
        judged = {m for m in verdict.model.split(" and ") if m != OFFLINE}
        for seat in (s for s in JUDGES if s in record.panel.seats and len(choice) > 1):
            silent = abstained(record, seat, "verdict", verdict.segment_id, verdict.rounds)
            asked = {
                f"{c.provider}/{c.model}"
                for c in record.calls
                if c.persona == seat and c.round == verdict.rounds and c.outcome in SPOKE
            }
            assert judged & asked or silent, f"{seat} said nothing of {verdict.segment_id}, and nothing says why"


def check_reasons(record: JuryRecord) -> None:
    """Abstentions tell why, in our words: a provider's own, HTML and traces are not for readers."""
    assert record.panel is not None or not record.abstentions
    for silent in record.abstentions:
        assert silent.reason.strip()
        assert silent.segment_ids
        assert silent.round <= record.rounds
    told = "\n".join([*(a.reason for a in record.abstentions), *(v.reason for v in record.verdicts)])
    found = [word for word in PROVIDERS_WORDS if word.casefold() in told.casefold()]
    assert not found, f"a provider's words in a reason: {found}"
    ours = re.sub(r"'[^'\n]*'", "", told)  # without the names that a refusal quotes
    assert not re.search(r"Traceback|Exception|\bErrno\b|Error\b|<[a-z/!]|https?://|\bstatus \d", ours)


def check_calls(record: JuryRecord) -> None:
    """Each has its place in the protocol, and what was not sent took nothing."""
    places = [(c.stage, c.round, c.persona, c.part, c.order, c.attempt) for c in record.calls]
    assert len(set(places)) == len(places), "two calls in one place"
    for call in record.calls:
        if not call.sent:
            took = (call.tokens_in, call.tokens_out, call.cost_usd, call.latency_s)
            assert took == (None, None, 0.0, None)


def check_requests(sitting: Sitting) -> None:
    """Each request that was sent is a call, each call that was sent is a request; retries, too."""
    sent = Counter(c.model for c in sitting.record.calls if c.sent)
    seen = Counter(s.model for s in sitting.seen)
    late = Counter(c.model for c in sitting.record.calls if c.outcome == "timeout")  # may end before they are seen
    assert not seen - sent, f"requests that are not on record: {seen - sent}"
    assert not sent - late - seen, f"calls that nobody saw: {sent - late - seen}"


def check_log(record: JuryRecord, attempts: Iterable[Attempt]) -> None:
    """The log holds the calls of the record, and the words behind every name, vote and choice of a model."""
    kept = list(attempts)
    assert Counter(a.summary().model_dump_json() for a in kept) == Counter(c.model_dump_json() for c in record.calls)
    said = {(a.persona, a.stage, a.round, i) for a in kept for i in a.parsed or ()}
    named = {(a.persona, i, v["name"]) for a in kept if a.stage == "proposal" for i, v in (a.parsed or {}).items()}
    for p in record.proposals:
        assert p.provider == OFFLINE or (p.persona, p.segment_id, p.name) in named, "a name that its juror never said"
    for b in record.ballots:
        by_model = b.provider not in {OFFLINE, BY_RULE}
        assert not by_model or (b.persona, "ballot", b.round, b.segment_id) in said
    for v in record.verdicts:
        by_judge = v.model != OFFLINE and any(c.stage == "verdict" for c in record.calls)
        assert not by_judge or any((seat, "verdict", v.rounds, v.segment_id) in said for seat in JUDGES)


def check_secrets(sitting: Sitting) -> None:
    """No key is in the record or in the log."""
    texts = [sitting.record.model_dump_json(), sitting.log.read_text() if sitting.log and sitting.log.exists() else ""]
    assert not [key for key in KEYS.values() for text in texts if key in text]


def proposers_of(verdict: Verdict, record: JuryRecord) -> list[Proposal]:
    """The proposals of the round in which a segment was settled that hold its name."""
    wanted = (verdict.segment_id, verdict.name, verdict.rounds)
    return [p for p in record.proposals if (p.segment_id, p.name, p.round) == wanted]


def answered(record: JuryRecord, said: Proposal | Ballot, stage: Stage, *, since: int) -> bool:
    """Whether the model of a proposal or ballot answered its juror, between a round and its own."""
    return any(
        (c.persona, c.stage, c.provider, c.model) == (said.persona, stage, said.provider, said.model)
        and since <= c.round <= said.round
        and c.outcome in SPOKE
        for c in record.calls
    )


def sides(record: JuryRecord, persona: Persona, segment_id: str, round_: int) -> tuple[set[str], set[str]]:
    """The names of a juror for a segment in a round, and those of the others that it does not have itself."""
    there = [p for p in record.proposals if (p.segment_id, p.round) == (segment_id, round_)]
    own = {p.name for p in there if p.persona == persona}
    return own, {p.name for p in there} - own


def may_have(record: JuryRecord, brief: SegmentBrief, name: str, round_: int) -> bool:
    """Whether a segment could be given a name in a round: what was settled before is taken."""
    settled = [v.name for v in record.verdicts if v.rounds < round_]
    return not check_name(name, brief, settled, lexicon())


def abstained(record: JuryRecord, seat: str, stage: Stage, segment_id: str, round_: int) -> bool:
    """Whether there is an abstention."""
    place = (seat, stage, round_)
    return any((a.persona, a.stage, a.round) == place and segment_id in a.segment_ids for a in record.abstentions)


def _providers_words() -> tuple[str, ...]:
    """What the faults of tests/faults.py say, in pieces around what is filled in."""
    said: list[str] = []
    for fault in FAULTS.values():
        if isinstance(fault, Rejection):
            said += [fault.message, fault.code, fault.failed or ""]
        elif isinstance(fault, Page):
            said.append(fault.body)
        elif isinstance(fault, Content):
            said.append(fault.refusal or "")
    pieces = (piece.strip(" '") for text in said for piece in re.split(r"\{\w+\}", text))
    return tuple(sorted({p for p in pieces if len(p) > 8}))


PROVIDERS_WORDS: Final = _providers_words()
