"""`--dimension`: where wishes may stand, which one counts, and that every later step knows what came of them."""

import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cartjury.app.config import Settings, load_settings
from cartjury.app.notebook import create_bucket_combinations, define_universe
from cartjury.app.steps import plan_of
from cartjury.data.errors import InputError
from tests.app.shell import DAY, done, fails, manifest, plan
from tests.carts import random_carts, write_frame

pytestmark = pytest.mark.usefixtures("empty_folder")
WISHES = ("--dimension", "sessions_last_30d:q0.5", "--dimension", "tier:1,2", "--dimension", "AOV:off")


def settings(toml: str = "", dotenv: str = "", env: str = "", *wishes: str) -> Settings:
    Path("cartjury.toml").write_text(toml, encoding="utf-8")
    Path(".env").write_text(dotenv, encoding="utf-8")
    if env:
        os.environ["CARTJURY_DIMENSION"] = env
    return load_settings({"dimension": list(wishes) or None}, Path.cwd())


def said(found: Settings) -> list[str]:
    cuts = [(d.name, "q" if d.quantiles else "", d.quantiles or d.cuts) for d in found.dimensions]
    return [f"{name} {kind}{','.join(f'{number:g}' for number in numbers)}" for name, kind, numbers in cuts]


def carts_with_tiers() -> pd.DataFrame:
    frame = random_carts(300, 3)
    return frame.assign(tier=frame["num_cart_items"] % 3)


def test_every_place_changes_what_the_places_before_have_said() -> None:
    toml = '[[dimensions]]\nname = "Spend"\ncolumn = "avg_order_value"\nquantiles = [0.5]\n'
    found = settings(
        toml, "CARTJURY_DIMENSION=num_cart_items:2; cart_value:50", "cart_value:q0.5,0.9", "avg_order_value:30", "x:1"
    )
    assert said(found) == ["Spend 30", "CartItems 2", "CartValue q0.5,0.9", "X 1"]


def test_a_whole_list_of_dimensions_replaces_what_the_places_before_have_said() -> None:
    whole = '[{"name": "Items", "column": "num_cart_items", "cuts": [2]}]'
    found = settings("dimension = ['cart_value:50']", f"CARTJURY_DIMENSIONS={whole}", "", "x:1")
    assert said(found) == ["Items 2", "X 1"]


def test_what_is_left_out_at_the_command_line_may_come_from_a_file() -> None:
    assert said(settings("dimension = ['cart_value:50']", "", "", "CartValue:off", "Profit:off")) == [
        "AOV q0.4,0.8",
        "Engagement q0.6",
    ]


def test_a_wish_that_cannot_be_read_is_refused_with_its_form() -> None:
    error = fails("run", "--dimension", "sessions_last_30d")
    assert "--dimension 'sessions_last_30d': say a column and where to cut it: COLUMN:q0.5" in error


def test_too_many_dimensions_are_refused_before_anything_is_read() -> None:
    with pytest.raises(InputError, match="the command line: 9 dimensions are more than the 8 that a plan can have"):
        settings("", "", "", *(f"c{i}:1" for i in range(6)))


def test_a_run_has_the_dimensions_and_records_what_came_of_the_wishes() -> None:
    write_frame(Path(), carts_with_tiers())
    done("run", "carts.csv", "--as-of", "2026-11-23", "--out", "out", *WISHES)

    dimensions: list[dict[str, Any]] = plan("out")["dimensions"]
    assert [(d["name"], d["column"]) for d in dimensions] == [
        *(("Engagement", "engagement_score"), ("Profit", "profitability_score")),
        *(("Sessions", "sessions_last_30d"), ("Tier", "tier")),
    ]
    recorded = manifest("out")["options"]["dimensions"]
    assert [(d["name"], d["quantiles"], d["cuts"]) for d in recorded[2:]] == [
        ("Sessions", [0.5], []),
        ("Tier", [], [1.0, 2.0]),
    ]
    assert {"sessions_last_30d_bucket", "tier_bucket"} < set(pd.read_csv("out/cart_abandoners.csv").columns)


def test_a_replay_and_a_plan_applied_later_have_the_same_dimensions() -> None:
    write_frame(Path(), carts_with_tiers())
    done("run", "carts.csv", "--as-of", "2026-11-23", "--out", "out", *WISHES)
    done("run", "carts.csv", "--replay", "out", "--out", "again")
    done("apply", "out/plan.json", "carts.csv", "--as-of", "2026-11-23", "--out", "applied")

    assert Path("again/plan.json").read_bytes() == Path("out/plan.json").read_bytes()
    users = [pd.read_csv(f"{folder}/cart_abandoners.csv") for folder in ("out", "applied")]
    assert users[0].equals(users[1])


def test_a_plan_needs_its_columns_in_a_later_file() -> None:
    write_frame(Path(), carts_with_tiers())
    write_frame(Path(), random_carts(50), "other.csv")
    done("run", "carts.csv", "--as-of", "2026-11-23", "--out", "out", *WISHES)

    assert "there is no column tier for a dimension; found: user_id" in fails("apply", "out/plan.json", "other.csv")
    assert list(Path("runs").glob("*/*")) == []


def test_a_kept_column_cannot_take_the_name_of_a_plan_s_levels() -> None:
    write_frame(Path(), carts_with_tiers().assign(tier_bucket="x"))
    done("run", "carts.csv", "--as-of", "2026-11-23", "--out", "out", *WISHES)

    said = fails("apply", "out/plan.json", "carts.csv", "--keep-columns", "tier_bucket")
    assert "this plan cannot be applied with these settings: --keep-columns tier_bucket: the levels of Tier" in said


def test_more_cells_than_can_be_merged_are_counted_out() -> None:
    asked = [f"--dimension={column}:q0.2,0.4,0.6,0.8" for column in ("sessions_last_30d", "days_since_abandonment")]
    error = fails("run", "--n-users", 2000, "--as-of", DAY, *asked, "--dimension", "num_cart_items:2,3,4,5")
    assert "cells, more than 500: AOV 3 x Engagement 2 x Profit 2 x Sessions" in error
    assert "use fewer levels (--dimension sessions_last_30d:q0.5 makes two) or fewer dimensions" in error


def test_the_steps_of_the_notebook_know_them_too() -> None:
    users = create_bucket_combinations(define_universe(random_carts(300, 3), dimension=["sessions_last_30d:q0.5"]))
    assert [d.name for d in plan_of(users).dimensions] == ["AOV", "Engagement", "Profit", "Sessions"]
    assert plan_of(create_bucket_combinations(users)).dimensions == plan_of(users).dimensions
