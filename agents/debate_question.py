"""The question of a debate, and what comes of an answer: a name is kept, unless the reason to change it is true."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from cartjury.agents import forms
from cartjury.agents.asking import Prompt
from cartjury.agents.concede import SHORTER, holds
from cartjury.agents.naming_question import Naming
from cartjury.agents.plain_names import seeded
from cartjury.agents.prompt import Sheet
from cartjury.agents.replies import RefusedError, WrongShapeError, fields, quote
from cartjury.data.jury_records import Persona, Proposal
from cartjury.data.lexicon import lexicon

if TYPE_CHECKING:
    from cartjury.agents.sitting import Hearing

SUPPORT: Final = 2  # first places of a clear favourite


class Debating(Naming):
    """All questions to one juror in one debate round.

    Attributes:
        own: its last proposal, by segment id.
    """

    def __init__(self, persona: Persona, hearing: "Hearing", goal: str, *, plain: bool = False) -> None:
        """Ask a juror; `plain`: without a word of its persona."""
        super().__init__(persona, hearing, goal, plain=plain)
        before = [p for p in hearing.proposals if p.persona == persona and p.round < hearing.round]
        self.own = {p.segment_id: p for p in before if p.segment_id in hearing.only}

    def prompt(self, ids: Sequence[str], faults: Mapping[str, str], nonce: str) -> Prompt:
        """Show the names of each segment without their authors, and what speaks against settling on one."""
        rows = {i: {"ballot": self._ballot(i), "open": self._open(i)} for i in ids}
        form = forms.debate(ids, self.sheet.features.codes())
        more = {"taken": list(self.hearing.taken), "leading": self._leading()}
        return self.sheet.prompt(rows, form, faults=faults, nonce=nonce, **more)

    def entry(self, segment_id: str, value: Any) -> Proposal:
        """Read the entry of one segment: its old name, or a new one with a reason that is true.

        Raises:
            WrongShapeError: it has another form.
            RefusedError: the name that it gives, or a claim, fails a check.
        """
        found = fields(value, {"name": str, "claims": list, "because": str, "reason": str})
        because, new, own = found["because"], self.proposal(segment_id, found), self.own.get(segment_id)
        if because not in forms.BECAUSE:
            raise WrongShapeError(f"'because' must be one of {', '.join(forms.BECAUSE)}, not '{quote(because)}'.")
        if own is None:
            return self.checked(new)
        refusal = next(iter(self._refusals(own)), None)
        if because == "keep" or _same(new.name, own.name):
            if refusal:
                raise RefusedError(f"your old name cannot stay: {refusal}")
            return self._kept(own, new.reason)
        return self._conceded(because, self.checked(new), own, must=bool(refusal))

    def _conceded(self, because: str, new: Proposal, own: Proposal, *, must: bool) -> Proposal:
        """The new name where its reason is true, or where the old one cannot stay; else the old one."""
        brief = self.sheet.by_id[own.segment_id]
        if must or holds(because, new.name, own.name, brief, self._others(brief.id), lexicon()):
            return new
        return self._kept(own, f"Kept {own.name}: the stated reason, {because.replace('_', ' ')}, does not hold.")

    def barred(self, segment_id: str) -> tuple[str, ...]:
        """Also the names that this juror has for the other segments of the debate."""
        kept = (p.name for i, p in self.own.items() if i != segment_id and i not in self.accepted)
        return (*super().barred(segment_id), *kept)

    def _kept(self, own: Proposal, reason: str) -> Proposal:
        """The old name, still of the model that proposed it."""
        self.accepted[own.segment_id] = own.name
        return own.model_copy(update={"reason": reason, "round": self.hearing.round})

    def _refusals(self, own: Proposal) -> tuple[str, ...]:
        return self.hearing.check(own.name, self.sheet.by_id[own.segment_id], self.barred(own.segment_id))

    def _ballot(self, segment_id: str) -> list[dict[str, Any]]:
        """The names of the last vote that are still allowed, and its own, in an order that says nothing."""
        own, votes = self.own.get(segment_id), self.hearing.standing.get(segment_id, {})
        brief, mine = self.sheet.by_id[segment_id], own.name if own else ""
        names = {n for n in votes if not self.hearing.check(n, brief, self.hearing.taken)} | {mine} - {""}
        ordered = sorted(names, key=lambda n: seeded(self.hearing.seed, "debate", self.persona, segment_id, n))
        return [
            {"name": n, "first_places": votes.get(n, (0, 0.0))[0], "borda": votes.get(n, (0, 0.0))[1]}
            | ({"yours": True} if n == mine else {})
            for n in ordered
        ]

    def _open(self, segment_id: str) -> list[str]:
        """What speaks against settling."""
        own = self.own.get(segment_id)
        firsts = sorted((f for f, _ in self.hearing.standing.get(segment_id, {}).values()), reverse=True)
        clear = bool(firsts) and firsts[0] >= min(SUPPORT, sum(firsts)) and firsts[0] > sum(firsts[1:2])
        vote = (
            "The judge was not sure, or a name failed a check." if clear else "No name has clearly most first places."
        )
        return [*(f"Your name cannot stay: {r}" for r in (self._refusals(own) if own else ())), vote]

    def _others(self, segment_id: str) -> list[str]:
        """The names that other segments have, or may get."""
        return [*self.hearing.taken, *(name for i, name in self._leading().items() if i != segment_id)]

    def _leading(self) -> dict[str, str]:
        """The name with the most votes of each open segment."""
        votes = self.hearing.standing
        return {i: max(votes[i].items(), key=_votes)[0] for i in self.hearing.only if votes.get(i)}

    def _made_sheet(self, goal: str) -> Sheet:
        words = {"persona": self.spoken_to, "shorter": SHORTER}
        return Sheet("debate", self.hearing.briefs, goal, self.hearing.guidance, **words)


def _same(one: str, other: str) -> bool:
    return one.replace("_", "").casefold() == other.replace("_", "").casefold()


def _votes(item: tuple[str, tuple[int, float]]) -> tuple[tuple[int, float], str]:
    name, votes = item
    return votes, name
