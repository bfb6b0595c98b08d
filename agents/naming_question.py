"""The question for names, and what is accepted of an answer: names that pass every check, with true claims."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cartjury.agents import forms
from cartjury.agents.asking import Prompt, Question, Reading
from cartjury.agents.prompt import Sheet, spoken_to
from cartjury.agents.replies import RefusedError, fields, read_entries
from cartjury.data.jury_records import Persona, Proposal
from cartjury.data.text import one_line

if TYPE_CHECKING:
    from cartjury.agents.sitting import Hearing

NOBODY: Final = ""  # the model of a proposal, until it is known which one gave it


class Naming:
    """All questions for names to one juror in one round.

    It remembers what it accepted: in a later batch, or a repair, those names are taken.

    Attributes:
        sheet: what the juror is shown.
        spoken_to: who it is, in the words of the prompt.
        accepted: names by segment id.
    """

    def __init__(self, persona: Persona, hearing: "Hearing", goal: str, *, plain: bool = False) -> None:
        """Ask a juror; `plain`: without a word of its persona."""
        self.persona: Persona = persona
        self.hearing = hearing
        self.spoken_to = spoken_to(persona, plain=plain)
        self.sheet = self._made_sheet(goal)
        self.accepted: dict[str, str] = {}

    def question(self, part: int, ids: Sequence[str]) -> Question[Proposal]:
        """The question for one batch of segments."""
        return Question(
            stage="proposal",
            round=self.hearing.round,
            seat=self.persona,
            ids=tuple(ids),
            prompt=self.prompt,
            read=self.read,
            plain=plain,
            part=part,
        )

    def prompt(self, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> Prompt:
        """Ask for names of the segments that are still open."""
        form = forms.names(ids, self.sheet.features.codes())
        taken = [*self.hearing.taken, *(name for i, name in self.accepted.items() if i not in ids)]
        return self.sheet.prompt({i: {} for i in ids}, form, faults=faults, nonce=nonce, taken=taken)

    def read(self, text: str, ids: Sequence[str]) -> Reading[Proposal]:
        """Read an answer; of two segments with one name, the first keeps it."""
        return read_entries(text, ids, self.entry)

    def entry(self, segment_id: str, value: Any) -> Proposal:
        """Read the entry of one segment.

        Raises:
            WrongShapeError: it has another form.
            RefusedError: the name, or a claim, fails a check.
        """
        found = fields(value, {"name": str, "claims": list, "reason": str})
        return self.checked(self.proposal(segment_id, found))

    def proposal(self, segment_id: str, found: Mapping[str, Any]) -> Proposal:
        """What an entry says, unchecked."""
        return Proposal(
            persona=self.persona,
            model=NOBODY,
            provider=NOBODY,
            segment_id=segment_id,
            name=found["name"].strip(),
            claims=dict(self.sheet.features.claims(found["claims"])),
            reason=one_line(found["reason"]),
            round=self.hearing.round,
        )

    def checked(self, proposal: Proposal) -> Proposal:
        """A proposal that passes; from now on its name is taken.

        Raises:
            RefusedError: it does not pass.
        """
        brief = self.sheet.by_id[proposal.segment_id]
        refusals = self.hearing.check(proposal.name, brief, self.barred(brief.id))
        refusals = (*refusals, *self.hearing.check_claims(proposal, brief))
        if refusals:
            raise RefusedError(" ".join(refusals))
        self.accepted[brief.id] = proposal.name
        return proposal

    def barred(self, segment_id: str) -> tuple[str, ...]:
        """Names that a segment cannot have, because others have them."""
        return (*self.hearing.taken, *(name for i, name in self.accepted.items() if i != segment_id))

    def _made_sheet(self, goal: str) -> Sheet:
        return Sheet("propose", self.hearing.briefs, goal, self.hearing.guidance, persona=self.spoken_to)


def plain(proposal: Proposal) -> dict[str, Any]:
    """What the log keeps of an accepted entry."""
    return {"name": proposal.name, "claims": dict(proposal.claims), "reason": proposal.reason}
