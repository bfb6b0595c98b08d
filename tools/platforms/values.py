"""What the fields of exports may hold, as SQL: for each kind its typed value, and what is wrong with a text.

Everything arrives as text, trimmed, NULL where empty. What is not in the one expected form is refused, not guessed.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from cartjury.tools.engine.duck import literal
from cartjury.tools.platforms.key import NO_ADDRESS

UNCOUNTABLE = "?"  # stands for a serialised cart whose entries cannot be counted

KINDS: Final[Mapping[str, str]] = {
    "key": "key",
    "customer": "id",
    "email": "email",
    "status": "status",
    **dict.fromkeys(("created", "updated", "completed", "paid", "cancelled", "opened", "clicked", "active"), "time"),
    **dict.fromkeys(("total", "refunded", "subtotal", "discount", "value", "order_value"), "money"),
    **dict.fromkeys(("consent", "unsubscribed", "deleted"), "flag"),
    "agreed": "consent",
    "currency": "currency",
    "quantity": "count",
    "contents": "contents",
}
TYPES: Final[Mapping[str, str]] = {
    "time": "TIMESTAMPTZ",
    "money": "DOUBLE",
    "count": "BIGINT",
    "contents": "BIGINT",
    "flag": "BOOLEAN",
    "consent": "BOOLEAN",
}
DAY = r"(19|2\d)\d\d-\d\d-\d\d"
CLOCK = r"[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
ZONE = r"(Z|UTC|[+-]\d\d(:?\d\d)?)"
MANGLED = r"\d([.,]\d+)?[Ee]\+?\d+"
AGAIN = "export it again, and do not save it with a spreadsheet program"
YES = ("true", "yes", "1", "t", "y")
NO = ("false", "no", "0", "f", "n")
# A consent that is a refusal, and one that says nothing; any other text names the channels that somebody agreed to.
REFUSED = "unsub|never|not.subscribed|suppress|revoked|^(false|no|0|f|n)$"
UNSAID = ("[]", "{}", "none", "null")


class Check(NamedTuple):
    """SQL over the text of one field.

    Attributes:
        value: the typed value, NULL where the text is empty or wrong.
        problem: what is wrong, as text; NULL where nothing is.
        shown: whether the text may be shown at all.
    """

    value: str
    problem: str
    shown: bool = True


def check(field: str, text: str, zone: str, meanings: Mapping[str, tuple[str, ...]]) -> Check:
    """Write the SQL that types and checks a field.

    Args:
        field: one of KINDS.
        text: SQL of its text.
        zone: name of the time zone that times without one are in.
        meanings: the platform's values of `status`, by meaning.
    """
    kind = KINDS[field]
    if kind == "time":
        return _time(text, zone)
    if kind == "status":
        return _status(text, meanings)
    return _CHECKS[kind](text)


def entries(text: str) -> str:
    """SQL of the number of entries of a PHP-serialised array, as its head states it; nothing in it is unserialised.

    The number must be possible for the length of the text: an entry takes at least eight bytes.
    """
    count = f"try_cast(regexp_extract({text}, '^a:(\\d{{1,6}}):\\{{', 1) AS BIGINT)"
    return f"CASE WHEN {count} * 8 <= strlen({text}) THEN CAST({count} AS VARCHAR) ELSE '{UNCOUNTABLE}' END"


def _time(text: str, zone: str) -> Check:
    with_zone = f"regexp_full_match({text}, '{DAY}{CLOCK} ?{ZONE}')"
    without = f"regexp_full_match({text}, '{DAY}({CLOCK})?')"
    # The engine reads no space before an offset, and no minutes without seconds before one.
    tidy = f"regexp_replace({text}, ' ?(Z|UTC)$', '+00:00')"
    tidy = f"regexp_replace({tidy}, ' ?([+-]\\d\\d(:?\\d\\d)?)$', '\\1')"
    tidy = f"regexp_replace({tidy}, '([T ]\\d\\d:\\d\\d)([+-][0-9:]+)$', '\\1:00\\2')"
    value = (
        f"CASE WHEN {with_zone} THEN try_cast({tidy} AS TIMESTAMPTZ) "
        f"WHEN {without} THEN timezone({literal(zone)}, try_cast({text} AS TIMESTAMP)) END"
    )
    serial = f"regexp_full_match({text}, '\\d{{5}}([.,]\\d+)?')"
    slashed = f"regexp_matches({text}, '^\\d{{1,2}}[/.-]\\d{{1,2}}[/.-]\\d{{2,4}}')"
    problem = (
        f"CASE WHEN {text} IS NULL OR ({value}) IS NOT NULL THEN NULL "
        f"WHEN {serial} THEN 'is a date as spreadsheets number it: {AGAIN}' "
        f"WHEN {slashed} THEN 'is a date as spreadsheets write it, and may be read two ways: {AGAIN}' "
        f"ELSE 'is no time in the form 2026-11-23 14:05:00 +0100' END"
    )
    return Check(value, problem)


def _money(text: str) -> Check:
    good = f"regexp_full_match({text}, '\\d{{1,12}}(\\.\\d+)?')"
    problem = (
        f"CASE WHEN {text} IS NULL OR {good} THEN NULL WHEN starts_with({text}, '-') THEN 'is negative' "
        f"ELSE 'is no amount in the form 1234.50' END"
    )
    return Check(f"CASE WHEN {good} THEN CAST({text} AS DOUBLE) END", problem)


def _status(text: str, meanings: Mapping[str, tuple[str, ...]]) -> Check:
    cases = " ".join(
        f"WHEN list_contains({_list(values)}, lower({text})) THEN {literal(meaning)}"
        for meaning, values in meanings.items()
    )
    known = [value for values in meanings.values() for value in values]
    value = f"CASE {cases} END" if cases else "NULL"
    reason = f"is none of {', '.join(known)}"
    return Check(value, _unless(f"list_contains({_list(known)}, lower({text}))", text, reason))


def _id(text: str, good: str | None = None) -> Check:
    lost = f"regexp_full_match({text}, '{MANGLED}')"
    good = good or f"regexp_full_match({text}, '[A-Za-z0-9][A-Za-z0-9_:/.-]{{0,99}}')"
    problem = (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN {lost} THEN 'has lost digits to a spreadsheet: {AGAIN}' "
        f"WHEN NOT {good} THEN 'is no id' END"
    )
    # Ids that went through a table of floating-point numbers end in .0.
    return Check(f"regexp_replace({text}, '^(\\d+)\\.0$', '\\1')", problem)


def _unless(good: str, text: str, wrong: str) -> str:
    return f"CASE WHEN {text} IS NULL OR {good} THEN NULL ELSE {literal(wrong)} END"


def _list(values: tuple[str, ...] | list[str]) -> str:
    # Not IN: from six values on the engine makes it a join.
    return "[" + ", ".join(literal(value) for value in values) + "]"


def _key(text: str) -> Check:
    return _id(text, good="true")


def _flag(text: str) -> Check:
    known = f"list_contains({_list(YES + NO)}, lower({text}))"
    return Check(f"list_contains({_list(YES)}, lower({text}))", _unless(known, text, "is neither yes nor no"))


def _consent(text: str) -> Check:
    unsaid = f"list_contains({_list(UNSAID)}, lower({text}))"
    return Check(f"CASE WHEN NOT {unsaid} THEN NOT regexp_matches(lower({text}), '{REFUSED}') END", "NULL", shown=False)


def _count(text: str) -> Check:
    good = f"regexp_full_match({text}, '\\d{{1,9}}(\\.0+)?')"
    value = f"CASE WHEN {good} THEN CAST(CAST({text} AS DOUBLE) AS BIGINT) END"
    return Check(value, _unless(good, text, "is no whole number"))


def _contents(text: str) -> Check:
    wrong = "cannot be counted: it is no serialised array"
    return Check(f"try_cast({text} AS BIGINT)", _unless(f"{text} != '{UNCOUNTABLE}'", text, wrong), shown=False)


def _currency(text: str) -> Check:
    good = f"regexp_full_match({text}, '[A-Za-z]{{3}}')"
    return Check(f"upper({text})", _unless(good, text, "is no currency code such as EUR"))


def _email(text: str) -> Check:
    return Check(text, _unless(f"{text} != '{NO_ADDRESS}'", text, "is no e-mail address"), shown=False)


_CHECKS: Final[Mapping[str, Callable[[str], Check]]] = {
    "key": _key,
    "id": _id,
    "money": _money,
    "flag": _flag,
    "consent": _consent,
    "count": _count,
    "contents": _contents,
    "currency": _currency,
    "email": _email,
}
