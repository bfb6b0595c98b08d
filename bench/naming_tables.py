"""Makes the tables of the naming evaluation from data/evals/naming_tables*.toml.

python -m bench.naming_tables                # writes data/evals/naming*.jsonl
python -m bench.naming_tables --check [ID ...] # says which tables would come out otherwise; exit code 1 if any
python -m bench.naming_tables --show [ID ...]  # prints tables for reading: rules, words, sizes, figures
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cartjury.data.eval_records import NamingCase
from cartjury.data.naming_cases import NAMING, NAMING_HELD_OUT, PREDECESSOR, to_lines
from cartjury.data.naming_tables import table_specs
from cartjury.tools.evals.tables import cut_table, naming_case

EVALS = Path(__file__).parent.parent / "data" / "evals"


def made(ids: Sequence[str] = ()) -> tuple[NamingCase, ...]:
    """Make the tables with these ids, or all of them, the predecessor's last."""
    specs = table_specs()
    every = {s.id: s for s in (*specs.tables, specs.predecessor)}
    if unknown := [i for i in ids if i not in every]:
        sys.exit(f"there is no table {', '.join(unknown)}; there are: {', '.join(every)}")
    with tempfile.TemporaryDirectory() as folder:
        return tuple(naming_case(every[i], cut_table(every[i], specs.trades, Path(folder))) for i in ids or every)


def file_of(case: NamingCase) -> str:
    """Say in which file a table stands."""
    if case.id == table_specs().predecessor.id:
        return PREDECESSOR
    return NAMING_HELD_OUT if case.held_out else NAMING


def check(ids: Sequence[str], folder: Path = EVALS) -> int:
    """Compare what is made with the lines that are there."""
    cases = made(ids)
    names = (NAMING, NAMING_HELD_OUT, PREDECESSOR)
    there = {name: (folder / name).read_text(encoding="utf-8").splitlines(keepends=True) for name in names}
    wrong = [case.id for case in cases if to_lines((case,)) not in there[file_of(case)]]
    left = 0 if ids else sum(map(len, there.values())) - len(cases)
    print(f"{len(cases)} tables made; otherwise in the files: {', '.join(wrong) or 'none'}; lines too many: {left}")
    return 1 if wrong or left else 0


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
    parser.add_argument("--check", nargs="*", metavar="ID", help="without an id all of them")
    parser.add_argument("--show", nargs="*", metavar="ID", help="without an id all that are not held out")
    args = parser.parse_args()
    if args.check is not None:
        return check(args.check)
    if args.show is not None:
        for case in made(args.show or [s.id for s in table_specs().tables if not s.held_out]):
            show(case)
        return 0
    cases = made()
    for name in (NAMING, NAMING_HELD_OUT, PREDECESSOR):
        found = tuple(c for c in cases if file_of(c) == name)
        (EVALS / name).write_text(to_lines(found), encoding="utf-8")
        print(f"{name}: {len(found)} tables")
    return 0


if __name__ == "__main__":
    sys.exit(main())
