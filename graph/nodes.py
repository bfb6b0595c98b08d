"""The nodes: each maps state keys to one function of tools/ or agents/, and its result to state keys.

A docstring reads "what it reads -> what it writes". The work itself is in the function that is called.
"""

import time
from datetime import date
from pathlib import Path
from typing import Final, Protocol

from cartjury.data.revision_records import Revision
from cartjury.graph.folders import confine_state, open_run, spare_runs
from cartjury.graph.held import (
    ANYBODY,
    carts_of,
    engine_of,
    needed,
    now,
    place_of,
    plain,
    results_of,
    settings_of,
    standing_of,
)
from cartjury.graph.recorded import check_same_data
from cartjury.graph.revisions import clear, keep, standing_at
from cartjury.graph.state import State, Update
from cartjury.tools.brief import briefs
from cartjury.tools.bucket import fit_plan
from cartjury.tools.history import begun, gone_on
from cartjury.tools.jury_merge import carried
from cartjury.tools.name_plan import name_segments
from cartjury.tools.profile import cell_counts, feature_histogram, profile_segments
from cartjury.tools.score import score_segments
from cartjury.tools.size import apply_size_policy, default_policy
from cartjury.tools.universe import define_universe

MOCK = "mock.parquet"
DEFAULT_USERS = 25_000
# What talk about an earlier plan of the thread left behind.
FORGOTTEN: Final[Update] = {
    **dict.fromkeys(("history", "reading", "preview", "decision", "plan", "jury", "manifest")),
    "talk": {},
    "taken": [],
    "guidance": {},
}


class Node(Protocol):
    """A node of the main graph, as LangGraph calls it."""

    def __call__(self, state: State) -> Update:
        """Return the keys to change."""
        ...


def prepare(state: State) -> Update:
    """options, input_path -> run, and for mock data n_users and as_of; what an earlier order left is forgotten."""
    mock = not state.input_path
    # Mock data has no newest cart to go by: the wall clock decides once, and the state keeps it.
    day = {"n_users": state.n_users or DEFAULT_USERS, "as_of": str(state.as_of or date.today())} if mock else {}  # noqa: DTZ011 - the user's own calendar day
    return {"run": plain(open_run(state)), **day, **FORGOTTEN}


def prepare_apart(state: State) -> Update:
    """The same for a client of the server, whose order may not write where another one did."""
    spare_runs(state)
    return prepare(state)


def generate(state: State) -> Update:
    """n_users, seed, as_of -> a file of mock carts."""
    from cartjury.tools.generate import write_mock

    run, day = needed(state.run), needed(state.as_of)
    share = state.options.missing_aov
    write_mock(Path(run.work) / MOCK, n_users=needed(state.n_users), seed=state.seed, as_of=day, missing_aov=share)
    return {}


def load(state: State) -> Update:
    """input_path or the mock carts -> dataset."""
    source = state.input_path or str(Path(needed(state.run).work) / MOCK)
    dataset = engine_of(state).load(source, state.options, state.as_of, generated=not state.input_path)
    if state.replay:
        check_same_data(dataset, Path(state.replay))
    return {"dataset": plain(dataset)}


def universe(state: State) -> Update:
    """dataset -> universe."""
    return {"universe": plain(define_universe(engine_of(state), needed(state.dataset), state.options, state.as_of))}


def bucket(state: State) -> Update:
    """universe -> plan: fitted dimensions, one segment a cell."""
    policy = default_policy(needed(state.universe).size, state.options.min_size, state.options.max_size)
    return {"plan": plain(fit_plan(carts_of(state), state.options, policy))}


def size(state: State) -> Update:
    """plan -> plan: small segments merged, large ones split."""
    carts, plan = carts_of(state), needed(state.plan)
    counts = cell_counts(carts, plan)
    return {"plan": plain(apply_size_policy(plan, counts, lambda s, c: feature_histogram(carts, plan, s, c)))}


def profile(state: State) -> Update:
    """plan -> profiles, and the briefs that the jury is shown."""
    plan = needed(state.plan)
    profiles = profile_segments(carts_of(state), plan)
    return {"profiles": [plain(p) for p in profiles], "briefs": [plain(b) for b in briefs(plan, profiles)]}


def name(state: State) -> Update:
    """plan, jury -> plan: with the names the jury settled on; of a revision, jury: with what was said before."""
    named = name_segments(needed(state.plan), needed(state.jury))
    if state.history is None:
        return {"plan": plain(named)}
    before = standing_at(state.history.current).jury
    return {"plan": plain(named), "jury": plain(carried(before, state.jury if state.briefs else None, named))}


def score(state: State) -> Update:
    """plan, profiles -> scores, best first."""
    return {"scores": [plain(s) for s in score_segments(needed(state.plan), state.profiles)]}


def certify(state: State) -> Update:
    """plan, dataset -> certificate: the MECE proof over the rules and over the data."""
    from cartjury.tools.proof import prove

    return {"certificate": plain(prove(carts_of(state), needed(state.plan)))}


def publish(state: State) -> Update:
    """Everything -> the files of the run, or of a revision, its manifest, and a summary for the chat."""
    from cartjury.tools.manifest import revised, summary
    from cartjury.tools.publish import publish_run

    run, results, preview = place_of(state), results_of(state), state.preview
    done = publish_run(results, run.id, Path(run.folder), Path(run.work), settings_of(state))
    said = summary(results) if preview is None else revised(results, [e.said for e in preview.edits], Path(run.folder))
    return {"run": plain(run), "manifest": plain(done), "messages": [{"role": "assistant", "content": said}]}


def remember(state: State) -> Update:
    """Everything -> history: the revision that was just published, and on disk what stands at it."""
    before, preview, run = state.history, state.preview, needed(state.run)
    plan, by = needed(state.plan), state.by or ANYBODY
    revision = Revision(
        number=plan.revision,
        parent=before.current.number if before else None,
        plan_hash=plan.plan_hash,
        edits=preview.edits if preview else (),
        said=tuple(e.said for e in preview.edits) if preview else (),
        by=(state.decision and state.decision.by) or by,
        at=now(),
        folder=run.folder,
        work=run.work,
    )
    if before is None:
        clear(run)
    history = gone_on(before, revision) if before else begun(revision)
    keep(standing_of(state), history)
    return {"history": plain(history), "preview": None, "decision": None, "reading": None}


def watched(key: str, node: Node, roots: tuple[Path, ...] | None) -> Node:
    """Let a node report how many wall seconds it took, and refuse paths outside `roots` wherever they came from.

    A client of the server may write any key of a thread's state, not only the input.
    """

    def wrapped(state: State) -> Update:
        confine_state(state, roots)
        started = time.perf_counter()
        update = node(state)
        return {**update, "timings": {key: round(time.perf_counter() - started, 6)}}

    return wrapped
