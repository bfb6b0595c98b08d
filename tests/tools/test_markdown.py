"""What people and models wrote inside our Markdown, against a parser of Markdown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cartjury.data.text import one_line
from cartjury.tools.markdown import code, joined, shown, table

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = st.text(st.sampled_from("ab1 _*`~|[](){}<>!#&;:/\\.-+=@'\"\n") | st.characters(), max_size=30)


def kinds(markdown: str) -> set[str]:
    """The kinds of tokens inside a block of text."""
    return {child.type for token in PARSER.parse(markdown) for child in token.children or ()}


def text_of(markdown: str) -> str:
    return "".join(child.content for token in PARSER.parse(markdown) for child in token.children or ())


@settings(deadline=None)
@given(MARKS)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    line = f"Reason: {shown(text)}"
    assert kinds(line) <= {"text", "text_special"}
    assert text_of(line) == f"Reason: {one_line(text)}".strip()


@settings(deadline=None)
@given(MARKS)
def test_a_text_at_the_start_of_an_item_stays_in_it(text: str) -> None:
    parsed = [token.type for token in PARSER.parse(f"- {shown(text)}\n- next")]
    assert parsed.count("list_item_open") == 2
    assert not {"heading_open", "blockquote_open", "code_block", "html_block", "hr"} & set(parsed)


@settings(deadline=None)
@given(MARKS)
def test_a_cell_stays_one_cell(text: str) -> None:
    parsed = [token.type for token in PARSER.parse(table(("id", "name"), [("S01", shown(text))]))]
    assert (parsed.count("th_open"), parsed.count("td_open")) == (2, 2)


@settings(deadline=None)
@given(MARKS)
def test_code_ends_where_we_end_it(text: str) -> None:
    assert kinds(f"Rule: {code(f'x{text}')} and so on") == {"text", "code_inline"}


@pytest.mark.parametrize("text", ["_so_", "say _this_ now", "(_x_)", "__bold__"])
def test_underscores_around_words_are_no_emphasis(text: str) -> None:
    assert text_of(shown(text)) == text
    assert kinds(shown(text)) <= {"text", "text_special"}


@pytest.mark.parametrize(
    "text", ["AOV_{Low,Medium} & Profit_High", "sessions_last_30d >= 4", "Loyal_Regulars", "A, B (C)"]
)
def test_names_and_rules_stay_readable_on_a_terminal(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize("text", ["https://example.org", "www.example.org", "a@example.org"])
def test_addresses_become_no_links(text: str) -> None:
    linking = MarkdownIt("gfm-like") if _can_link() else PARSER
    assert "link_open" not in {c.type for t in linking.parse(f"see {shown(text)}") for c in t.children or ()}
    assert "\\" in shown(text)


def _can_link() -> bool:
    from importlib.util import find_spec

    return find_spec("linkify_it") is not None


def test_words_are_joined_as_a_sentence_does() -> None:
    assert [joined(w) for w in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
