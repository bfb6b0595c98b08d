"""What must not leave this machine in a trace, taken out of texts: pure functions over JSON.

Traces hold no rows by themselves: nodes pass references and aggregates. This is the second lock on that door, for what
people type, for messages of errors, for paths and for keys.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any, Final

HIDDEN: Final = "[not sent]"
MAIL: Final = "[e-mail]"
KEY: Final = "[key]"
CARD: Final = "[card number]"
# Options whose values speak of columns and rows that are the user's own.
OWN_WORDS: Final = frozenset({"filter", "keep_columns"})
SECRET_NAMES: Final = re.compile(r"(?i)(key|token|secret|passw|credential)")
SHORTEST_SECRET: Final = 8  # shorter values of such variables are words like "true"
MOST: Final = 100  # addresses and keys that are remembered
ECHO: Final = 1000  # characters of a text that may repeat what was typed; prompts are longer
COMMON: Final = frozenset({"com", "org", "net", "www", "mail", "the", "and"})

# What keys begin with, of services that people have keys of.
KINDS: Final = (
    "sk",
    "pk",
    "rk",
    "gsk",
    "csk",
    "xai",
    "hf",
    "ghp",
    "gho",
    "ghs",
    "ghu",
    "github_pat",
    "glpat",
    "nvapi",
    "lsv2",
    "xoxa",
    "xoxb",
    "xoxp",
)

_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_KEYS: Final = re.compile(
    rf"\b(?:{'|'.join(KINDS)})[-_][\w-]{{12,}}|\b(?:AKIA|ASIA)[0-9A-Z]{{16}}\b|\bAIza[\w-]{{30,}}"
    r"|\beyJ[\w-]{10,}\.[\w.-]+|(?i:\bbearer\s+)[\w.~+/-]{8,}=*"
)
_DIGITS: Final = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_LOGIN: Final = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY: Final = re.compile(r"(?<=[^\s?])\?[^\s\"'<>]*(?:[Ss]ig|[Tt]oken|[Kk]ey|[Cc]redential|[Pp]ass)[^\s\"'<>]*")
_POSIX: Final = re.compile(r"(?<![\w:/.~-])~?(?:/[^\s/\"'<>|,;:]+)+/([^\s/\"'<>|,;:]+)")
_WINDOWS: Final = re.compile(r"(?<!\w)[A-Za-z]:\\(?:[^\s\\\"'<>|]+\\)*([^\s\\\"'<>|]+)")
_FILE_URL: Final = re.compile(r"file://[^\s\"'<>]*/([^\s\"'<>/]+)")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
# Long texts are looked through for what is rare before a pattern is tried: requests to models are made meanwhile.
_MARKS: Final = (*(f"{kind}{mark}" for kind in KINDS for mark in "-_"), "AKIA", "ASIA", "AIza", "eyJ")
_BEARER: Final = re.compile(r"(?i)bearer\s")
_FOUR: Final = re.compile(r"\d{4}|\d[ -]\d[ -]\d[ -]\d")
_SUSPECT: Final = r"[@/\\]|\d(?:[ -]?\d){12}|[a-z0-9][-_][\w-]{12}|AKIA|ASIA|AIza|eyJ|(?i:bearer\s)"
LONG: Final = 200  # characters; shorter texts come again and again, so it is remembered which need a look


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables that hold keys, the longest first."""
    found = {value for name, value in environ.items() if SECRET_NAMES.search(name) and len(value) >= SHORTEST_SECRET}
    return tuple(sorted(found, key=len, reverse=True))


def mask_with(secrets: Collection[str]) -> Callable[[Any], Any]:
    """Make the function that takes these secrets, and all that looks like one, out of JSON.

    It remembers what it took out: a reply may repeat what was typed word by word ("what is 'ana, example'?").
    """
    needs = re.compile("|".join([_SUSPECT, *map(re.escape, secrets)])).search
    suspect = lru_cache(maxsize=8192)(lambda text: needs(text) is not None)
    pieces: dict[str, frozenset[str]] = {}

    def note(found: str) -> None:
        if len(pieces) < MOST:
            pieces[found] = frozenset(_WORD.findall(found)) - COMMON

    def mask(value: Any) -> Any:
        if isinstance(value, str):
            told = masked(value, secrets, note) if len(value) > LONG or suspect(value) else value
            return _without_pieces(told, pieces) if pieces and len(told) < ECHO else told
        if isinstance(value, dict):
            return {mask(key): under(key, one) for key, one in value.items()}
        return [mask(one) for one in value] if isinstance(value, list | tuple) else value

    def under(key: object, value: Any) -> Any:
        return f"{HIDDEN}: {key}" if value and key in OWN_WORDS else mask(value)

    return mask


def masked(text: str, secrets: Collection[str] = (), note: Callable[[str], None] = lambda _: None) -> str:
    """A text without keys, e-mail addresses, card numbers, logins in URLs, and the folders of paths.

    Args:
        text: any.
        secrets: to be taken out wherever they stand.
        note: told of each address and key that was typed.
    """

    def instead(mark: str) -> Callable[[re.Match[str]], str]:
        def noted(found: re.Match[str]) -> str:
            note(found[0])
            return mark

        return noted

    for secret in secrets:
        text = text.replace(secret, KEY)
    if any(mark in text for mark in _MARKS) or _BEARER.search(text):
        text = _KEYS.sub(instead(KEY), text)
    if "://" in text:
        text = _QUERY.sub(f"?{HIDDEN}", _LOGIN.sub(f"{KEY}@", _FILE_URL.sub(r".../\1", text)))
    if "@" in text:
        text = _MAIL.sub(instead(MAIL), text)
    if "/" in text:
        text = _without_folders(text)
    if ":\\" in text:
        text = _WINDOWS.sub(r"...\\\1", text)
    return _DIGITS.sub(lambda found: CARD if _luhn(found[0]) else found[0], text) if _FOUR.search(text) else text


def _without_pieces(text: str, pieces: Mapping[str, Collection[str]]) -> str:
    """Take out the words of an address or key, where a text holds two of them: one alone may be any word."""
    words = set(_WORD.findall(text))
    told = {word for of_one in pieces.values() if len(words & set(of_one)) > 1 for word in of_one}
    return _WORD.sub(lambda found: HIDDEN if found[0] in told else found[0], text) if told else text


def _without_folders(text: str) -> str:
    """Paths name people and customers; the last part says which file it was. One may hold blanks where it is all."""
    whole = text.startswith(("/", "~/")) and "\n" not in text and text.count("/") > 1 and "//" not in text
    if whole:
        return f".../{text.rstrip('/').rpartition('/')[2]}"
    return _POSIX.sub(r".../\1", text)


def _luhn(text: str) -> bool:
    """Whether digits add up as those of a payment card do (ISO/IEC 7812-1, annex B)."""
    digits = [int(c) for c in text if c.isdigit()]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
