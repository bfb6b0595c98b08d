"""Where results go: what may lie there, what stays, and what is never overwritten."""

from pathlib import Path

import pytest

from tests.app.shell import SMALL, done, fails, manifest
from tests.carts import cart, write_csv

pytestmark = pytest.mark.usefixtures("empty_folder")


def test_a_file_in_the_place_of_the_folder_is_named() -> None:
    Path("file").write_text("mine", encoding="utf-8")

    assert "cannot write results to file" in fails("run", *SMALL, "--out", "file")
    assert "cannot write results to file/x" in fails("run", *SMALL, "--out", "file/x")
    assert Path("file").read_text(encoding="utf-8") == "mine"


def test_files_of_others_in_the_folder_stay() -> None:
    Path("out").mkdir()
    Path("out/notes.txt").write_text("mine", encoding="utf-8")

    done("run", *SMALL, "--out", "out")
    fails("run", *SMALL, "--out", "out", "--min-size", 5000)

    assert Path("out/notes.txt").read_text(encoding="utf-8") == "mine"
    assert manifest("out")["users"] > 0


def test_a_second_run_into_a_folder_leaves_nothing_of_the_first() -> None:
    done("run", *SMALL, "--out", "out", "--users-format", "parquet")
    done("run", *SMALL, "--out", "out")

    assert not Path("out/mock_cart_abandoners.parquet").exists()
    assert "changed" not in done("show", "out").stderr


@pytest.mark.parametrize("command", ["run", "apply"])
def test_an_input_that_the_results_would_overwrite_is_spared(finished: Path, command: str) -> None:
    write_csv(Path(), [cart(user_id=f"u{i}") for i in range(30)]).rename("cart_abandoners.csv")
    before = Path("cart_abandoners.csv").read_bytes()
    words = ["apply", finished / "plan.json"] if command == "apply" else ["run"]

    assert "would be overwritten" in fails(*words, "cart_abandoners.csv", "--out", ".")
    assert Path("cart_abandoners.csv").read_bytes() == before
