"""One step of the notebook: a frame is written down, checked, and taken through nodes of the graph.

frame + what was said so far (attrs) -> State -> nodes -> State -> frame + what was said (attrs)
"""

import csv
import functools
import io
import json
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import pandas as pd

from cartjury.app.commands import request
from cartjury.app.config import Settings, load_settings
from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.data.records import Segment, SegmentPlan
from cartjury.graph.held import carts_of, needed
from cartjury.graph.nodes import Node, load, universe
from cartjury.graph.state import Run, State
from cartjury.tools.frame import positions, read_users, write_frame

OPTIONS: Final = "cartjury_options"  # attrs: what was said so far, as JSON text
PLAN: Final = "cartjury_plan"  # attrs: the plan, as JSON text
FRAME: Final = "DataFrame"  # what messages and manifests call a frame
# Columns of mece_strategy.csv that hold no numbers.
WORDS: Final = (
    "Segment Name",
    "Rules Applied",
    "Valid",
    "segment_id",
    "rule_in_words",
    "lift_basis",
    "named_by",
    "name_model",
    "notes",
)
P = ParamSpec("P")
T = TypeVar("T")


def plain_errors(function: Callable[P, T]) -> Callable[P, T]:
    """Show the reader of a notebook what is wrong with the input, not the way it was found out."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except InputError as error:
            raise error.with_traceback(None) from None

    return wrapped


def settings_of(said: Mapping[str, Any]) -> Settings:
    """Return the settings; what is not said, or None, comes from the environment, `.env` and `cartjury.toml`.

    Raises:
        InputError: an unknown option or a wrong value.
    """
    try:
        return load_settings(said, Path.cwd())
    except InputError as error:
        raise InputError(str(error).removeprefix("the command line: ")) from error


def remembered(said: Mapping[str, Any], state: State) -> str:
    """Write down what was said, and the day that counts as today, for the next step."""
    values = settings_of(said).model_dump(mode="json")
    # Wishes for single dimensions are kept as what came of them.
    keys = {"dimensions" if k == "dimension" else k for k, v in said.items() if v is not None and k != "out"}
    words = {k: values[k] for k in values if k in keys}
    return json.dumps(words | {"as_of": str(needed(state.universe).as_of)})


def recalled(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what earlier steps were told about this frame; nothing where its attrs were lost."""
    return dict(json.loads(checked(frame).attrs.get(OPTIONS, "{}")))


def plan_of(frame: pd.DataFrame) -> SegmentPlan:
    """Return the plan that create_bucket_combinations left with this frame.

    Raises:
        InputError: it was never made, or got lost on the way.
    """
    if PLAN not in checked(frame).attrs:
        raise InputError(
            "this frame carries no plan: give the frame that create_bucket_combinations returned. pandas drops a "
            "frame's attrs in a merge and the like; keep them with new.attrs = old.attrs, or call it again"
        )
    return SegmentPlan.from_json(frame.attrs[PLAN])


