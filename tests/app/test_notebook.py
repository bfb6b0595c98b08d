"""The notebook door: one call or five steps give the same frames."""

import asyncio
import csv
import json
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

from cartjury.app import notebook
from cartjury.app.cli import cli
from cartjury.data.errors import InputError
from tests import oracle
from tests.app.notebook_carts import AS_OF, Row, stepwise

pytestmark = pytest.mark.usefixtures("empty_folder")


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


class NoJury:
    """A jury that hears the question and leaves."""

    def __init__(self, **_: object) -> None:
        """Whoever could be seated, nobody is."""

    async def ainvoke(self, asked: Row) -> Row:
        raise InputError(f"seed {asked['seed']}, {len(asked['briefs'])} segments")


def test_the_jury_of_the_steps_has_the_seed_of_the_carts(
    universe: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "build_jury", NoJury)

    with pytest.raises(InputError, match="seed 7, 12 segments"):
        notebook.generate_segment_names_with_langchain_jury(universe)
    with pytest.raises(InputError, match="seed 8, 12 segments"):
        notebook.generate_segment_names_with_langchain_jury(universe, seed=8)


def test_the_results_of_a_run_can_be_scored_again(carts: pd.DataFrame) -> None:
    users, results, rules = notebook.main(carts)

    assert_frame_equal(notebook.compute_segment_scores(users, rules), results)


def test_a_name_can_be_changed_and_moves_nothing_else(universe: pd.DataFrame) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    before = notebook.compute_segment_scores(universe, rules)
    best = before["Segment Name"].iloc[0]

    after = notebook.compute_segment_scores(universe, {"Best_Bets" if n == best else n: r for n, r in rules.items()})

    assert after["Segment Name"].iloc[0] == "Best_Bets"
    assert after["named_by"].tolist() == ["person", *before["named_by"][1:]]
    ours = ["Segment Name", "named_by", "name_model"]
    assert_frame_equal(after.drop(columns=ours), before.drop(columns=ours))
