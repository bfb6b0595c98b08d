"""The notebook door: the whole job as `main()`, and the same job step by step, on pandas frames.

    universe_df, results_df, segment_rule_map = main()                     # mock carts
    universe_df, results_df, segment_rule_map = main("carts.csv")          # or a file, or a DataFrame

    df = generate_cart_abandonment_dataset(n_users=25000)                  # step by step, to the same result
    universe = define_universe(df)
    universe = create_bucket_combinations(universe)
    segment_name_map, segment_rule_map = generate_segment_names_with_langchain_jury(universe)
    results_df = compute_segment_scores(universe, segment_rule_map)

Each step runs the nodes of the graph (graph/nodes.py) on the frame it is given. What the steps decide travels from
one to the next in the frame's `attrs`, as JSON text; pandas drops `attrs` in merges, and then a step says so.
All of it works inside a running event loop (Jupyter, Colab), without patches. Whatever is not given to a function
comes from the environment, `.env` and `cartjury.toml`, as at the command line.
"""

import functools
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

import pandas as pd

from cartjury.app import runner
from cartjury.app.commands import check_jury, request
from cartjury.app.config import Settings, load_keys, load_settings
from cartjury.data.contract import COLUMN_NAMES
from cartjury.data.errors import InputError
from cartjury.data.records import SegmentPlan
from cartjury.graph import nodes
from cartjury.graph.build import build_jury
from cartjury.graph.folders import new_run_folder
from cartjury.graph.state import Run, State
from cartjury.tools.frame import positions, read_users, write_frame
from cartjury.tools.generate import generate_frame
from cartjury.tools.tables import strategy_csv
from cartjury.tools.treemap_svg import Picture, picture
from cartjury.tools.words import in_words

OPTIONS: Final = "cartjury_options"  # attrs: what was said so far, as JSON text
PLAN: Final = "cartjury_plan"  # attrs: the plan, as JSON text
FOLDER: Final = "cartjury_folder"  # attrs: where the files of the run are
FRAME: Final = "DataFrame"  # what messages and manifests call a frame

Maps = tuple[dict[str, str], dict[str, str]]
Day = date | str | None
P = ParamSpec("P")
T = TypeVar("T")


def _brief_errors(function: Callable[P, T]) -> Callable[P, T]:
    """Show a reader of the notebook what is wrong with the input, not the way it was found out."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except InputError as error:
            raise error.with_traceback(None) from None

    return wrapped


@_brief_errors
def main(
    input: pd.DataFrame | str | Path | None = None,  # noqa: A002 - the word that a caller expects
    n_users: int | None = None,
    seed: int | None = None,
    as_of: Day = None,
    out: str | Path | None = None,
    **options: Any,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Segment, name, score, prove and publish; print a summary.

    Args:
        input: a DataFrame, or a CSV, CSV.gz or Parquet file; None: mock carts.
        n_users: mock users; None: as configured, else 25,000.
        seed: of the mock carts and of every shuffled order; None: as configured, else 42.
        as_of: the day that counts as today; None: the newest cart, for mock carts today.
        out: folder for the files; None: a new one below `runs`.
        **options: the other options of `cartjury run`, such as `min_size=1` or `scoring="seed"`.

    Returns:
        The universe with levels, segment_id and segment_name (of a DataFrame: its own rows, columns and index;
        else the index is the row in the input, from 0); the scores, as in mece_strategy.csv; and each segment's
        rule by its name. `results_df.attrs["cartjury_folder"]` is the folder of the files.

    Raises:
        InputError: bad input or an unknown option.
    """
    load_keys(Path.cwd())
    said = {"n_users": n_users, "seed": seed, "as_of": as_of, "out": str(out) if out else None, **options}
    settings = _settings(said)
    check_jury(settings)
    folder = Path(settings.out) if settings.out else new_run_folder()
    with tempfile.TemporaryDirectory() as scratch:
        given = _input_file(input, Path(scratch), settings)
        state = runner.run(request(given, settings), folder, _quietly)
        users = _segmented(input if isinstance(input, pd.DataFrame) else None, given, state)
    plan = nodes.needed(state.plan)
    users.attrs |= {FOLDER: str(folder), PLAN: plan.to_json(), OPTIONS: _said(said, state)}
    results = _results((folder / "mece_strategy.csv").read_text(encoding="utf-8"))
    results.attrs[FOLDER] = str(folder)
    print(f"{state.messages[-1].content}\nFiles: {folder}")  # noqa: T201 - a notebook's reader reads stdout
    return users, results, _rules(plan)
