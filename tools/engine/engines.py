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
    if options.engine == "spark":
        from cartjury.tools.engine.spark_engine import SparkEngine

        return SparkEngine(work, options)
    if options.spark_master or options.users_out:
        raise InputError("--spark-master and --users-out belong to --engine spark")
    return DuckEngine(work, options.memory_limit)
