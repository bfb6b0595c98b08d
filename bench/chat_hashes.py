"""For authors of graded utterances: fills in the plans that the wanted edits make.

    python -m bench.chat_hashes

Look at the difference before you commit it. How well a reader reads the cases is what `cartjury eval chat` says.
"""

import json
import tempfile
from pathlib import Path

from cartjury.data.chat_cases import FILES, Case
from cartjury.data.errors import InputError
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.evals.chat_play import plan_hashes

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


def main() -> None:
    """Write the hashes into all files."""
    with tempfile.TemporaryDirectory() as folder:
        grounds = Grounds(Path(folder))
        for name in FILES:
            found = [with_hashes(line, grounds) for line in (EVALS / name).read_text(encoding="utf-8").splitlines()]
            (EVALS / name).write_text("\n".join(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
