"""Readers of chat messages as the product has them: what needs no model at once, a model, the grammar behind it."""

from collections import defaultdict
from typing import Final

from cartjury.app.evals.naming_arm import Place
from cartjury.app.evals.purse import Purse
from cartjury.data.chat_records import Reading, Scene
from cartjury.data.outside_records import Understood
from cartjury.graph.evaluating import Evaluating
from cartjury.tools.evals.chat_play import Read
from cartjury.tools.understand.check import check_reading
from cartjury.tools.understand.read import read_message, read_plainly

GRAMMAR: Final = "grammar"
KEPT_AS: Final = "chat"  # folder of the record


def grammar(text: str, scene: Scene) -> Reading:
    """Read a message without a model."""
    return read_message(text, scene)


class ModelReader:
    """A model, asked as the chat asks it; every message is kept in a folder of its own.

    Attributes:
        place: where what it says is kept, or heard again from.
        asked: what came of every question to it.
        read_by: who read each message of a case: "provider/id", or "grammar".
    """

    def __init__(self, evaluating: Evaluating, place: Place, purse: Purse) -> None:
        self.place = place
        self.asked: list[Understood] = []
        self.read_by: dict[str, list[str]] = defaultdict(list)
        self._evaluating = evaluating
        self._purse = purse

    def of(self, case: str) -> Read:
        """The reader of the messages of a case.

        Raises:
            InputError: the cap on cost is reached: a part of the cases would be an arm of its own.
        """

        def read(text: str, scene: Scene) -> Reading:
            plainly = read_plainly(text, scene)
            found = self._ask(case, text, scene) if plainly is None else None
            self.read_by[case].append(found.model if found and found.model else GRAMMAR)
            return plainly or (found and found.reading) or read_message(text, scene)

        return read

    def _ask(self, case: str, text: str, scene: Scene) -> Understood:
        self._purse.open(self.place.keep)
        turn = len(self.read_by[case])
        place = self.place.of(KEPT_AS, case, str(turn))
        found = self._evaluating.read_message(text, scene, lambda r: check_reading(r, scene), **place)
        self._purse.pay(found)
        self.asked.append(found)
        return found
