"""What the state holds, in the hands that nodes need it in."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from cartjury.data.errors import InputError
from cartjury.data.records import Record
from cartjury.data.revision_records import Standing
from cartjury.graph.recorded import read_manifest
from cartjury.graph.revisions import FOLDER, base_run, beside, has_standing
from cartjury.graph.state import Run, State
from cartjury.tools.engine.carts import Carts
from cartjury.tools.engine.engines import open_engine
from cartjury.tools.engine.protocol import Engine

if TYPE_CHECKING:
    from cartjury.tools.publish import Settings
    from cartjury.tools.results import Results

T = TypeVar("T")
ANYBODY: Final = "somebody"  # who did something and did not say
REVISED: Final = frozenset({"preview", "apply", "profile", "jury", "name", "score", "certify"})  # nodes of a revision


def plain(record: Record) -> dict[str, Any]:
    """Turn a record into what checkpoints hold: JSON-native values only."""
    return record.model_dump(mode="json")


def needed(value: T | None) -> T:
    """Return what an earlier node must have written."""
    if value is None:
        raise LookupError("an earlier node did not write what this one needs")
    return value


def engine_of(state: State) -> Engine:
    """Return the engine that the options name, working where the carts were read."""
    return open_engine(state.options, loaded_in(state))


def loaded_in(state: State) -> Path:
    """The working folder in which the carts were read: the run's own, also for its later revisions."""
    return Path(base_run(state.history).work if state.history else needed(state.run).work)


def carts_of(state: State) -> Carts:
    """Return the users of the universe, to be asked for aggregates."""
    return Carts(engine_of(state), needed(state.dataset), needed(state.universe))


def standing_of(state: State) -> Standing:
    """What stands at the revision that the state holds."""
    return Standing(
        plan=needed(state.plan),
        universe=needed(state.universe),
        profiles=tuple(state.profiles),
        scores=tuple(state.scores),
        certificate=needed(state.certificate),
        jury=needed(state.jury),
    )


def results_of(state: State) -> "Results":
    """All that the state holds of a finished run, in one hand."""
    from cartjury.tools.results import Results

    data = needed(state.dataset), needed(state.universe), needed(state.plan)
    return Results(*data, state.profiles, needed(state.jury), state.scores, needed(state.certificate))


def settings_of(state: State) -> "Settings":
    """What the manifest records: of a revision its own timings, and the options that would fit its plan."""
    from cartjury.tools.apply import options_of
    from cartjury.tools.publish import Settings

    plan, options, loaded = needed(state.plan), state.options, loaded_in(state)
    if plan.revision == 1:
        recorded = read_manifest(Path(state.replay)) if state.replay else None
        return Settings(options, state.seed, state.timings, recorded, loaded=loaded)
    if options.users_out:  # what the cluster wrote for the revision before stays where it is
        elsewhere = f"{options.users_out.rstrip('/')}/{FOLDER}/{plan.revision:04d}"
        options = options.model_copy(update={"users_out": elsewhere})
    timings = {node: seconds for node, seconds in state.timings.items() if node in REVISED}
    return Settings(options_of(plan, options), state.seed, timings, revision=plan.revision, loaded=loaded)


def place_of(state: State) -> Run:
    """Where to publish: never over what was published before, on this branch of the thread or on another one.

    Raises:
        InputError: the plan has the number of a revision that is there already.
    """
    run, history = needed(state.run), state.history
    if history is None:
        return beside(run) if has_standing(run) else run
    if any(r.number == needed(state.plan).revision for r in history.revisions):
        raise InputError(f"revision {needed(state.plan).revision} was published before: nothing was changed")
    return run


def now() -> str:
    """The time of day in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
