"""The engines by name."""

from pathlib import Path

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.tools.engine.duck_engine import DuckEngine
from cartjury.tools.engine.protocol import Engine


def open_engine(options: Options, work: Path) -> Engine:
    """Return the engine that the options name.

    Args:
        options: `engine`, and what belongs to it.
        work: an existing folder for working files.

    Raises:
        InputError: the engine is not installed.
    """
    check_engine(options)
    if options.engine == "spark":
        from cartjury.tools.engine.spark_engine import SparkEngine

        return SparkEngine(work, options)
    return DuckEngine(work, options.memory_limit)


def check_engine(options: Options) -> None:
    """Refuse options that the chosen engine would have to ignore.

    Raises:
        InputError: it names the option, and what to do instead.
    """
    if options.engine != "spark" and (options.spark_master or options.users_out):
        raise InputError("--spark-master and --users-out belong to --engine spark")
    if options.engine == "spark" and options.memory_limit:
        raise InputError(
            "--memory-limit is for DuckDB: with Spark set spark.driver.memory and spark.executor.memory, as in "
            "spark-defaults.conf"
        )
    if options.engine == "spark" and options.users_format == "csv":
        raise InputError("Spark writes the users as a folder of Parquet files: leave --users-format out")
