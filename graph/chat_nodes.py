"""The nodes of the chat: a message is read, what it asks for is shown, a person decides, and the plan is changed.

Only `apply` changes a plan, after a person's decision, and `travel`, which goes to what was approved before.
"""

import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cartjury.agents.desks import Desks
from cartjury.agents.panel import naming_estimate
from cartjury.data.chat_records import Asked, Choice, Reading, Refused, Talk, Topic, WhatIf, Wishes, Wondered
from cartjury.data.edit_records import PlanEdit, Redo, Reset, Undo
from cartjury.data.errors import InputError
from cartjury.data.places import is_url
from cartjury.data.revision_records import Decision, History, Naming, Preview
from cartjury.graph import revisions
from cartjury.graph.approval import ask, edited, read_decision, request
from cartjury.graph.held import ANYBODY, carts_of, needed, now, plain, standing_of
from cartjury.graph.reader import GRAMMAR, Reader
from cartjury.graph.recorded import read_manifest
from cartjury.graph.state import State, Update
from cartjury.graph.talk import in_words
from cartjury.tools.answers.answer import answer
from cartjury.tools.edit import apply as applied
from cartjury.tools.edit import resolve_all
from cartjury.tools.focus import checked, focus_of
from cartjury.tools.history import gone_to, turned_down
from cartjury.tools.jury_merge import names_taken
from cartjury.tools.preview import preview as previewed
from cartjury.tools.preview_words import in_words as preview_in_words

NOT_DONE: Final = "Nothing was changed."
OFFERED: Final = 'Say "1" to have it put before you for approval.'
SET_ASIDE: Final = "The preview that waited is set aside; nothing of it was done."
UNREAD: Final = "No model could read this ({why}); the built-in grammar did."


@dataclass(frozen=True)
class Chat:
    """The nodes that may ask a model: to read a message, or what it would take to be asked for names."""

    desks: Desks

    def listen(self, state: State) -> Update:
        """messages or edits -> reading, talk; a revision that was begun and never finished is left."""
        check_rows(state)
        settled = at_rest(state)
        state = State.model_validate({**dict(state), **settled, "messages": state.messages}) if settled else state
        reading, by, failed = Reader(self.desks).read(state)
        reading = checked(reading)
        focus = focus_of(reading, state.talk.focus, needed(state.plan))
        talk = Talk(focus=focus, asked=reading if isinstance(reading, Asked) else None, read_by=by)
        aside = [say(SET_ASIDE)] if state.preview is not None and state.decision is None else []
        notes = [*aside, *([say(UNREAD.format(why=failed))] if failed else [])]
        told = [*settled.pop("messages", []), *(message for note in notes for message in note["messages"])]
        said = {"reading": plain(reading), "talk": plain(talk), "messages": told}
        return {**settled, **said, "preview": None, "decision": None}

    def preview(self, state: State) -> Update:
        """reading -> preview: what its edits would do, counted on all the data; or why they cannot be done."""
        standing, carts = standing_of(state), carts_of(state)
        edits, hypothetical = wished(state.reading)
        try:
            resolved = resolve_all(edits, standing.plan, carts)
            shown = previewed(carts, standing, needed(state.history).current.number, resolved)
        except InputError as error:
            return {"reading": plain(Refused(reason=str(error))), "preview": None}
        shown = shown.model_copy(update={"naming": self.priced(state, shown)})
        text = preview_in_words(shown) + read_by(state.talk)
        if hypothetical:
            offer = Choice(label="do it", reading=Wishes(edits=tuple(edits)))
            talk = state.talk.model_copy(update={"asked": Asked(question=OFFERED, options=(offer,))})
            told = f"This is what it would do; nothing is changed.\n\n{text}\n\n{OFFERED}"
            return {"preview": None, "talk": plain(talk), **say(told)}
        return {"preview": plain(shown), "decision": None, **say(text)}

    def priced(self, state: State, shown: Preview) -> Naming:
        """What it takes to ask for the names of a preview."""
        jury, found = naming_estimate(self.desks.table, state.options, self.desks.environ, len(shown.naming.asked))
        took = found.model_dump() if found else {}
        return shown.naming.model_copy(update={"jury": jury, **took})


def approve(state: State) -> Update:
    """preview -> decision: a person's, asked for again until it is one on this preview."""
    shown = needed(state.preview)
    text, problem = preview_in_words(shown) + read_by(state.talk), ""
    for asked in itertools.count():
        given = ask(request(shown, text, problem), asked)
        try:
            decision = read_decision(given, shown)
        except InputError as error:
            problem = str(error)
        else:
            return decided(state, shown, decision)
    raise AssertionError("asking does not end without a decision")


