"""What an evaluation asks models: a jury's names for a table, and what readers outside of the jury make of names.

    Evaluating(table, environ).name_table(arm, case, folder=...)     -> NamedTable: the product's own jury graph
                              .match_table(case, names, folder=...)  -> Matched
                              .prefer_table(case, one, other, ...)   -> Preferred

Each keeps what was said in a folder of its own (jury.jsonl, and kept.json once all is said). Heard again from such a
folder (`recorded`) nothing is sent and no key is needed. A question that was cut off is gone on with in its folder, so
that no answer is paid for twice; one that was answered is asked anew.
"""

import secrets
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from cartjury.agents import arms, evaluators, loop
from cartjury.agents.asking import Wire
from cartjury.agents.desk import PAUSE, Desk
from cartjury.agents.desks import Desks
from cartjury.agents.interpreter import interpret
from cartjury.agents.listing import name_own_models
from cartjury.agents.panel import outside_panel, reader_panel
from cartjury.agents.readings import Check
from cartjury.data.arms import EVALUATION
from cartjury.data.call_records import Panel
from cartjury.data.chat_records import Scene
from cartjury.data.eval_records import NamingCase
from cartjury.data.journal import JOURNAL
from cartjury.data.jury_records import JuryRecord
from cartjury.data.model_records import ModelTable
from cartjury.data.options import Options
from cartjury.data.outside_records import ArmPlan, Asked, Matched, NamedTable, Preferred, Understood
from cartjury.data.seats import ARBITER, MATCHER, READER, SeatName
from cartjury.graph.build import build_jury
from cartjury.graph.held import plain
from cartjury.graph.jury_nodes import read_words
from cartjury.graph.kept import keep, opened, read_kept
from cartjury.graph.recorded import OFFLINE
from cartjury.graph.state import Run
from cartjury.tools.report_calls import calls_of

A = TypeVar("A", bound=Asked)
SEED: Final = 42
NO_PROVIDER: Final = "a recording, in place of every provider"
OPTIONS: Final = Options()