def checked(frame: object) -> pd.DataFrame:
    """Refuse anything but a pandas frame."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"a pandas DataFrame is needed, not {type(frame).__name__}")
    return frame


@contextmanager
def opened(frame: pd.DataFrame, said: Mapping[str, Any], *, whole: bool = True) -> Iterator[State]:
    """Check a frame and count its universe, as the graph's first nodes do; its working files live meanwhile.

    Args:
        frame: carts.
        said: options in the words of the command line.
        whole: every row must be in the universe.

    Raises:
        InputError: bad rows, an empty universe, or rows outside where there must be none.
    """
    settings = settings_of(said)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / FRAME
        write_frame(frame, source, settings)
        run = Run(id=FRAME, folder=folder, work=folder)
        state = through(State(**dict(request(source, settings)), run=run), load, universe)
        dataset, users = needed(state.dataset), needed(state.universe)
        if whole and users.size < dataset.rows:
            raise InputError(
                f"{dataset.rows - users.size:,} of {dataset.rows:,} rows are not in the universe of {users.as_of} and "
                f"the {users.window_days} days before: call define_universe first, or say its options here too"
            )
        yield state


def through(state: State, *steps: Node, **changes: Any) -> State:
    """Change a state, then let nodes of the graph change it, one after the other."""
    state = State.model_validate({**dict(state), **changes})
    for node in steps:
        state = State.model_validate({**dict(state), **node(state)})
    return state


def inside(frame: pd.DataFrame, state: State) -> pd.DataFrame:
    """Return the rows of a frame that are in the universe: its own columns, types and index."""
    return frame.iloc[positions(Path(needed(state.input_path)), carts_of(state), state.options.filter)]


def segmented(frame: pd.DataFrame | None, state: State) -> pd.DataFrame:
    """Return the universe with levels, segment_id and segment_name.

    Args:
        frame: whose rows to show; None: the rows as they were checked, their index the row in the input, from 0.
        state: with a plan, and its working files still there.
    """
    carts, plan = carts_of(state), needed(state.plan)
    rows = read_users(carts, plan, state.options, Path(needed(state.run).work))
    if frame is None:
        return rows.set_axis(pd.Index(positions(Path(carts.dataset.path), carts, plan.filter)))
    own = {*COLUMN_NAMES, *state.options.keep_columns}
    return inside(frame, state).assign(**{c: rows[c].array for c in rows.columns if c not in own})


def check_segments(frame: pd.DataFrame, state: State) -> None:
    """Refuse a frame whose segment_id was changed by hand: scores follow the plan, and would not fit it.

    Raises:
        InputError: it counts the users concerned.
    """
    if "segment_id" not in frame.columns:
        return
    moved = int((frame["segment_id"].to_numpy() != segmented(frame, state)["segment_id"].to_numpy()).sum())
    if moved:
        raise InputError(
            f"{moved:,} users have another segment_id than the plan gives them: scores follow the plan, so change "
            "its dimensions or sizes in create_bucket_combinations instead"
        )


def named_by_hand(plan: SegmentPlan, names: Mapping[str, str], needed_ids: set[str]) -> SegmentPlan:
    """Give the segments of a plan the names of a map from name to rule.

    Args:
        plan: its own names stay where the map says nothing of a rule.
        names: rule by name.
        needed_ids: segments that the map must name.

    Raises:
        InputError: a rule that is not in the plan, two names for one, a name for none, or no name for one.
    """
    by_rule = {rule: str(name) for name, rule in names.items()}
    unknown = sorted(set(by_rule) - {s.rule for s in plan.segments})
    if unknown:
        raise InputError(f"segment_rule_map: no segment of this frame has the rule {unknown[0]}")
    if len(by_rule) < len(names):
        raise InputError("segment_rule_map gives one rule two names")
    missing = [s.rule for s in plan.segments if s.id in needed_ids and not by_rule.get(s.rule, "").strip()]
    if missing:
        raise InputError(f"segment_rule_map has no name for the rule {missing[0]}")
    try:
        return plan.with_changes(segments=tuple(_named(s, by_rule.get(s.rule, s.name)) for s in plan.segments))
    except ValueError as error:
        raise InputError(f"segment_rule_map: {error}") from error


def _named(segment: Segment, name: str) -> Segment:
    """Rename a segment; a name that differs from the jury's was given by a person."""
    origin = segment.named_by if name == segment.name or not segment.name else "person"
    return segment.model_copy(update={"name": name, "named_by": origin})


def strategy_frame(text: str) -> pd.DataFrame:
    """Read the text of mece_strategy.csv: Size as int64, other numbers as float64 to the last bit, the rest as str."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    frame = pd.DataFrame(rows, dtype="str").astype({"Size": "int64"})
    numbers = [c for c in frame.columns if c not in {*WORDS, "Size"}]
    return frame.assign(**{c: [float(row[c] or "nan") for row in rows] for c in numbers})


def notices(state: State) -> tuple[str, ...]:
    """What the user should know of the rows that a step left out."""
    dataset, users = needed(state.dataset), needed(state.universe)
    # A run would name the file that lists them; a step keeps no files.
    bad = f"{dataset.rejected:,} bad rows were left out; main() lists them in rejected_rows.csv"
    return (*((bad,) if dataset.rejected else ()), *users.notices)


def warn(notices: tuple[str, ...]) -> None:
    """Tell the user of a step what a run would have told on stderr."""
    for notice in notices:
        warnings.warn(notice, stacklevel=4)
