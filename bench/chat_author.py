"""For authors of graded utterances, and of the reader that works without a model.

    python -m bench.chat_author --write-hashes         # fills in the plans that the wanted edits make
    python -m bench.chat_author --offenders            # what the built-in grammar does not read rightly
    python -m bench.chat_author --into docs/chat.md    # the table of that page

Look at the difference that `--write-hashes` makes before you commit it. `cartjury eval chat` says how well any reader
reads the cases.
"""

import argparse
import json
import re
import tempfile
from pathlib import Path

from cartjury.data.chat_cases import FILES, Case, load_cases
from cartjury.data.errors import InputError
from cartjury.data.eval_records import Row
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.evals.chat_play import plan_hashes, read_case
from cartjury.tools.evals.chat_scores import score
from cartjury.tools.evals.chat_tables import offenders, table
from cartjury.tools.grading import GRADES
from cartjury.tools.understand.read import read_message

EVALS = Path(__file__).parent.parent / "data" / "evals"


def with_hashes(line: str, grounds: Grounds) -> str:
    """Return a line of a file with the plans that its edits make; an edit that is impossible is said."""
    raw, case = json.loads(line), Case.model_validate_json(line)
    try:
        found = list(plan_hashes(case, grounds))
    except InputError as error:
        print(f"{case.id} {case.utterance!r}: {error}")
        return line
    for turn, hashes in zip([raw, *raw.get("turns", [])], found, strict=True):
        for wish, plan_hash in zip(turn["expect"], hashes, strict=True):
            wish.update({"plan_hash": plan_hash} if plan_hash else {})
    return json.dumps(raw, ensure_ascii=False)


def write_hashes(grounds: Grounds) -> None:
    """Fill in the hashes of all files."""
    for name in FILES:
        found = [with_hashes(line, grounds) for line in (EVALS / name).read_text(encoding="utf-8").splitlines()]
        (EVALS / name).write_text("\n".join(found) + "\n", encoding="utf-8")


def read_without_a_key(grounds: Grounds) -> dict[str, list[Row]]:
    """The rows of the built-in grammar, by file."""
    return {n: [score(read_case(c, grounds, read_message), "grammar") for c in load_cases(n)] for n in FILES}


def put_into(page: Path, text: str) -> None:
    """Put the table between the marks of a page."""
    marked = f"<!-- cases -->\n{text}\n<!-- /cases -->"
    old = page.read_text(encoding="utf-8")
    page.write_text(re.sub(r"(?s)<!-- cases -->.*<!-- /cases -->", lambda _: marked, old), encoding="utf-8")


def main() -> None:
    """Write the hashes, or say how the built-in grammar does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write-hashes", action="store_true")
    parser.add_argument("--offenders", action="store_true", help="list the turns that are not right")
    parser.add_argument("--into", type=Path, help="put the table between the marks of this page")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        grounds = Grounds(Path(folder))
        if args.write_hashes:
            write_hashes(grounds)
            return
        files = read_without_a_key(grounds)
    print(table(files))
    if args.offenders:
        print("\n".join(offenders(rows, GRADES[1:]) for rows in files.values()))
    if args.into:
        put_into(args.into, table(files))


if __name__ == "__main__":
    main()
