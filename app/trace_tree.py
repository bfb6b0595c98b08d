"""A trace as a tree of the terminal. Everything is text, not markup: a name such as [red] is shown, not obeyed."""

from typing import Final

from rich.text import Text
from rich.tree import Tree

from cartjury.data.text import one_line
from cartjury.data.trace_records import Branch

FEW: Final = 2  # segments of which it is shown what was said, where not all are asked for
LONGEST: Final = 100_000  # characters of a line of an answer that is shown whole
STYLES: Final = {"thread": "bold", "turn": "bold", "verdict": "bold", "words": "dim"}


def grown(branch: Branch, *, whole: bool, replies: bool) -> Tree:
    """Return a branch with all that is inside.

    Args:
        branch: the root.
        whole: show what was said of every segment; else of the first few.
        replies: show the answers of models as they came, line by line and without control characters.
    """
    tree = Tree(label(branch), guide_style="dim")
    _fill(tree, branch, whole=whole, replies=replies)
    return tree


def label(branch: Branch) -> Text:
    """Return the line of a branch: its title, and after it what to know."""
    line = Text(branch.title, style=STYLES.get(branch.kind, ""))
    if branch.notes:
        line = Text.assemble(line, Text("  " + "; ".join(branch.notes), style="dim"))
    return line


def _fill(tree: Tree, branch: Branch, *, whole: bool, replies: bool) -> None:
    entries = list(branch.said.items())
    shown = entries if whole or len(entries) <= FEW + 1 else entries[:FEW]
    for segment, words in shown:
        tree.add(Text(f"{segment} {words}"))
    if len(shown) < len(entries):
        tree.add(Text(f"and {len(entries) - len(shown)} more: --full shows them", style="dim"))
    if replies and branch.reply is not None:
        _reply(tree.add(Text("the answer as it came", style="dim")), branch.reply)
    for child in branch.children:
        _fill(tree.add(label(child)), child, whole=whole, replies=replies)


def _reply(tree: Tree, reply: str) -> None:
    for line in reply.splitlines() or [""]:
        tree.add(Text(one_line(line, LONGEST) or "(an empty line)"))
