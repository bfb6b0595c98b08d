"""The chat evaluation: readers of messages hold the same conversations, graded by the plans that they come to.

case -> reader (the built-in grammar; or a model, with the grammar behind it) -> plan -> grade
"""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from cartjury.app.evals.chat_arm import ARMS, Shelf, run_grammar, run_model
from cartjury.app.evals.chat_reader import GRAMMAR, KEPT_AS, ModelReader
from cartjury.app.evals.choices import chosen
from cartjury.app.evals.naming_arm import Place
from cartjury.app.evals.purse import Purse
from cartjury.app.evals.results import evaluation
from cartjury.app.evals.uploads import Uploader
from cartjury.data.chat_cases import DESIGNED, FILES, FRESH, load_cases
from cartjury.data.eval_records import Arm, Evaluation, Row
from cartjury.data.model_records import ModelTable
from cartjury.data.naming_cases import case_file
from cartjury.data.options import Options
from cartjury.graph.evaluating import Evaluating
from cartjury.tools.chat_plans import Grounds

USUAL: Final = (DESIGNED, FRESH)


class Wanted(NamedTuple):
    """What of a chat evaluation is asked for.

    Attributes:
        arms: by name; empty: both.
        files: of cases; empty: the designed ones, and those that the grammar was not written against.
        limit: cases at most of each file; None: all.
        purse: what may be spent.
    """

    arms: Sequence[str] = ()
    files: Sequence[str] = ()
    limit: int | None = None
    purse: Purse = Purse(None)


def evaluate_chat(
    wanted: Wanted,
    options: Options,
    table: ModelTable,
    place: Place,
    *,
    seed: int,
    upload: Uploader,
    tell: Callable[[str], None],
) -> tuple[Evaluation, tuple[Row, ...]]:
    """Run it.

    Args:
        wanted: arms and cases.
        options: models of the seat "interpreter", caps, timeouts, rate limits.
        table: the models there are.
        place: where what models say is kept, or heard again from.
        seed: told with the evaluation: nothing here is drawn.
        upload: says where an arm's experiment goes; None: nowhere.
        tell: told of every step.

    Returns:
        The evaluation and a row a case of each arm.

    Raises:
        InputError: an arm or a file of cases that there is not.
    """
    arms = chosen("arm", wanted.arms, ARMS, ARMS, "--arm")
    files = chosen("file of cases", wanted.files, FILES, USUAL, "--file")
    evaluating = Evaluating(table, os.environ, options, seed, tell=tell)
    done: list[tuple[Arm, tuple[Row, ...]]] = []
    with tempfile.TemporaryDirectory() as folder:
        shelf = _shelf(files, wanted.limit, Path(folder))
        for name in arms:
            why = "" if name == GRAMMAR else _why_not(evaluating, place)
            if why:
                done.append((Arm(name=name, title=ARMS[name], source=None, why_not=why), ()))
            elif name == GRAMMAR:
                done.append(run_grammar(shelf, upload({"arm": name})))
            else:
                reader = ModelReader(evaluating, place, wanted.purse)
                done.append(run_model(shelf, reader, upload({"arm": name}), tell))
    counts = Counter(shelf.files.values())
    found = evaluation("chat", seed, [case_file(name, counts[name]) for name in files], [arm for arm, _ in done])
    return found, tuple(row for _, rows in done for row in rows)


def _why_not(evaluating: Evaluating, place: Place) -> str:
    """Why no model can read messages; "" where one can, or did in what is heard again."""
    if place.recorded is not None:
        return "" if (place.recorded / KEPT_AS).is_dir() else "it is not in the record"
    return evaluating.why_no_interpreter()


def _shelf(files: Sequence[str], limit: int | None, folder: Path) -> Shelf:
    found = [(name, case) for name in files for case in load_cases(name)[:limit]]
    return Shelf({case.id: case for _, case in found}, {case.id: name for name, case in found}, Grounds(folder))
