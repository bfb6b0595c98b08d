"""How well the keyless reader reads: all files of graded utterances, by kind.

    python -m bench.chat_cases [--offenders] [--into docs/chat.md] [--write-hashes]

`--write-hashes` fills in the plans that the wanted edits make; look at the difference before you commit it.
"""

import argparse
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from cartjury.data.chat_cases import CASES, FRESH, HELD_OUT, VOICES, Case, ToEdit, load_cases
from cartjury.data.edit_records import Redo, Reset, Undo
from cartjury.data.errors import InputError
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.grading import GRADES, Graded, grade, offenders, outcome, summary, tally

DATA = Path(__file__).parent.parent / "data"
TITLES = {
    CASES: "written against",
    HELD_OUT: "six voices",
    VOICES: "twelve voices",
    FRESH: "never shown to the author",
}


def table(graded: list[tuple[Case, Graded]], title: str) -> Iterator[str]:
    """Markdown: a row a kind, then the plain English ones and all."""
    yield f"| {title} | cases | {' | '.join(GRADES)} |"
    yield f"|---|{'--:|' * (1 + len(GRADES))}"
    plain = Counter(g.grade for c, g in graded if c.plain)
    total = Counter(g.grade for _, g in graded)
    for kind, counts in (*tally(graded).items(), ("**plain English**", plain), ("**all**", total)):
        yield f"| {kind} | {counts.total()} | {' | '.join(str(counts[g]) for g in GRADES)} |"


def with_hashes(line: str, grounds: Grounds) -> str:
    """Return a line of a file with the plans that its edits make; an edit that is impossible is said."""
    raw, case = json.loads(line), Case.model_validate_json(line)
    for place, wish in enumerate(case.expect):
        if isinstance(wish, ToEdit) and not any(isinstance(e, Undo | Redo | Reset) for e in wish.edits):
            try:
                raw["expect"][place]["plan_hash"] = outcome(wish.edits, grounds.of(case.before)).plan_hash
            except InputError as error:
                print(f"{case.id} {case.utterance!r}: {error}")
    return json.dumps(raw, ensure_ascii=False)


def main() -> None:
    """Grade, or write the hashes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--offenders", action="store_true", help="list the cases that are not right")
    parser.add_argument("--write-hashes", action="store_true")
    parser.add_argument("--into", type=Path, help="put the summary between the marks of this page")
    args = parser.parse_args()
    every: dict[str, list[tuple[Case, Graded]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        grounds = Grounds(Path(folder))
        for name, title in TITLES.items():
            if args.write_hashes:
                lines = (DATA / name).read_text(encoding="utf-8").splitlines()
                found = [with_hashes(line, grounds) for line in lines]
                (DATA / name).write_text("\n".join(found) + "\n", encoding="utf-8")
                continue
            from cartjury.tools.understand.read import read_message

            stages = [(case, grounds.of(case.before)) for case in load_cases(name)]
            graded = [(c, grade(c, read_message(c.utterance, g.scene), g)) for c, g in stages]
            every[name] = graded
            print("\n".join(table(graded, title)), end="\n\n")
            if args.offenders:
                print(offenders(graded, GRADES[1:]), end="\n\n")
    if args.into and every:
        page = args.into.read_text(encoding="utf-8")
        marked = f"<!-- cases -->\n{summary(every)}\n<!-- /cases -->"
        args.into.write_text(re.sub(r"(?s)<!-- cases -->.*<!-- /cases -->", lambda _: marked, page), encoding="utf-8")


if __name__ == "__main__":
    main()
