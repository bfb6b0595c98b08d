"""The notebook door: the whole job as `main()`, and the same job step by step, on pandas frames.

    universe_df, results_df, segment_rule_map = main()                     # mock carts
    universe_df, results_df, segment_rule_map = main("carts.csv")          # or a file, or a DataFrame

    df = generate_cart_abandonment_dataset(n_users=25000)                  # step by step, to the same result
    universe = define_universe(df)
    universe = create_bucket_combinations(universe)
    segment_name_map, segment_rule_map = generate_segment_names_with_langchain_jury(universe)
    results_df = compute_segment_scores(universe, segment_rule_map)

    treemap(results_df)                                                    # as the last line of a cell: a picture

Each step takes the frame it is given through nodes of the graph. What the steps decide travels from one to the next
in the frame's `attrs`, as JSON text; where pandas drops them, as a merge does, the next step says so. Nothing has to
be patched inside a running event loop (Jupyter, Colab). What is not given to a function comes from the environment,
`.env` and `cartjury.toml`, as at the command line.
"""

import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cartjury.app import runner, steps
from cartjury.app.commands import check_jury, refuse, request
from cartjury.app.config import load_keys
from cartjury.app.picture import treemap
from cartjury.data.model_table import load_table
from cartjury.data.records import SegmentPlan
from cartjury.graph import nodes
from cartjury.graph.build import build_jury
from cartjury.graph.folders import new_run_folder
from cartjury.graph.held import needed, plain
from cartjury.graph.state import JuryOutput, State
from cartjury.tools.frame import write_frame
from cartjury.tools.generate import generate_frame
from cartjury.tools.tables import strategy_csv
from cartjury.tools.words import in_words

__all__ = [
    "compute_segment_scores",
    "create_bucket_combinations",
    "define_universe",
    "generate_cart_abandonment_dataset",
    "generate_segment_names_with_langchain_jury",
    "main",
    "treemap",
]

FOLDER: Final = "cartjury_folder"  # attrs: where the files of the run are
Day = date | str | None
Rules = dict[str, str]


@steps.plain_errors
def main(
    input: pd.DataFrame | str | Path | None = None,  # noqa: A002 - the word a caller expects
    n_users: int | None = None,
    seed: int | None = None,
    as_of: Day = None,
    out: str | Path | None = None,
    **options: Any,
) -> tuple[pd.DataFrame, pd.DataFrame, Rules]:
    """Segment, name, score, prove and publish; print a summary.

    Args:
        input: a DataFrame, or a CSV, CSV.gz or Parquet file; None: mock carts.
        n_users: mock users; None: as configured, else 25,000.
        seed: of the mock carts and of every shuffled order; None: as configured, else 42.
        as_of: the day that counts as today; None: the newest cart, for mock carts today.
        out: folder for the files; None: a new one below `runs`.
        **options: the other options of `cartjury run`, such as `min_size=1` or `scoring="seed"`.

    Returns:
        The universe with levels, segment_id and segment_name (of a DataFrame its own rows, columns and index; else
        the index is the row in the input, from 0); the scores, as in mece_strategy.csv; each segment's rule by its
        name. `results_df.attrs["cartjury_folder"]` says where the files are.

    Raises:
        InputError: bad input or an unknown option.
    """
    load_keys(Path.cwd())
    given = _given(n_users=n_users, seed=seed, as_of=as_of, out=None if out is None else str(out), **options)
    if input is not None:
        refuse("an input", [k for k in ("n_users", "missing_aov") if k in given])
    frame = None if input is None or isinstance(input, str | Path) else steps.checked(input)
    said = given if frame is None else {**steps.recalled(frame), **given}
    state, users = _run(input if frame is None else frame, said)
    folder, plan = needed(state.run).folder, needed(state.plan)
    users.attrs |= {steps.OPTIONS: steps.remembered(said, state), steps.PLAN: plan.to_json(), FOLDER: folder}
    results = steps.strategy_frame((Path(folder) / "mece_strategy.csv").read_text(encoding="utf-8"))
    results.attrs[FOLDER] = folder
    print(f"{state.messages[-1].text}\nFiles: {folder}")  # noqa: T201 - the reader of a notebook reads stdout
    return users, results, _rules(plan)


def _run(carts: pd.DataFrame | str | Path | None, said: Mapping[str, Any]) -> tuple[State, pd.DataFrame]:
    """Run the whole graph; a frame becomes a file that lives as long as the run."""
    settings = steps.settings_of(said)
    table = load_table(Path("cartjury.toml"))
    check_jury(settings, table)
    folder = Path(settings.out) if settings.out else new_run_folder()
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(carts).expanduser() if isinstance(carts, str | Path) else Path(scratch) / steps.FRAME
        frame = carts if isinstance(carts, pd.DataFrame) else None
        if frame is not None:
            write_frame(frame, path, settings)
        state = runner.run(request(None if carts is None else path, settings), folder, runner.Watch(), table)
        return state, steps.segmented(frame, state)


