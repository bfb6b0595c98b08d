"""Juries of the real clients in a world that fails: one loopback server stands in for both providers.

    sitting = hold(twelve(), fault=in_seats({"judge"}, FAULTS["hang"]))
    assert_sound(sitting)                        # tests/graph/sitting_checks.py

What the server says when nothing fails is a fixture (tests/agents/scripted_model.py), no model's answer.
"""

import json
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cartjury.data.call_records import Effort
from cartjury.data.journal import JOURNAL
from cartjury.data.jury_records import PERSONAS, JuryRecord, SegmentBrief
from cartjury.data.lexicon import personas
from cartjury.graph.build import build_jury
from tests.agents.scripted_model import answer, data_of, form_of
from tests.fault_server import FaultServer, Seen
from tests.faults import Fault

# Names that claim nothing, so that they fit every segment; two of them are one name, spelled in two ways.
FEW = ("Maple_Cedar_Shoppers", "MapleCedar_Shoppers", "Birch_Willow_Circle", "Amber_Lagoon_Carts")
# Names that no segment may have, or but few of them.
BAD = (
    "Fallback_Segment_Name",
    "Golden",
    "Medium_High_Low",
    "Other_Eager_Crowd",
    "<b>Bold</b>_Buyers",
    "Premium_Engaged_Stars",
    "Budget_Quiet_ThinMargin",
)
KEYS = {"GROQ_API_KEY": "gsk_W0rldOfFa1lures0123456789", "CEREBRAS_API_KEY": "csk-w0rldoffa1lures9876543210"}
ADDRESSES = ("GROQ_API_BASE", "CEREBRAS_BASE_URL")
TIMEOUT = 0.4  # seconds; a good answer takes a hundredth of it
PAUSE = 0.01
Fails = Callable[[Seen], Fault | None]


@dataclass(frozen=True)
class Sitting:
    """A jury that was held.

    Attributes:
        seen: what the server saw of it.
        log: its call log; None where it was held without a folder.
        seconds: that it took.
    """

    briefs: Sequence[SegmentBrief]
    record: JuryRecord
    seen: Sequence[Seen]
    log: Path | None
    seconds: float

    @property
    def origins(self) -> Mapping[str, int]:
        """How many names are whose."""
        return Counter(v.origin for v in self.record.verdicts)

    @property
    def silent(self) -> set[tuple[str, str]]:
        """Who abstained at which stage."""
        return {(a.persona, a.stage) for a in self.record.abstentions}

    @property
    def outcomes(self) -> Counter[str]:
        """How often each outcome came."""
        return Counter(c.outcome for c in self.record.calls)


def nothing(seen: Seen) -> None:
    """No fault."""
    del seen


def few_names(body: Mapping[str, Any], *, undecided: bool = False) -> str:
    """Answers of models that know but few names, and leave a segment out when they have given them all away."""
    good = answer(body, undecided=undecided)
    form = form_of(body)
    if "claims" not in form or "because" in form:
        return good
    used = {plain(name) for name in data_of(body).get("taken", ())}
    said = {}
    for segment_id in json.loads(good):
        order = random.Random(f"{body['model']} {segment_id}").sample(FEW, len(FEW))
        name = next((n for n in order if plain(n) not in used), None)
        if name is not None:
            used.add(plain(name))
            said[segment_id] = {"name": name, "claims": [], "reason": "It sounds well."}
    return json.dumps(said)


def careless(body: Mapping[str, Any], *, undecided: bool = False) -> str:
    """Answers in which every other name, or what is claimed of it, is wrong."""
    good = answer(body, undecided=undecided)
    if "claims" not in form_of(body):
        return good
    said = json.loads(good)
    dice = random.Random(json.dumps(body, sort_keys=True))
    for entry in said.values():
        changed = dice.choice(({}, {}, {"name": dice.choice(BAD)}, {"claims": [dice.choice(("f1=Purple", "x", ""))]}))
        entry.update(changed)
    return json.dumps(said)


def plain(name: str) -> str:
    """A name as it is compared."""
    return name.replace("_", "").casefold()


def hold(
    briefs: Sequence[SegmentBrief],
    *,
    fault: Fails = nothing,
    undecided: bool = False,
    says: Callable[..., str] = answer,
    **order: Any,
) -> Sitting:
    """Hold a jury against a server with faults.

    Args:
        briefs: the segments.
        fault: what goes wrong.
        undecided: judges go by the order of the names, so that every segment is contested.
        says: the answers that do not fail: `answer`, `few_names`, `careless`.
        order: further arguments of `sit`.
    """
    with FaultServer(answer=partial(says, undecided=undecided), fault=fault) as server:
        record, seconds, log = sit(briefs, server.url, **order)
    return Sitting(briefs, record, server.seen, log, seconds)


def hold_until(briefs: Sequence[SegmentBrief], number: int, **order: Any) -> Sitting:
    """Hold a jury against a server that goes away at its request of this number, for good."""
    with ExitStack() as open_:
        server = open_.enter_context(FaultServer(answer=answer))

        def gone(seen: Seen) -> None:
            if seen.number == number:
                open_.close()

        server.fault = gone
        record, seconds, log = sit(briefs, server.url, **order)
    return Sitting(briefs, record, server.seen, log, seconds)


def sit(
    briefs: Sequence[SegmentBrief],
    url: str,
    *,
    effort: Effort = "standard",
    seed: int = 42,
    folder: Path | None = None,
    replay: Path | None = None,
    timeout: float = TIMEOUT,
    pause: float = PAUSE,
    **options: Any,
) -> tuple[JuryRecord, float, Path | None]:
    """Hold a jury with both providers at an address; return its record, the seconds it took, and its log."""
    given: dict[str, Any] = {"effort": effort, "rate_limits": "off", "call_timeout": timeout, **options}
    order: dict[str, Any] = {"briefs": [b.model_dump(mode="json") for b in briefs], "seed": seed, "options": given}
    if folder is not None:
        order["run"] = {"id": "test", "folder": str(folder), "work": str(folder)}
    if replay is not None:
        order["replay"] = str(replay)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**KEYS, **dict.fromkeys(ADDRESSES, url)}.items():
            patch.setenv(name, value)
        started = time.perf_counter()
        said = build_jury(pause=pause).invoke(order)["jury"]
        seconds = time.perf_counter() - started
    return JuryRecord.model_validate(said), seconds, folder / JOURNAL if folder else None


def nowhere() -> str:
    """An address on which nobody listens."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{found.getsockname()[1]}"


def seat_of(seen: Seen) -> str:
    """Who asks; both judges are "judge"."""
    said = str(seen.body["messages"][-1]["content"])
    titles = {p: f"You are the {personas()[p].title.lower()} of the jury." for p in PERSONAS}
    return next((p for p, title in titles.items() if title in said), "judge")


def in_seats(seats: Collection[str], fault: Fault) -> Fails:
    """Every request of these seats meets a fault."""
    return lambda seen: fault if seat_of(seen) in seats else None


def at_first(seat: str, fault: Fault) -> Fails:
    """The first request of a seat meets a fault."""
    met: list[Seen] = []

    def once(seen: Seen) -> Fault | None:
        if seat_of(seen) != seat:
            return None
        met.append(seen)
        return fault if len(met) == 1 else None

    return once


def dies(provider: str, after: int, fault: Fault) -> Fails:
    """Every request to a provider meets a fault, but for this many at the start."""
    met: list[Seen] = []

    def failing(seen: Seen) -> Fault | None:
        if seen.provider != provider:
            return None
        met.append(seen)
        return fault if len(met) > after else None

    return failing
