"""The question for a ranking: a blind ballot, and what is accepted of an answer."""

import string
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cartjury.agents import forms
from cartjury.agents.asking import Prompt, Question, Reading
from cartjury.agents.plain_names import seeded
from cartjury.agents.prompt import Sheet, spoken_to
from cartjury.agents.replies import WrongShapeError, described, read_entries, texts
from cartjury.data.jury_records import Persona

if TYPE_CHECKING:
    from cartjury.agents.sitting import Hearing

LABELS: Final = string.ascii_uppercase


def on_ballot(hearing: "Hearing", segment_id: str, without: Persona | None = None) -> list[str]:
    """The names that were proposed for a segment in this round and may be given; of a juror's view all but its own."""
    now = [p for p in hearing.proposals if p.segment_id == segment_id and p.round == hearing.round]
    own = {p.name for p in now if p.persona == without}
    brief = next(b for b in hearing.briefs if b.id == segment_id)
    names = sorted({p.name for p in now} - own)
    return [name for name in names if not hearing.check(name, brief, hearing.taken)][: len(LABELS)]


def label_of(said: str, labels: Mapping[str, str]) -> str | None:
    """The label that is meant: in either case, with blanks around it, or the exact name behind it."""
    text = said.strip()
    return text.upper() if text.upper() in labels else next((k for k, name in labels.items() if name == text), None)


class Ranking:
    """A juror's questions for rankings in one round.

    Attributes:
        labels: by segment id the names behind the labels; the order is the juror's own and tells nothing.
    """

    def __init__(
        self,
        persona: Persona,
        hearing: "Hearing",
        goal: str,
        names: Mapping[str, Sequence[str]],
        *,
        plain: bool = False,
    ) -> None:
        """Ask a juror about the names on each ballot; `plain`: without a word of its persona."""
        self._persona: Persona = persona
        self._round = hearing.round
        words = spoken_to(persona, plain=plain)
        self._sheet = Sheet("rank", hearing.briefs, goal, hearing.guidance, persona=words)
        self.labels: dict[str, dict[str, str]] = {}
        for i, there in names.items():
            about = ("labels", str(hearing.round), persona, i)
            shown = sorted(there, key=lambda n, about=about: seeded(hearing.seed, *about, n))  # type: ignore[misc]
            self.labels[i] = dict(zip(LABELS, shown, strict=False))

    @property
    def ids(self) -> tuple[str, ...]:
        """The segments on which there is something to rank."""
        return tuple(self.labels)

    def question(self, part: int, ids: Sequence[str]) -> Question[tuple[str, ...]]:
        """The question for one batch of segments; an accepted value holds names, best first."""
        return Question(
            stage="ballot",
            round=self._round,
            seat=self._persona,
            ids=tuple(ids),
            prompt=self.prompt,
            read=self.read,
            plain=list,
            part=part,
        )

    def prompt(self, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> Prompt:
        """Show names with labels, and nothing of who proposed them."""
        rows = {i: {"ballot": self.labels[i]} for i in ids}
        form = forms.rankings({i: list(self.labels[i]) for i in ids})
        return self._sheet.prompt(rows, form, faults=faults, nonce=nonce)

    def read(self, text: str, ids: Sequence[str]) -> Reading[tuple[str, ...]]:
        """Read an answer."""
        return read_entries(text, ids, self.entry)

    def entry(self, segment_id: str, value: Any) -> tuple[str, ...]:
        """Turn the labels of one segment into names; an object with nothing but the ranking is read as the ranking.

        Raises:
            WrongShapeError: it is not a list of all labels, each once.
        """
        labels = self.labels[segment_id]
        given = next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value
        meant = [label_of(said, labels) or "" for said in given] if texts(given) else []
        if sorted(meant) != sorted(labels):
            wanted = ", ".join(labels)
            raise WrongShapeError(f"the ranking must be a list of {wanted}, each once, not {described(value)}.")
        return tuple(labels[label] for label in meant)