@dataclass(frozen=True)
class Evaluating:
    """Asks models for an evaluation, each question in a folder of its own. It may be used from several threads.

    Attributes:
        table: of `data.arms.evaluation_table`.
        environ: keys and addresses.
        options: caps (each of a single question), timeout, rate limits, batch, goal, and models of the seats "matcher"
            and "arbiter"; preset and effort are those of the arms.
        seed: of every shuffled order.
        readers: the preset whose chains the seats "matcher" and "arbiter" have.
        tell: told of long waits.
        pause: seconds, at least, before a request is made again.
        wire: answers in place of the providers; None: they do.
    """

    table: ModelTable
    environ: Mapping[str, str]
    options: Options = OPTIONS
    seed: int = SEED
    readers: str = EVALUATION
    tell: Callable[[str], None] | None = None
    pause: float = PAUSE
    wire: Wire | None = None

    def why_not(self, arm: ArmPlan) -> str:
        """Why an arm cannot be run as what it is; "" where it can. Nobody is asked."""
        return arms.why_not(arm, self.table, self.options, self.environ)

    def why_no_reader(self, seat: SeatName) -> str:
        """Why nobody can be asked in the seat "matcher" or "arbiter"; "" where somebody can. Nobody is asked."""
        panel = self._readers(seat)
        return panel.empty.get(seat, "") or arms.no_address(panel, self.table, self.environ)

    def name_table(
        self, arm: ArmPlan, case: NamingCase, *, folder: Path | None = None, recorded: Path | None = None
    ) -> NamedTable:
        """Let the jury of an arm name a table.

        Args:
            arm: preset and effort; `why_not` says beforehand whether it can be run as what it is.
            case: the table.
            folder: where to keep what is said; None: nowhere.
            recorded: a folder of the same question, to be heard again.

        Raises:
            InputError: the folder cannot be written, or the record is not one of this question.
        """
        options = arms.options_of(arm, self.options)
        order: dict[str, Any] = {
            "briefs": [plain(b) for b in case.briefs],
            "seed": self.seed,
            "options": plain(options),
        }
        if folder is not None:
            order["run"] = plain(Run(id=folder.name, folder=str(folder), work=str(folder)))
        if recorded is not None:
            order["replay"] = str(recorded)

        def ask() -> NamedTable:
            jury = JuryRecord.model_validate(build_jury(desks=self._desks()).invoke(order)["jury"])
            return NamedTable(panel=jury.panel or OFFLINE, calls=calls_of(jury), jury=jury)

        return self._kept(ask, folder, recorded)

    def match_table(
        self, case: NamingCase, names: Mapping[str, str], *, folder: Path | None = None, recorded: Path | None = None
    ) -> Matched:
        """Let the reader say which rule each name was made for; names by segment id, the rest as `name_table`."""
        return self._outside(
            lambda: self._readers(MATCHER),
            lambda desk: evaluators.match(desk, case.briefs, names, seed=self.seed),
            folder,
            recorded,
        )

    def prefer_table(
        self,
        case: NamingCase,
        first: Mapping[str, str],
        second: Mapping[str, str],
        *,
        folder: Path | None = None,
        recorded: Path | None = None,
    ) -> Preferred:
        """Let the arbiter compare the names of two arms in both orders; the rest as `match_table`."""
        return self._outside(
            lambda: self._readers(ARBITER),
            lambda desk: evaluators.prefer(desk, case.briefs, first, second, seed=self.seed),
            folder,
            recorded,
        )

    def why_no_interpreter(self) -> str:
        """Why no model can be asked to read messages of the chat; "" where one can. Nobody is asked."""
        panel = reader_panel(self.table, self.options, self.environ)
        return panel.empty.get(READER, "") or arms.no_address(panel, self.table, self.environ)

    def read_message(
        self,
        text: str,
        scene: Scene,
        check: Check,
        *,
        folder: Path | None = None,
        recorded: Path | None = None,
    ) -> Understood:
        """Let a model read a message about a plan, as the chat does; the rest as `name_table`."""

        async def speak(desk: Desk) -> Understood:
            told = await interpret(desk, text, scene, check)
            return Understood(panel=desk.panel, calls=told.calls, reading=told.reading, model=told.model)

        return self._outside(lambda: reader_panel(self.table, self.options, self.environ), speak, folder, recorded)

    def _outside(
        self,
        seated: Callable[[], Panel],
        speak: Callable[[Desk], Coroutine[Any, Any, A]],
        folder: Path | None,
        recorded: Path | None,
    ) -> A:
        """Put a question to somebody outside of the jury, at a desk of its own."""
        known = read_kept(recorded).panel if recorded else None
        panel = known or seated()
        read_words()

        async def work() -> A:
            full = known or await name_own_models(panel, self.table, self.environ)
            desks, session = self._desks(), secrets.token_hex(8)
            desk = await desks.at(session, full, folder and folder / JOURNAL, recorded and recorded / JOURNAL)
            try:
                return await speak(desk)
            finally:
                await desks.close(session)

        return self._kept(lambda: loop.run(work()), folder, recorded)

    def _readers(self, seat: SeatName) -> Panel:
        return outside_panel(self.table, self.options, self.environ, seat, self.readers)

    def _desks(self) -> Desks:
        return Desks(self.table, self.environ, self.tell, self.pause, self.wire)

    def _kept(self, ask: Callable[[], A], folder: Path | None, recorded: Path | None) -> A:
        """Ask, say what it took and where, and keep that; of a record, what it took then."""
        then = read_kept(recorded) if recorded else None
        if folder is not None:
            opened(folder, recorded)
        started = time.perf_counter()
        found = ask()
        seconds = then.seconds if then else round(time.perf_counter() - started, 6)
        places = then.elsewhere if then else self._elsewhere(found)
        found = found.model_copy(update={"seconds": seconds, "elsewhere": places})
        if folder is not None:
            keep(found, folder)
        return found

    def _elsewhere(self, found: Asked) -> tuple[str, ...]:
        if self.wire is not None:
            return (NO_PROVIDER,)
        return arms.elsewhere(found.calls, self.table, self.environ)
