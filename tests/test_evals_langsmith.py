"""The cases of data/evals as tests that LangSmith can follow: a test a case, with what came of it and its scores.

Here they say that nothing goes badly wrong with any single case; `cartjury eval` says how good the whole is. Nothing is
sent unless LANGSMITH_TEST_TRACKING is set to true (docs/evals.md).
"""

import atexit
import tempfile
from functools import cache
from pathlib import Path

import pytest
from langsmith import testing

from cartjury.data.arms import arms, evaluation_table
from cartjury.data.chat_cases import DESIGNED, load_cases
from cartjury.data.model_table import load_table
from cartjury.data.naming_cases import load_naming
from cartjury.graph.evaluating import Evaluating
from cartjury.tools.chat_plans import Grounds
from cartjury.tools.evals.chat_play import read_case
from cartjury.tools.evals.chat_scores import score
from cartjury.tools.evals.lexicon_reader import lexicon_reader
from cartjury.tools.evals.naming_scores import score_names
from cartjury.tools.understand.read import read_message

CHAT = {case.id: case for case in load_cases(DESIGNED)}
NAMING = {case.id: case for case in load_naming(held_out=False)}
(OFFLINE,) = (plan for plan in arms() if plan.name == "offline")


# No fixtures: LangSmith would take them for inputs of the case.
@cache
def grounds() -> Grounds:
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Grounds(Path(folder.name))


@pytest.mark.langsmith
@pytest.mark.parametrize("case_id", CHAT)
def test_the_grammar_never_edits_wrongly(case_id: str) -> None:
    case = CHAT[case_id]
    testing.log_inputs({"said": [turn.utterance for turn in case.all_turns], "plan": case.before.plan})
    testing.log_reference_outputs({"expect": [e.model_dump(mode="json") for e in case.expect]})
    row = score(read_case(case, grounds(), read_message), "grammar")
    testing.log_outputs({"turns": row.detail["turns"]})
    testing.log_feedback(key="right", score=row.scores["right"])

    assert row.scores["wrong"] == 0
    assert not row.scores["through"]


@pytest.mark.langsmith
@pytest.mark.parametrize("table", NAMING)
def test_every_name_of_the_offline_jury_is_true_distinct_and_allowed(table: str) -> None:
    case = NAMING[table]
    testing.log_inputs({"segments": {b.id: b.in_words for b in case.briefs}})
    names = Evaluating(evaluation_table(load_table(None)), {}).name_table(OFFLINE, case).names
    row = score_names("offline", case, names, [lexicon_reader()], seed=42)
    testing.log_outputs({"names": names})
    testing.log_feedback(key="top1 by the lexicon reader", score=(row.scores["top1:lexicon"] or 0.0) / len(names))

    assert row.scores["checked"] == row.scores["segments"] == len(case.briefs)
    assert (row.scores["contradictions"], row.scores["duplicates"]) == (0, 0)
