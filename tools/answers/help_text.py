"""What can be said in the chat, with examples of the plan at hand."""

import tomllib
from functools import cache
from importlib.resources import files

from cartjury.data.records import Record
from cartjury.data.revision_records import Standing
from cartjury.tools.lines import lines_of
from cartjury.tools.markdown import listed, shown


class Group(Record):
    """Examples of one kind; placeholders as data/chat_help.toml says."""

    title: str
    examples: tuple[str, ...]


class _File(Record):
    group: tuple[Group, ...]


def help_text(standing: Standing) -> str:
    """Say what can be said; see `answer`."""
    blocks = [f"{g.title}:\n\n{listed([shown(e) for e in g.examples])}" for g in examples(standing)]
    lead = "Say in a sentence what you want of the plan. Nothing changes before you approve what it would do."
    return "\n\n".join([lead, *blocks])


def examples(standing: Standing) -> tuple[Group, ...]:
    """Return the sentences, with the plan's own segments in them; what needs more than the plan has is left out."""
    lines, dimensions = lines_of(standing), standing.plan.dimensions
    known = {"a": lines[0].id, "name": lines[0].name or lines[0].id}
    known |= {"b": lines[1].id} if len(lines) > 1 else {}
    known |= {"dimension": dimensions[-1].name} if dimensions else {}
    filled = (
        Group(title=g.title, examples=tuple(e.format(**known) for e in g.examples if _needs(e) <= known.keys()))
        for g in _groups()
    )
    return tuple(group for group in filled if group.examples)


def _needs(example: str) -> set[str]:
    return {name for name in ("a", "b", "name", "dimension") if f"{{{name}}}" in example}


@cache
def _groups() -> tuple[Group, ...]:
    text = (files("cartjury.data") / "chat_help.toml").read_text(encoding="utf-8")
    return _File.model_validate(tomllib.loads(text)).group
