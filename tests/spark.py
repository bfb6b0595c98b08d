"""One Spark for all tests of a process; they are skipped where there is no Java or no pyspark."""

import functools
import importlib.util
import shutil
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from cartjury.data.options import Options
from cartjury.tools.engine.spark_session import LOCAL

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Tables of tests are small: what Java does to be fast later costs more than it saves.
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
SMALL = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": QUICK,
}
BRIEF = {"JDK_JAVA_OPTIONS": QUICK}  # the same for processes
MISSING = [
    what
    for what, there in (("pyspark", importlib.util.find_spec("pyspark")), ("java", shutil.which("java")))
    if not there
]
needs_spark = pytest.mark.skipif(bool(MISSING), reason=f"there is no {' and no '.join(MISSING)}")


@functools.cache
def start() -> "SparkSession":
    """Start it, as someone does who has a session of his own before cartjury is called."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pyspark does not know pandas 3
        from pyspark.sql import SparkSession

        builder: Any = SparkSession.builder
        builder = builder.master("local[2]").appName("mine")
        for name, value in {**LOCAL, **SMALL}.items():
            builder = builder.config(name, value)
        session: SparkSession = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def options(**given: object) -> Options:
    """Options of a run on Spark."""
    start()
    return Options.model_validate({**given, "engine": "spark"})


def write_parquet(path: Path, frame: pd.DataFrame) -> Path:
    """Write carts with dates as dates."""
    path.parent.mkdir(parents=True, exist_ok=True)
    days = {
        c: pd.to_datetime(frame[c]).astype("date32[day][pyarrow]") for c in ("cart_abandoned_date", "last_order_date")
    }
    frame.assign(**days).to_parquet(path, index=False)
    return path
