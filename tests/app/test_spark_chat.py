"""The chat about a run on Spark: the same plan as on DuckDB, published where the run is."""

import asyncio
from pathlib import Path

import pytest

from cartjury.app import runner
from cartjury.app.thread import open_thread
from cartjury.app.view import View
from cartjury.data.edit_records import Merge, SetFilter, Split
from cartjury.data.revision_records import Decision
from cartjury.data.rule_records import Comparison
from cartjury.graph.state import Input
from tests import spark
from tests.carts import random_carts

pytestmark = [spark.needs_spark, pytest.mark.usefixtures("empty_folder")]
EDITS = (
    Merge(segments=("S01", "S02")),
    Split(segment="S13", by="sessions_last_30d"),
    SetFilter(conditions=(Comparison(column="num_cart_items", op=">=", value=2.0),)),
)


def refined(carts: Path, folder: Path, engine: str) -> View:
    """A run of an engine, and a revision of it."""
    options = spark.options() if engine == "spark" else spark.options().model_copy(update={"engine": "duckdb"})
    runner.run(Input(input_path=str(carts), options=options), folder, runner.Watch())

    async def talk() -> View:
        async with open_thread(folder) as thread:
            async for _ in thread.edit(EDITS, "Ana"):
                pass
            async for _ in thread.decide(Decision(type="approve")):
                pass
            return await thread.look()

    return asyncio.run(talk())


def test_a_revision_on_spark_is_that_on_duckdb(tmp_path: Path) -> None:
    carts = spark.write_parquet(tmp_path / "carts.parquet", random_carts(400, 3, missing=0.1))
    there, here = (refined(carts, tmp_path / engine, engine) for engine in ("spark", "duckdb"))

    assert there.revision == here.revision == 2
    assert there.plan_hash == here.plan_hash
    assert there.segments == here.segments
    assert (tmp_path / "spark" / "revisions" / "0002" / "cart_abandoners.parquet").is_dir()