@steps.plain_errors
def generate_cart_abandonment_dataset(
    n_users: int | None = None, seed: int | None = None, as_of: Day = None, **options: Any
) -> pd.DataFrame:
    """Make up carts: realistic, correlated, the same for the same seed and day.

    Args:
        n_users: None: as configured, else 25,000.
        seed: None: as configured, else 42; the later steps take it over.
        as_of: the newest day of the carts; None: today.
        **options: `missing_aov`, the share of users without orders whose order value is left out.
    """
    settings = steps.settings_of({"n_users": n_users, "seed": seed, "as_of": as_of, **options})
    day = settings.as_of or date.today()  # noqa: DTZ011 - the user's own calendar day
    frame = generate_frame(settings.n_users, settings.seed, day, settings.missing_aov)
    frame.attrs[steps.OPTIONS] = f'{{"seed": {settings.seed}}}'
    return frame


@steps.plain_errors
def define_universe(
    df: pd.DataFrame, as_of: Day = None, window_days: int | None = None, **options: Any
) -> pd.DataFrame:
    """Return the users who abandoned a cart within the window, in order: df's own columns, types and index.

    Args:
        df: the eight columns of the contract; further ones are kept.
        as_of: the day that counts as today; None: the newest cart.
        window_days: whole days before as_of; None: as configured, else 7.
        **options: further options of a run, such as `filter` or `on_bad_rows`; the later steps take them over.

    Raises:
        InputError: a row breaks the contract, or nobody is inside.
    """
    said = {**steps.recalled(df), **_given(as_of=as_of, window_days=window_days, **options)}
    with steps.opened(df, said, whole=False) as state:
        universe = steps.inside(df, state)
        universe.attrs.pop(steps.PLAN, None)
        universe.attrs[steps.OPTIONS] = steps.remembered(said, state)
    steps.warn(steps.notices(state))
    return universe


@steps.plain_errors
def create_bucket_combinations(universe: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Cut the universe into MECE segments: levels of AOV, engagement and profitability, then the size policy.

    Args:
        universe: what define_universe returned. Without its attrs, the newest cart counts as today and the options
            as configured, unless they are said again here.
        **options: options of a run, such as `min_size`, `exact_cuts` or `as_of`.

    Returns:
        The universe with `aov_bucket`, `engagement_bucket`, `profitability_bucket` and `segment_id`; small cells are
        merged, so a segment may hold several combinations of levels.

    Raises:
        InputError: rows that break the contract or lie outside the window, or limits that cannot be kept.
    """
    said = {**steps.recalled(universe), **_given(**options)}
    with steps.opened(universe, said) as carts:
        state = steps.through(carts, nodes.bucket, nodes.size)
        users = steps.segmented(universe, state).drop(columns="segment_name")
        users.attrs |= {steps.OPTIONS: steps.remembered(said, state), steps.PLAN: needed(state.plan).to_json()}
    steps.warn(tuple(entry.reason for entry in needed(state.plan).log if entry.action in {"drop", "tie"}))
    return users


@steps.plain_errors
def generate_segment_names_with_langchain_jury(universe: pd.DataFrame, **options: Any) -> tuple[Rules, Rules]:
    """Let the jury name the segments.

    Args:
        universe: what create_bucket_combinations returned; its attrs then know the names too.
        **options: `jury`, `effort`, `seed` and the other options of a run that concern the jury.

    Returns:
        segment_name_map, from segment_id to name, and segment_rule_map, from name to rule. They hold every segment
        of the plan, also those that nobody is in today.

    Raises:
        InputError: the frame carries no plan, or a jury that this version cannot seat.
    """
    load_keys(Path.cwd())
    said = {**steps.recalled(universe), **_given(**options)}
    settings = steps.settings_of(said)
    table = load_table(Path("cartjury.toml"))
    check_jury(settings, table)
    with steps.opened(universe, said) as carts:
        state = steps.through(carts, nodes.profile, plan=steps.plan_of(universe))
    asked = {
        "briefs": [plain(b) for b in state.briefs],
        "seed": state.seed,
        "options": plain(state.options),
    }
    heard = runner.in_own_loop(lambda: build_jury(table=table).ainvoke(asked))
    plan = needed(steps.through(state, nodes.name, jury=JuryOutput.model_validate(heard).jury).plan)
    universe.attrs[steps.PLAN] = plan.to_json()
    return {s.id: s.name for s in plan.segments}, _rules(plan)


@steps.plain_errors
def compute_segment_scores(universe: pd.DataFrame, segment_rule_map: Mapping[str, str]) -> pd.DataFrame:
    """Score the segments, best first: the columns of mece_strategy.csv.

    Args:
        universe: what create_bucket_combinations returned.
        segment_rule_map: from name to rule; change a name there and the results have the new one.

    Raises:
        InputError: the frame carries no plan, its segment_id is no longer what the plan says, or the map does not
            give every segment with users one name.
    """
    plan = steps.plan_of(universe)
    with steps.opened(universe, steps.recalled(universe)) as carts:
        state = steps.through(carts, nodes.profile, plan=plan)
        steps.check_segments(universe, state)
    plan = steps.named_by_hand(plan, segment_rule_map, {p.segment_id for p in state.profiles if p.users})
    state = steps.through(state, nodes.score, plan=plan)
    words = {s.id: in_words(plan, s) for s in plan.segments}
    return steps.strategy_frame(strategy_csv(plan, state.scores, words, needed(state.universe)))


def _rules(plan: SegmentPlan) -> Rules:
    return {s.name: s.rule for s in plan.segments}


def _given(**said: Any) -> dict[str, Any]:
    return {k: v for k, v in said.items() if v is not None}
