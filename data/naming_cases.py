"""The tables of segments that naming is evaluated on. data/evals/README.md says how they were made, and who may look.

evals/naming.jsonl, naming_held_out.jsonl: one `NamingCase` a line
"""

import hashlib
from importlib.resources import files
from typing import Final

from cartjury.data.eval_records import CaseFile, NamingCase

NAMING: Final = "naming.jsonl"
NAMING_HELD_OUT: Final = "naming_held_out.jsonl"


def load_naming(held_out: bool | None = None) -> tuple[NamingCase, ...]:
    """Read the tables, in the files' order.

    Args:
        held_out: only those that were kept out of the work on prompts and lexicon, or only the others; None: all.
    """
    names = {None: (NAMING, NAMING_HELD_OUT), False: (NAMING,), True: (NAMING_HELD_OUT,)}[held_out]
    return tuple(case for name in names for case in _read(name))


def case_file(name: str, cases: int | None = None) -> CaseFile:
    """Say which version of a file of cases is there: the sha256 of its bytes.

    Args:
        name: a JSONL file of data/evals.
        cases: how many of them were run; None: all.
    """
    raw = files("cartjury.data").joinpath("evals", name).read_bytes()
    count = len(raw.splitlines()) if cases is None else cases
    return CaseFile(name=name, sha256=hashlib.sha256(raw).hexdigest(), cases=count)


def to_lines(cases: tuple[NamingCase, ...]) -> str:
    """Write tables as they stand in a file, the same bytes for equal tables."""
    return "".join(case.model_dump_json() + "\n" for case in cases)


def _read(name: str) -> tuple[NamingCase, ...]:
    lines = files("cartjury.data").joinpath("evals", name).read_text(encoding="utf-8").splitlines()
    return tuple(NamingCase.model_validate_json(line) for line in lines)
