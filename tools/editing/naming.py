"""Names by people: rename, lock, unlock, ask again."""

import re
import unicodedata
from typing import Final

from cartjury.data.edit_records import GUIDANCE, AskAgain, Lock, Rename, Unlock
from cartjury.data.errors import EditError
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.lexicon import lexicon
from cartjury.data.records import Segment, SegmentPlan
from cartjury.data.step_records import LockStep, NameStep, UnnameStep
from cartjury.data.text import one_line
from cartjury.tools.editing.drafts import Draft
from cartjury.tools.editing.lookup import segment_of, segments_of
from cartjury.tools.editing.measure import sizes_of
from cartjury.tools.editing.wording import called, listed
from cartjury.tools.engine.carts import Carts
from cartjury.tools.naming import MAX_LENGTH, forbidden, same_name, untrue_words
from cartjury.tools.rules import traits
from cartjury.tools.words import in_words

_FORM: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+){0,4}")
_ID: Final = re.compile(r"[Ss]\d+")


def rename(edit: Rename, plan: SegmentPlan, _: Carts) -> Draft:
    """Give a segment a name of one's own."""
    segment, name = segment_of(plan, edit.segment), "_".join(re.sub(r"[_-]", " ", edit.name).split())
    if segment.id in plan.locks:
        raise EditError(f"the name of {called(segment)} is locked: unlock {segment.id} first")
    _check_form(name)
    if _ID.fullmatch(name):
        raise EditError(f"{name} looks like the id of a segment: say another name")
    if name == segment.name:
        raise EditError(f"{segment.id} is already called {name}")
    taken = next((s for s in plan.segments if s.id != segment.id and s.name and same_name(s.name, name)), None)
    if taken:
        raise EditError(
            f"{name} is taken: {taken.id} is called {taken.name}; rename {taken.id} first, or say another name"
        )
    if reasons := forbidden(name, lexicon()):
        raise EditError(f"{' '.join(reasons)} Say another name.")
    was = f" {segment.name}" if segment.name else ""
    draft = Draft(plan).then(NameStep(segment=segment.id, name=name))
    return draft.saying(f"Call {segment.id}{was} {name}.", contradictions(plan, segment, name))


def contradictions(plan: SegmentPlan, segment: Segment, name: str) -> tuple[str, ...]:
    """Say what a name claims that the rule of its segment does not hold."""
    said = in_words(plan, segment)
    brief = SegmentBrief(
        id=segment.id,
        rule=segment.rule,
        in_words=said,
        traits=traits(plan, segment),
        is_else=segment.is_else,
        size=None,
        figures={},
    )
    return tuple(f"{segment.id} {name}: {reason}" for reason in untrue_words(name, brief, lexicon()))


def lock(edit: Lock, plan: SegmentPlan, _: Carts) -> Draft:
    """Keep names whatever happens."""
    wanted = segments_of(plan, edit.segments) if edit.segments else tuple(s for s in plan.segments if s.name)
    chosen = [s for s in wanted if s.id not in plan.locks]
    if not chosen:
        nobody = "no segment has a name that could be locked"
        raise EditError(f"{listed(map(called, wanted))} {_are(wanted)} locked already" if wanted else nobody)
    if nameless := [s.id for s in chosen if not s.name]:
        raise EditError(
            f"{listed(nameless)} {_have(nameless)} no name yet that could be locked: name {_it(nameless)} first"
        )
    draft = Draft(plan).then(LockStep(segments=tuple(s.id for s in chosen), locked=True))
    return draft.saying(f"Lock {_the_names(chosen)}.", _left_out(wanted, chosen, "locked already"))


def unlock(edit: Unlock, plan: SegmentPlan, _: Carts) -> Draft:
    """Let the jury name segments again when they change."""
    wanted = segments_of(plan, edit.segments or plan.locks)
    chosen = [s for s in wanted if s.id in plan.locks]
    if not chosen:
        raise EditError(f"{listed(map(called, wanted))} {_are(wanted)} not locked" if wanted else "no name is locked")
    draft = Draft(plan).then(LockStep(segments=tuple(s.id for s in chosen), locked=False))
    return draft.saying(f"Unlock {_the_names(chosen)}.", _left_out(wanted, chosen, "not locked"))


def ask_again(edit: AskAgain, plan: SegmentPlan, carts: Carts) -> Draft:
    """Ask the jury for other names."""
    named, sizes = segments_of(plan, edit.segments), sizes_of(carts, plan)
    if locked := [s for s in named if s.id in plan.locks]:
        raise EditError(f"{listed(map(called, locked))} {_are(locked)} locked: unlock {_it(locked)} first")
    if empty := [s for s in named if not sizes[s.id]]:
        raise EditError(f"nobody is in {listed(map(called, empty))}, and the jury names nobody")
    chosen = named or tuple(s for s in plan.segments if s.id not in plan.locks and sizes[s.id])
    if not chosen:
        raise EditError("all names are locked: unlock some first")
    guidance = one_line(edit.guidance, GUIDANCE)
    draft = Draft(plan).then(UnnameStep(segments=tuple(s.id for s in chosen), guidance=guidance))
    wish = f', with the wish "{guidance}"' if guidance else ""
    kind = "another name" if len(chosen) == 1 else "other names"
    return draft.saying(f"Ask the jury for {kind} for {listed(map(called, chosen))}{wish}.")


def _check_form(name: str) -> None:
    if len(name) > MAX_LENGTH:
        raise EditError(f"{name[:60]} has {len(name)} characters, and a name at most {MAX_LENGTH}")
    if _FORM.fullmatch(name):
        return
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    offer = f": say {plain}" if plain != name and _FORM.fullmatch(plain) else ""
    shown = one_line(name, 60)
    raise EditError(
        f"{shown!r} cannot be a name{offer}; a name has one to five words of the letters A to Z and digits, joined by "
        "underscores, and begins with a letter"
    )


def _the_names(chosen: list[Segment]) -> str:
    return f"the name{'s' if len(chosen) > 1 else ''} of {listed(map(called, chosen))}"


def _left_out(wanted: tuple[Segment, ...], chosen: list[Segment], why: str) -> tuple[str, ...]:
    rest = [s for s in wanted if s not in chosen]
    return (f"{listed(map(called, rest))} {_are(rest)} {why}",) if rest else ()


def _are(found: tuple[Segment, ...] | list[Segment]) -> str:
    return "is" if len(found) == 1 else "are"


def _have(found: list[str]) -> str:
    return "has" if len(found) == 1 else "have"


def _it(found: list[str] | list[Segment]) -> str:
    return "it" if len(found) == 1 else "them"
