"""The question what a message of the chat means: its prompt, and how an answer is read."""

from collections.abc import Mapping, Sequence
from string import Template
from typing import Any, Final

from cartjury.agents import asking, forms
from cartjury.agents.flat_edits import KINDS, TOPICS
from cartjury.agents.own_words import Facts
from cartjury.agents.prompt import data_block, parts, text_of
from cartjury.agents.readings import READINGS, Check, Readings
from cartjury.agents.replies import RefusedError, UnreadableError, WrongShapeError, json_object
from cartjury.agents.scene_data import LONGEST, head_of, rows_of
from cartjury.data.chat_records import Reading, Scene
from cartjury.data.seats import READER
from cartjury.data.text import one_line

FAULT: Final = 400  # characters of what is sent back


class MessageQuestion:
    """One message in its scene.

    Attributes:
        message: what is read of it, in one clean line.
    """

    def __init__(self, text: str, scene: Scene, check: Check) -> None:
        self.message = one_line(text, LONGEST)
        self._head, self._rows = head_of(scene, text), rows_of(scene)
        facts = Facts(self._rows, [self._head, self._rows], self.message)
        self._readings = Readings(scene.numeric, facts, check)

    def question(self, turn: int) -> asking.Question[Reading]:
        """The question for the seat "interpreter"; `turn` tells the messages of one log apart."""
        return asking.Question(
            stage="reading",
            round=0,
            seat=READER,
            ids=(forms.MESSAGE,),
            prompt=self.prompt,
            read=self.read,
            plain=lambda reading: reading.model_dump(mode="json"),
            part=turn,
        )

    def prompt(self, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> asking.Prompt:
        """Show the plan and the message; in a repair also what was wrong with the last answer."""
        del ids  # there is one
        form = forms.message(tuple(self._rows), READINGS, TOPICS, KINDS)
        repair = Template(text_of("interpret_again")).substitute(nonce=nonce) if faults else ""
        data = data_block({**self._head, **({"faults": faults} if faults else {})}, self._rows)
        system, user = parts("interpret")
        text = Template(user).substitute(data=data, repair=repair).strip()
        messages = (asking.Message("system", system), asking.Message("user", text))
        return asking.Prompt(messages, form.schema, form.max_tokens)

    def read(self, text: str, ids: Sequence[str]) -> asking.Reading[Reading]:
        """Read an answer."""
        (key,) = ids
        try:
            return asking.Reading("answered", {key: self._readings.accepted(_entry(json_object(text, ids), key))})
        except UnreadableError as error:
            return asking.Reading("not_json", faults={key: str(error)})
        except WrongShapeError as error:
            return asking.Reading("wrong_shape", faults={key: one_line(str(error), FAULT)})
        except RefusedError as error:
            return asking.Reading("not_accepted", faults={key: one_line(str(error), FAULT)})


def _entry(found: Mapping[str, Any], key: str) -> Any:
    """What stands under the one key; where only that key is missing or another one, it is read all the same."""
    if key not in found and len(found) == 1 and isinstance(inner := next(iter(found.values())), dict):
        return inner
    return found.get(key, found)
