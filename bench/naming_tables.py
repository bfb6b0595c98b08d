"""Makes the tables of the naming evaluation from data/evals/naming_tables.toml.

python -m bench.naming_tables            # writes data/evals/naming*.jsonl
python -m bench.naming_tables --check    # says which tables would come out otherwise; exit code 1 if any
python -m bench.naming_tables --show ID  # prints tables for reading: rules, words, sizes, figures
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cartjury.data.eval_records import NamingCase
from cartjury.data.naming_cases import NAMING, NAMING_HELD_OUT, PREDECESSOR, load_naming, predecessor, to_lines
from cartjury.data.naming_tables import table_specs
from cartjury.tools.evals.tables import cut_table, naming_case

EVALS = Path(__file__).parent.parent / "data" / "evals"


def made(only: Sequence[str] = ()) -> tuple[NamingCase, ...]:
    """Make the tables with these ids, or all of them, the predecessor's last."""
    specs = table_specs()
    every = [s for s in (*specs.tables, specs.predecessor) if not only or s.id in only]
    with tempfile.TemporaryDirectory() as folder:
        return tuple(naming_case(s, cut_table(s, specs.trades, Path(folder))) for s in every)


def texts(cases: Sequence[NamingCase]) -> dict[str, str]:
    """What each file holds."""
    last = table_specs().predecessor.id
    return {
        NAMING: to_lines(tuple(c for c in cases if not c.held_out and c.id != last)),
        NAMING_HELD_OUT: to_lines(tuple(c for c in cases if c.held_out)),
        PREDECESSOR: to_lines(tuple(c for c in cases if c.id == last)),
    }


def check() -> int:
    """Compare what is made with what is there."""
    there = {c.id: c for c in (*load_naming(), predecessor())}
    cases = made()
    wrong = [c.id for c in cases if there.pop(c.id, None) != c]
    print(f"{len(cases)} tables made; otherwise in the files: {', '.join([*wrong, *there]) or 'none'}")
    same = all((EVALS / name).read_text(encoding="utf-8") == text for name, text in texts(cases).items())
    return 0 if same else 1


def show(case: NamingCase) -> None:
    """Print a table for a person to read."""
    print(f"\n## {case.id} ({case.vertical}, {case.shape}{', held out' if case.held_out else ''})")
    for b in case.briefs:
        figures = ", ".join(f"{column} {mean:g}" for column, mean in b.figures.items())
        print(f"{b.id} {'<20' if b.size is None else b.size:>6}  {b.rule}")
        print(f"{'':12}{b.in_words}\n{'':12}{figures}")


def main() -> int:
    """Write, check or show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--show", nargs="*", metavar="ID", help="made anew; without an id all of them")
    args = parser.parse_args()
    if args.check:
        return check()
    if args.show is not None:
        for case in made(args.show):
            show(case)
        return 0
    for name, text in texts(made()).items():
        (EVALS / name).write_text(text, encoding="utf-8")
        print(f"{name}: {len(text.splitlines())} tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
