"""Edits of the names of segments, from what the slots of a phrase hold."""

from collections.abc import Mapping
from typing import Final

from cartjury.data.edit_records import AskAgain, Lock, Rename, Unlock
from cartjury.data.text import one_line
from cartjury.tools.understand.build_segments import Builder, Built
from cartjury.tools.understand.match import Caught
from cartjury.tools.understand.trouble import Trouble
from cartjury.tools.understand.view import View


def _rename(caught: Caught, _: View) -> Built:
    return _named(caught["seg"], caught["name"], clear=not _trails(caught["name"]))


def _rename_said(caught: Caught, _: View) -> Built:
    """Call S03 nicely: a single small word may say how, and be no name."""
    name = caught["name"]
    return _named(caught["seg"], name, clear=(" " in name or not name.islower()) and not _trails(name))


def _rename_bare(caught: Caught, _: View) -> Built:
    """Rename S03 in a nicer way: words that nothing marks as a name may be none."""
    return _named(caught["seg"], caught["name"], clear=not caught["name"].islower())


def _trails(name: str) -> bool:
    """Velvet Vault next week: small words behind a name in capitals may be none of it."""
    words = name.split()
    capitals = sum(w[0].isupper() for w in words)
    return 1 < capitals < len(words) and words[-1][0].islower() and words[0][0].isupper()


def _named(segment: str, name: str, *, clear: bool) -> Built:
    edits = (Rename(segment=segment, name=name),)
    return (
        edits
        if clear or "_" in name
        else Trouble(f"Shall {segment} be called '{one_line(name, 40)}'?", options=(edits,))
    )


def _rename_pairs(caught: Caught, _: View) -> Built:
    pairs = [(caught[s], caught[n]) for s, n in (("a", "n"), ("b", "m"), ("c", "o")) if s in caught]
    if len({s for s, _ in pairs}) < len(pairs):
        return Trouble("One segment gets two names. Which one?")
    edits = tuple(Rename(segment=segment, name=name) for segment, name in pairs)
    if any(_trails(name) or (name.islower() and " " not in name) for _, name in pairs):
        return Trouble("Are these all names? Put each in quotes, or say one wish at a time.", options=(edits,))
    return edits


def _rename_open(caught: Caught, _: View) -> Built:
    again = (AskAgain(segments=(caught["seg"],)),)
    return Trouble(
        f"What shall {caught['seg']} be called? Say the name, or let the jury find another one.", options=(again,)
    )


def _lock(caught: Caught, view: View) -> Built:
    ids = caught.get("segs") or caught["many"]
    if len(ids) == 1 and "many" in caught:
        return Trouble(f"Lock the name of {ids[0]}?", options=((Lock(segments=ids),),))
    return (Lock(segments=() if set(ids) >= set(view.peopled) else ids),)


def _lock_that(_: Caught, view: View) -> Built:
    if len(view.focus) == 1:
        return (Lock(segments=view.focus),)
    return Trouble("Which name shall be kept? Name the segment.")


def _unlock(caught: Caught, view: View) -> Built:
    ids = caught["segs"]
    return (Unlock(segments=() if set(ids) >= set(view.peopled) else ids),)


def _ask_again(caught: Caught, view: View) -> Built:
    ids = caught["segs"]
    return (AskAgain(segments=() if set(ids) >= set(view.peopled) else ids, guidance=_wish(caught)),)


def _ask_again_all(caught: Caught, _: View) -> Built:
    return (AskAgain(guidance=_wish(caught)),)


def _ask_again_it(caught: Caught, view: View) -> Built:
    if len(view.focus) != 1:
        return Trouble("Another name for which segment? Name it.")
    return (AskAgain(segments=view.focus, guidance=_wish(caught)),)


def _wish(caught: Caught) -> str:
    return str(caught.get("style", "") or caught.get("guidance", ""))


def _dislike(caught: Caught, _: View) -> Built:
    ids = caught["segs"]
    said = " and ".join(ids)
    return Trouble(
        f"What shall be done about the name of {said}?",
        options=((AskAgain(segments=ids),), (Lock(segments=ids),)),
        mild=True,
    )


NAMES: Final[Mapping[str, Builder]] = {
    "rename": _rename,
    "rename_said": _rename_said,
    "rename_bare": _rename_bare,
    "rename_pairs": _rename_pairs,
    "rename_open": _rename_open,
    "lock": _lock,
    "lock_all": lambda _c, _v: (Lock(),),
    "lock_that": _lock_that,
    "unlock": _unlock,
    "unlock_all": lambda _c, _v: (Unlock(),),
    "ask_again": _ask_again,
    "ask_again_all": _ask_again_all,
    "ask_again_it": _ask_again_it,
    "dislike": _dislike,
}
