"""The desk: one attempt at a time, looked up, allowed, sent, read and written down before anybody sees it.

On a replay every attempt comes from the record and nothing is sent. After a crash the record holds what was paid for,
and only the rest is sent; what was under way at the crash is not in it.
"""

import asyncio
import math
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from cartjury.agents import rates
from cartjury.agents.asking import Question, Reading, Reply, Request, Wire
from cartjury.agents.attempts import Turn, read, replied, same_request, unsent
from cartjury.agents.budget import Budget, Hold, most
from cartjury.agents.outages import Outages
from cartjury.agents.outcomes import SAID, cut_off, dead_for_good
from cartjury.data import journal as log
from cartjury.data.call_records import CONTENT_FAULTS, Attempt, Outcome, Panel
from cartjury.data.errors import InputError
from cartjury.data.model_records import Model

T = TypeVar("T")

PAUSE: Final = 0.5  # seconds, at least, before a request is made again; twice as long before the next time
WORTH_TELLING: Final = 1.0  # seconds


class ReplayError(InputError):
    """A replay needs an answer that the record does not hold."""


class _NotSent(Exception):  # noqa: N818  a refusal of our own, no error
    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


class Desk:
    """Makes, records and repeats the attempts of one jury. All of its work belongs on one event loop.

    Requests that were under way when a run was killed are not on its tape: they may have been paid for, yet count
    towards no cap, and are made again.

    Attributes:
        panel: who sits where, and the limits.
        pause: seconds, at least, before a request is made again; longer where the provider says so.
        budget: what was spent; it counts from when the desk was opened.
    """

    def __init__(  # noqa: PLR0913  what it works with, by keyword
        self,
        panel: Panel,
        wire: Wire | None,
        journal: Path | None = None,
        tape: Sequence[Attempt] = (),
        *,
        live: bool = True,
        tell: Callable[[str], None] | None = None,
        pause: float = PAUSE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open a desk.

        Args:
            panel: who sits where, and the limits.
            wire: sends requests; None on a replay.
            journal: where attempts are written down; None: nowhere.
            tape: attempts of this jury that were made before: all of them on a replay, those before a crash
                otherwise. They count as spent.
            live: False: nothing is sent, and an attempt that is not on the tape is an error.
            tell: hears of waits.
            pause: as above.
            clock: wall seconds, for the cap on them.

        Raises:
            ValueError: live, and no wire.
        """
        if live and wire is None:
            raise ValueError("a live desk needs a wire")
        self.panel = panel
        self.pause = pause
        self.budget = Budget(panel.caps, clock)
        self._wire = wire if live else None
        self._journal = journal
        self._tell = tell or (lambda _: None)
        self._known = {a.key: a for a in tape}
        self._uncounted = set(self._known)
        self._made: dict[tuple[str, int, str, int, str, int], Attempt] = {}
        self._dead: dict[str, str] = {}
        self._outages = Outages()
        self._writing = threading.Lock()
        for attempt in tape:
            self.budget.count(attempt)

    @property
    def attempts(self) -> list[Attempt]:
        """All attempts of this jury, those from the tape too as far as they were needed, as they came in."""
        return list(self._made.values())

    async def attempt(self, question: Question[T], turn: Turn) -> tuple[Attempt, Reading[T] | None]:
        """Make an attempt, or repeat it from the tape. What fails is an outcome, not an error.

        Returns:
            The attempt, and what was read in the answer; None where there was no answer to read.

        Raises:
            ReplayError: it is not on the tape of a replay.
            OSError: it cannot be written down.
        """
        asked = unsent(question, turn)
        found = self._recorded(asked)
        if found is not None:
            attempt, reading = self._repeat(question, turn, found)
            if self._wire is None:  # a replay has a record of its own
                await asyncio.to_thread(self._keep, attempt)
        else:
            attempt, reading = await self._make(question, turn, asked)
            # The thread finishes its line even where the one who waits for it is cancelled.
            await asyncio.to_thread(self._keep, attempt)
        gone = dead_for_good(attempt, turn.model)
        if gone is not None:
            self._dead[gone] = SAID[attempt.outcome]
        if attempt.outcome == "answered" or attempt.outcome in CONTENT_FAULTS:
            self._outages.heard(turn.model)
        if reading is None:
            rates.wake()  # who waits for a provider that has just been given up need not wait on
        return attempt, reading

    def give_up(self, model: Model) -> None:
        """Leave a model alone that keeps refusing for its rate limit, unless it answers something after all."""
        self._outages.give_up(model)
        rates.wake()  # who waits to ask it need not wait on

    def _recorded(self, asked: Attempt) -> Attempt | None:
        found = self._known.get(asked.key)
        if found is not None and same_request(found, asked):
            return found
        if self._wire is None:
            what = f"attempt {asked.attempt + 1} of {asked.persona} ({asked.stage}, round {asked.round})"
            raise ReplayError(
                f"The record holds no answer of {asked.provider}/{asked.model} to {what}:"
                " it was made by another version of cartjury, or on other data."
            )
        return None

    def _repeat(self, question: Question[T], turn: Turn, found: Attempt) -> tuple[Attempt, Reading[T] | None]:
        """Read a recorded answer again: the checks of today decide."""
        if found.key in self._uncounted:
            self._uncounted.remove(found.key)
            self.budget.count_unknown(found, most(turn.model, turn.prompt))
        reading = None
        if found.parsed is not None and found.raw is not None:
            found, reading = read(question, found, found.raw)
        self._made[found.key] = found
        return found, reading

    async def _make(self, question: Question[T], turn: Turn, asked: Attempt) -> tuple[Attempt, Reading[T] | None]:
        try:
            hold, waited = await self._admit(turn)
        except _NotSent as no:
            return asked.model_copy(update={"outcome": no.outcome, "error": str(no)}), None
        failed = self._outages.count(asked.provider)
        try:
            reply = await self._send(turn, asked)
        except BaseException:  # cancelled: the provider may still count it
            self.budget.settle(hold, None)
            raise
        attempt, reading = replied(asked, reply, turn.model, waited), None
        self.budget.settle(hold, attempt)
        if self.budget.left() > 0:  # else it was our own cap that cut it off
            self._outages.note(attempt, turn.model, failed)
        elif attempt.outcome == "timeout":
            attempt = attempt.model_copy(update={"error": cut_off(self.panel.caps.max_seconds or 0.0)})
        if self.panel.rate_limited and attempt.outcome == "connection":
            rates.limits(turn.model).give_back(hold.tokens)
        if attempt.outcome == "answered" and attempt.raw is not None:
            attempt, reading = read(question, attempt, attempt.raw)
        return attempt, reading

    async def _admit(self, turn: Turn) -> tuple[Hold, float]:
        """Wait until a request may be sent; return what it may take, and the seconds waited."""
        self._ask_only_the_living(turn.model)
        hold = self.budget.reserve(turn.model, turn.prompt)
        if isinstance(hold, str):
            raise _NotSent("budget", hold)
        try:
            waited = await self._wait(turn, hold.tokens)
            self._ask_only_the_living(turn.model)  # others may have found out meanwhile
            self._afford(0.0)
        except BaseException:
            self.budget.release(hold)
            raise
        return hold, waited

    async def _wait(self, turn: Turn, tokens: int) -> float:
        provider, delay = turn.model.provider, 0.0
        if turn.wait:
            self._afford(turn.wait)
            self._announce(turn.wait, f"before asking {provider} again")
            await asyncio.sleep(turn.wait)
        if self.panel.rate_limited:
            limits = rates.limits(turn.model)
            delay = limits.delay(tokens)
            self._afford(delay)
            self._announce(delay, f"for {provider}'s rate limit")
            await limits.wait(tokens, lambda: self._why_dead(turn.model) is None)
        return round(turn.wait + delay, 3)

    async def _send(self, turn: Turn, asked: Attempt) -> Reply:
        assert self._wire is not None  # noqa: S101  a replay never comes here
        seconds = min(self.panel.timeout, self.budget.left())
        try:
            return await self._wire(Request(turn.model, turn.prompt, turn.temperature, seconds, asked))
        except Exception as e:  # a wire should not raise; if one does, its text may hold anything
            return Reply("bad_response", error=f"the client failed: {type(e).__name__}")

    def _keep(self, attempt: Attempt) -> None:
        with self._writing:
            if self._journal is not None:
                log.append(self._journal, attempt)
            self._made[attempt.key] = self._known[attempt.key] = attempt
            self._uncounted.discard(attempt.key)

    def _ask_only_the_living(self, model: Model) -> None:
        why = self._why_dead(model)
        if why is not None:
            raise _NotSent("skipped", f"{why}, so it was not asked")

    def _why_dead(self, model: Model) -> str | None:
        return self._dead.get(model.ref) or self._dead.get(model.provider) or self._outages.why(model)

    def _afford(self, seconds: float) -> None:
        refusal = self.budget.out_of_time(seconds)
        if refusal is not None:
            raise _NotSent("budget", refusal)

    def _announce(self, seconds: float, why: str) -> None:
        if seconds > WORTH_TELLING:
            self._tell(f"waiting {math.ceil(seconds)} s {why}")