def decided(state: State, shown: Preview, decision: Decision) -> Update:
    """What follows from a decision: other edits are previewed anew, and so are those of a plan that has changed."""
    by = decision.by or state.by or ANYBODY
    decision = decision.model_copy(update={"by": by})
    history, plan = needed(state.history), needed(state.plan)
    if decision.type == "reject":
        told = turned_down(history, by, now(), decision.message)
        revisions.tell(told)
        return {"decision": plain(decision), "history": plain(told), "preview": None, **say(NOT_DONE)}
    if decision.type == "edit":
        return {"decision": plain(decision), "reading": plain(edited(decision))}
    if (plan.plan_hash, history.current.number) != (shown.base_hash, shown.base_revision):
        again = decision.model_copy(update={"type": "edit"})
        return {"decision": plain(again), **say("The plan has changed since this was shown. This is how it is now.")}
    return {"decision": plain(decision)}


def apply(state: State) -> Update:
    """preview, decision -> plan, universe, run: the new plan, and where its files will be; what the jury is told."""
    shown, history, before = needed(state.preview), needed(state.history), needed(state.plan)
    plan = before
    for edit in shown.edits:
        plan = applied(plan, edit)
    if plan.plan_hash != shown.plan_hash:
        raise InputError(f"these edits come to another plan than the one that was shown: {NOT_DONE.lower()}")
    number, run = revisions.new_run(revisions.base_run(history), [r.number for r in history.revisions])
    return {
        "plan": plain(plan.with_changes(revision=number)),
        "universe": plain(shown.universe),
        "run": plain(run),
        "replay": None,  # names that are asked for now are in no record
        "taken": names_taken(before, plan),
        "guidance": dict(shown.naming.guidance),
    }


def travel(state: State) -> Update:
    """reading (undo, redo, reset) -> what stands at that revision; its files are there already."""
    reading, history = state.reading, needed(state.history)
    wish = reading.edits[0] if isinstance(reading, Wishes) else None
    if not isinstance(wish, Undo | Redo | Reset):
        raise LookupError("only undo, redo and reset travel")  # noqa: TRY004 - the route is wrong, not a type
    try:
        moved = gone_to(history, wish, state.by or ANYBODY, now())
        there = back_at(moved)
    except InputError as error:
        return {"reading": None, **say(str(error))}
    revisions.tell(moved)
    said = f"This is revision {moved.current.number} again" + (
        f": {' '.join(moved.current.said)}" if moved.current.said else ", as it was first published."
    )
    return {**there, "history": plain(moved), "reading": None, **say(said)}


def reply(state: State) -> Update:
    """reading -> a message: an answer, a question back, or why something cannot be done."""
    match state.reading:
        case Wondered() as wondered:
            text = answered(state, wondered.topic)
        case Asked() as asked:
            text = in_words(asked)
        case Refused() as refused:
            text = refused.reason
        case _:
            raise LookupError("there is nothing to say about edits")
    return say(text)


def answered(state: State, topic: Topic) -> str:
    """The answer to a question, or why there is none."""
    try:
        return answer(
            topic, standing_of(state), needed(state.history), carts_of(state), standing_at=revisions.standing_at
        )
    except InputError as error:
        return str(error)


def read_by(talk: Talk) -> str:
    """Whose reading a preview rests on, where it is a model's."""
    return "" if talk.read_by in {"", "edits", GRAMMAR} else f"\n\nThe message was read by {talk.read_by}."


def say(text: str) -> Update:
    """A message of the program."""
    return {"messages": [{"role": "assistant", "content": text}]}


def wished(reading: Reading | None) -> tuple[list[PlanEdit], bool]:
    """The edits of a reading, and whether they are only wondered about."""
    if isinstance(reading, Wondered) and isinstance(reading.topic, WhatIf):
        return list(reading.topic.edits), True
    edits = reading.edits if isinstance(reading, Wishes) else ()
    return [e for e in edits if not isinstance(e, Undo | Redo | Reset)], False


def check_rows(state: State) -> None:
    """Refuse to talk about carts that are no longer there.

    Raises:
        InputError: somebody took the working files of the run away.
    """
    path = needed(state.dataset).path
    if not is_url(path) and not any(c in path for c in "*?[") and not Path(path).exists():
        raise InputError(f"the checked carts of this run are gone ({path}): run it again to go on")


def at_rest(state: State) -> Update:
    """What puts a thread back to its current revision where it is not at one; nothing where it is."""
    history, plan = needed(state.history), needed(state.plan)
    if plan.revision == history.current.number:
        return {}
    said = say(f"What was approved last was not finished; this is revision {history.current.number} still.")
    return {**back_at(history), **said}


def back_at(history: History) -> Update:
    """What stands at the current revision, as state keys.

    Raises:
        InputError: its files are gone.
    """
    standing = revisions.standing_at(history.current)
    kept = {key: getattr(standing, key) for key in ("plan", "universe", "certificate", "jury")}
    several = {key: [plain(r) for r in getattr(standing, key)] for key in ("profiles", "scores")}
    kept["manifest"] = read_manifest(Path(history.current.folder))
    kept["run"] = revisions.run_of(history.current, revisions.base_run(history))
    return {**{key: plain(record) for key, record in kept.items()}, **several}
