"""The notebook door: one call or five steps, the same frames, from any kind of frame."""

import asyncio
import csv
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from cartjury.app import notebook
from cartjury.app.cli import cli
from cartjury.data.errors import InputError
from tests import oracle

AS_OF = "2026-11-23"
BUCKETS = ["aov_bucket", "engagement_bucket", "profitability_bucket"]
QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart.ipynb"
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def carts() -> pd.DataFrame:
    return notebook.generate_cart_abandonment_dataset(n_users=1_500, seed=7, as_of=AS_OF)


@pytest.fixture
def universe(carts: pd.DataFrame) -> pd.DataFrame:
    return notebook.create_bucket_combinations(notebook.define_universe(carts))


def handmade(users: int) -> pd.DataFrame:
    """Carts of one day in which the order value has three values, and each score two."""
    numbers = range(users)
    return pd.DataFrame(
        {
            "user_id": [f"{n:04d}" for n in numbers],
            "cart_abandoned_date": pd.Timestamp(AS_OF),
            "last_order_date": pd.NaT,
            "avg_order_value": [(10.0, 50.0, 100.0)[n % 3] for n in numbers],
            "sessions_last_30d": [1 + n % 3 for n in numbers],
            "num_cart_items": 2,
            "engagement_score": [0.2 + 0.5 * (n // 2 % 2) for n in numbers],
            "profitability_score": [0.1 + 0.8 * (n // 4 % 2) for n in numbers],
        }
    )


def stepwise(carts: pd.DataFrame, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    universe = notebook.create_bucket_combinations(notebook.define_universe(carts, **options))
    names, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    results = notebook.compute_segment_scores(universe, rules)
    return universe.assign(segment_name=universe["segment_id"].map(names)), results, rules


# One call and five steps


def test_the_steps_give_the_frames_of_the_whole_run(carts: pd.DataFrame) -> None:
    whole = notebook.main(n_users=1_500, seed=7, as_of=AS_OF)

    steps = stepwise(carts)

    assert_frame_equal(whole[0], steps[0])
    assert_frame_equal(whole[1], steps[1])
    assert whole[2] == steps[2]


def test_a_frame_gives_what_its_steps_give_with_options_said_once(carts: pd.DataFrame) -> None:
    options = {"window_days": 3, "min_size": 5, "max_size": 90, "scoring": "seed", "exact_cuts": True}
    whole = notebook.main(carts, **options)

    steps = stepwise(carts, **options)

    assert len(whole[1]) > 12, "some segment should have been split"
    assert_frame_equal(whole[0], steps[0])
    assert_frame_equal(whole[1], steps[1])


def test_settings_of_the_folder_count_in_every_step(tmp_path: Path, carts: pd.DataFrame) -> None:
    (tmp_path / "cartjury.toml").write_text("window_days = 2\nmin_size = 60\n", encoding="utf-8")
    whole = notebook.main(carts)

    steps = stepwise(carts)

    assert whole[1]["Size"].sum() == len(oracle.universe(carts, AS_OF, 2))
    assert_frame_equal(whole[1], steps[1])


def test_the_frames_hold_what_the_command_line_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["run", "--n-users", "1500", "--seed", "7", "--as-of", AS_OF, "--out", str(tmp_path / "cli")]
    assert CliRunner().invoke(cli, asked).exit_code == 0

    users, results, _ = notebook.main(n_users=1_500, seed=7, as_of=AS_OF, out=tmp_path / "notebook")

    for name, frame in (("mock_cart_abandoners.csv", users), ("mece_strategy.csv", results)):
        text = (tmp_path / "cli" / name).read_text(encoding="utf-8")
        assert text == (tmp_path / "notebook" / name).read_text(encoding="utf-8")
        written = list(csv.DictReader(text.splitlines()))
        assert list(written[0]) == list(frame.columns)
        assert [same_type(row, frame) for row in written] == known(frame)
    assert "proven MECE" in capsys.readouterr().out


def same_type(row: Row, frame: pd.DataFrame) -> Row:
    """What a CSV row says, as numbers where the frame has numbers; missing values are left out."""
    numeric = {c for c in frame.columns if frame[c].dtype.kind in "if"}
    return {c: float(v) if c in numeric else v for c, v in row.items() if v}


def known(frame: pd.DataFrame) -> list[Row]:
    dates = frame.select_dtypes("datetime").columns
    as_text = frame.assign(**{c: frame[c].dt.strftime("%Y-%m-%d") for c in dates})
    return [{c: v for c, v in row.items() if pd.notna(v) and v != ""} for row in as_text.to_dict("records")]


def test_the_universe_is_that_of_the_oracle(carts: pd.DataFrame) -> None:
    assert_frame_equal(notebook.define_universe(carts, as_of=AS_OF), oracle.universe(carts, AS_OF))


def test_a_run_works_inside_a_running_event_loop(carts: pd.DataFrame) -> None:
    async def cell() -> tuple[pd.DataFrame, pd.DataFrame]:
        return notebook.main(carts)[1], stepwise(carts)[1]

    whole, steps = asyncio.run(cell())

    assert_frame_equal(whole, steps)


def test_a_run_says_where_its_files_are_and_how_it_went(
    carts: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    users, results, _ = notebook.main(carts, out="here")

    assert Path(results.attrs["cartjury_folder"]) == tmp_path / "here"
    assert json.loads((tmp_path / "here" / "manifest.json").read_text())["source"]["source"] == "DataFrame"
    assert all(isinstance(v, str) for v in users.attrs.values())
    out = capsys.readouterr().out
    assert f"{len(users):,} users" in out
    assert str(tmp_path / "here") in out
    assert len(out) < 500


def test_the_results_of_a_run_can_be_scored_again(carts: pd.DataFrame) -> None:
    users, results, rules = notebook.main(carts)

    assert_frame_equal(notebook.compute_segment_scores(users, rules), results)


# The caller's frame stays the caller's


def test_columns_types_index_and_attrs_of_a_frame_are_kept(carts: pd.DataFrame) -> None:
    carts["user_id"] = range(1_234_567_890_123_456_789, 1_234_567_890_123_456_789 + len(carts))
    carts["anything"] = [[n] for n in range(len(carts))]
    carts.index = pd.Index([f"row {n}" for n in range(len(carts))])
    carts.attrs["mine"] = "kept"
    before = carts.copy()

    users, _, _ = notebook.main(carts)
    steps, _, _ = stepwise(carts)

    assert_frame_equal(carts, before)
    expected = oracle.universe(before, AS_OF)
    assert_frame_equal(users[list(before.columns)], expected)
    assert_frame_equal(steps, users)
    assert users.attrs["mine"] == steps.attrs["mine"] == "kept"


def test_segments_of_a_frame_go_to_the_right_rows() -> None:
    carts = handmade(80).sample(frac=1, random_state=3)

    users = notebook.create_bucket_combinations(carts, min_size=1)

    levels = carts["avg_order_value"].map({10: "Low", 50: "Medium", 100: "High"})
    assert users["aov_bucket"].tolist() == levels.tolist()
    assert users.groupby("segment_id")[BUCKETS].nunique().eq(1).all(axis=None)


# Values of every kind (tests/tools/test_frame.py has more of them)


def test_ids_reach_the_files_digit_by_digit(tmp_path: Path) -> None:
    ids = [
        "007",
        "NA",
        "nan",
        "None",
        "null",
        "1e5",
        "\N{LATIN CAPITAL LETTER A WITH DIAERESIS}",
        "1234567890123456789",
    ]

    users, _, _ = notebook.main(handmade(8).assign(user_id=ids), out="run")

    with (tmp_path / "run" / "cart_abandoners.csv").open(encoding="utf-8", newline="") as file:
        assert [row["user_id"] for row in csv.DictReader(file)] == ids
    assert users["user_id"].tolist() == ids


def test_missing_scores_are_unknown() -> None:
    carts = handmade(80)
    carts.loc[carts.index % 4 == 0, "engagement_score"] = float("nan")

    universe = notebook.create_bucket_combinations(carts, min_size=1)

    assert (universe["engagement_bucket"] == "Unknown").tolist() == [n % 4 == 0 for n in range(80)]


def test_one_user_is_a_universe() -> None:
    users, results, rules = notebook.main(handmade(1))

    assert users["segment_id"].tolist() == results["segment_id"].tolist()
    assert list(rules.values()) == ["ALL"]
    assert_frame_equal(results, stepwise_quietly(handmade(1)))


def stepwise_quietly(carts: pd.DataFrame) -> pd.DataFrame:
    with pytest.warns(UserWarning, match="is not used"):
        return stepwise(carts)[1]


def test_equal_values_stay_together() -> None:
    carts = handmade(100)
    carts["avg_order_value"] = [40.0] * 30 + [50.0] * 50 + [60.0] * 20

    users = notebook.create_bucket_combinations(carts, min_size=1)

    assert users.groupby("avg_order_value")["aov_bucket"].unique().map(list).tolist() == [["Low"], ["Medium"], ["High"]]


@pytest.mark.parametrize("column", ["user_id", "cart_abandoned_date", "engagement_score", "num_cart_items"])
def test_a_missing_column_is_named(column: str, carts: pd.DataFrame) -> None:
    for door in (notebook.main, notebook.define_universe):
        with pytest.raises(InputError, match=f"missing column {column}"):
            door(carts.drop(columns=column))


def test_an_id_in_the_index_is_recognised(carts: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"reset_index\(\)"):
        notebook.main(carts.set_index("user_id"))


def test_a_bad_value_is_named_with_its_row(carts: pd.DataFrame) -> None:
    carts.loc[3, "engagement_score"] = 1.5

    with pytest.raises(InputError, match=r"row 4, column engagement_score: '1.5' is not between 0 and 1"):
        notebook.main(carts)


def test_bad_rows_can_be_left_out(carts: pd.DataFrame) -> None:
    carts.loc[[0, 3], "engagement_score"] = 1.5
    with pytest.warns(UserWarning, match="2 bad rows were left out"):
        universe = notebook.define_universe(carts, on_bad_rows="quarantine")

    users, results, _ = notebook.main(carts, on_bad_rows="quarantine")

    assert_frame_equal(universe, oracle.universe(carts.drop(index=[0, 3]), AS_OF))
    assert_frame_equal(users[carts.columns.tolist()], universe)
    rejected = Path(results.attrs["cartjury_folder"]) / "rejected_rows.csv"
    assert [row["row"] for row in csv.DictReader(rejected.read_text().splitlines())] == ["1", "4"]


# What a caller may get wrong


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min_sise": 3}, "unknown key 'min_sise', did you mean 'min_size'"),
        ({"input": "nowhere.csv"}, r"there is no file .*nowhere\.csv"),
        ({"input": [1, 2]}, "a pandas DataFrame is needed, not list"),
        ({"input": "carts.csv", "n_users": 5}, "cannot be combined with n_users"),
        ({"as_of": "23.11.2026"}, "as_of = '23.11.2026'"),
        ({"n_users": 0}, "n_users = 0"),
    ],
)
def test_a_wrong_call_is_explained(given: Row, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        notebook.main(**given)

    assert "command line" not in str(caught.value)
    assert len(caught.traceback) <= 3, "the traceback should end where the notebook's code does"


def test_a_step_that_lost_its_plan_says_so(universe: pd.DataFrame) -> None:
    merged = universe.merge(pd.DataFrame({"user_id": universe["user_id"], "city": "Linz"}))

    with pytest.raises(InputError, match="carries no plan"):
        notebook.generate_segment_names_with_langchain_jury(merged)
    merged.attrs = universe.attrs
    assert notebook.generate_segment_names_with_langchain_jury(merged)[0]


def test_buckets_of_more_than_the_universe_are_refused(carts: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="call define_universe first"):
        notebook.create_bucket_combinations(carts)


def test_a_user_moved_by_hand_is_noticed(universe: pd.DataFrame) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    first = universe.index[0]
    universe.loc[first, "segment_id"] = "S01" if universe.loc[first, "segment_id"] != "S01" else "S02"

    with pytest.raises(InputError, match="1 users have another segment_id"):
        notebook.compute_segment_scores(universe, rules)


def test_a_name_can_be_changed_and_moves_nothing_else(universe: pd.DataFrame) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    before = notebook.compute_segment_scores(universe, rules)
    best = before["Segment Name"].iloc[0]

    after = notebook.compute_segment_scores(universe, {"Best_Bets" if n == best else n: r for n, r in rules.items()})

    assert after["Segment Name"].iloc[0] == "Best_Bets"
    assert after["named_by"].tolist() == ["person", *before["named_by"][1:]]
    ours = ["Segment Name", "named_by"]
    assert_frame_equal(after.drop(columns=ours), before.drop(columns=ours))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rules: dict(list(rules.items())[1:]), "no name for the rule"),
        (lambda rules: {**rules, "Whales": "AOV_Huge"}, "no segment of this frame has the rule AOV_Huge"),
        (lambda rules: {**rules, "Twins": next(iter(rules.values()))}, "one rule two names"),
    ],
    ids=["too few", "unknown", "twice"],
)
def test_a_map_that_does_not_fit_the_plan_is_refused(universe: pd.DataFrame, change: Any, said: str) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)

    with pytest.raises(InputError, match=said):
        notebook.compute_segment_scores(universe, change(rules))


# What a notebook shows


def test_a_treemap_draws_every_segment_and_escapes_its_name(universe: pd.DataFrame) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    best = next(iter(rules))
    renamed = {"<b>&" if n == best else n: r for n, r in rules.items()}

    html = notebook.treemap(notebook.compute_segment_scores(universe, renamed))._repr_html_()

    assert html.count("<rect") == html.count("<tr") - 1 == universe["segment_id"].nunique()
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;" in html


def test_a_treemap_of_something_else_is_refused(carts: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no column Segment Name"):
        notebook.treemap(carts)


@pytest.fixture
def kernel_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path, as sockets of a kernel need one, for all that a kernel would write into the home folder."""
    with tempfile.TemporaryDirectory(prefix="nb") as folder:
        for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
            monkeypatch.setenv(name, folder)
        yield Path(folder)


@pytest.mark.usefixtures("kernel_folder")
def test_the_quickstart_runs_in_a_kernel(tmp_path: Path) -> None:
    quickstart = nbformat.read(QUICKSTART, as_version=4)
    client = NotebookClient(quickstart, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.create_kernel_manager().transport = "ipc"  # sockets in the file system: the tests open no port

    client.execute()

    cells = [c for c in quickstart.cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    html = [o["data"]["text/html"] for c in cells for o in c.outputs if "text/html" in o.get("data", {})]
    assert sum("<svg" in shown and "<table" in shown for shown in html) == 1
    assert sum("<table" in shown for shown in html) >= 5
    plain = [o["data"]["text/plain"] for c in cells for o in c.outputs if "data" in o]
    assert "True" in plain, "the steps should give the results of the whole run"
    assert not [o for c in cells for o in c.outputs if o.get("name") == "stderr"]
    assert (tmp_path / "my_carts.csv").is_file()
