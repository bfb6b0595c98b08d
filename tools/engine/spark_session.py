"""One way to reach Spark: the session that is there, else one that is started; its settings stay as they are.

Queries run in a session of their own beside it, which shares its machines and nothing that is set.
"""

import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cartjury.data.errors import InputError
from cartjury.data.options import Options

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LOG = "spark.log"
INSTALL = "pip install 'cartjury[spark]'"
JAVA = (
    "Spark needs Java 17 or later: install it (Debian, Ubuntu: apt-get install openjdk-17-jre-headless), "
    "or say in JAVA_HOME where it is"
)
LOCAL: Final = {
    "spark.driver.host": "127.0.0.1",  # a machine's own name may not resolve
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "16",  # 200 is for clusters
}
# What a query means must not depend on the settings of whoever owns the session.
MEANING: Final = {
    "spark.sql.ansi.enabled": "true",  # an overflow is an error, never another number
    "spark.sql.ansi.doubleQuotedIdentifiers": "false",
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",  # a timestamp becomes a date
    "spark.sql.variable.substitute": "false",
    "spark.sql.files.ignoreCorruptFiles": "false",
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.parquet.mergeSchema": "true",  # parts that do not fit together are an error
    "spark.sql.legacy.parquet.nanosAsLong": "true",  # or a column that nobody needs makes a file unreadable
    "spark.sql.legacy.exponentLiteralAsDecimal.enabled": "false",
}
_beside: dict[str, "SparkSession"] = {}


def start(options: Options) -> None:
    """Start Spark, or find it, before there is a folder to work in.

    Raises:
        InputError: see `session`.
    """
    with tempfile.TemporaryDirectory() as folder:
        session(options.spark_master, Path(folder) / LOG)


def session(master: str | None, log: Path) -> "SparkSession":
    """Return a session for queries beside the user's own, or beside one that is started.

    Args:
        master: where to start it if there is none: local[2], spark://..., yarn, or sc://host:port (Spark Connect);
            None: on all cores of this machine.
        log: file for what Spark says, if it is started.

    Raises:
        InputError: pyspark or Java is missing, or Spark does not start.
    """
    mine: Any = _present() or _started(master, log)
    key = str(mine.session_id if _is_connect(mine) else mine.sparkContext.applicationId)
    if key not in _beside:
        _beside[key] = mine.newSession()
        for name, value in MEANING.items():
            _beside[key].conf.set(name, value)
    return _beside[key]


def is_local(spark: "SparkSession") -> bool:
    """Whether Spark runs in this machine's own processes, so that it reads and writes the files we see."""
    return not _is_connect(spark) and str(spark.sparkContext.master).startswith("local")


@contextmanager
def told(*but: type[Exception]) -> Iterator[None]:
    """Turn what Spark says went wrong into bad input, by its first line.

    Args:
        but: errors that are left as they are.

    Raises:
        InputError: a file that cannot be read, too little memory or disk.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import ParseException, PySparkException
    from pyspark.logger import PySparkLogger

    # It would write the whole error to stderr too, as JSON.
    echo = PySparkLogger.getLogger("SQLQueryContextLogger")
    before, echo.disabled = echo.disabled, True
    try:
        yield
    except (Py4JError, PySparkException) as error:
        if isinstance(error, (ParseException, *but)):
            raise  # a query of ours is wrong, or the caller knows more
        raise InputError(f"Spark: {_cause(error)}") from error
    finally:
        echo.disabled = before


def _cause(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines()]
    caused = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    return (caused or [line for line in lines if line])[-1 if caused else 0][:400]


def _present() -> "SparkSession | None":
    """The session that is there already."""
    if "pyspark.sql" not in sys.modules:
        return None
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    # An active session is one of its thread; nodes of the graph run in others.
    return active or (SparkSession.builder.getOrCreate() if SparkContext._active_spark_context else None)


def _started(master: str | None, log: Path) -> "SparkSession":
    builder = _builder()
    where = master or "local[*]"
    if where.startswith("sc://"):
        with told():
            return _quietly(log, builder.remote(where))
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise InputError(JAVA)
    settings = LOCAL if where.startswith("local") else {}
    for name, value in settings.items():
        builder = builder.config(name, value)
    from pyspark.errors import PySparkException

    try:
        started = _quietly(log, builder.master(where).appName("cartjury"))
    except PySparkException as error:
        raise InputError(f"Spark does not start: {_last_line(log) or error}", (JAVA,)) from error
    started.sparkContext.setLogLevel("ERROR")
    return started


def _builder() -> Any:
    try:
        with warnings.catch_warnings():
            # pyspark 4 says at its import that it does not know pandas 3; no frame of pandas is handed to it here.
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError(f"--engine spark needs pyspark: {INSTALL}") from error
    return SparkSession.builder


def _quietly(log: Path, builder: Any) -> "SparkSession":
    """Start Spark with the output of its processes going to a file, for as long as they live."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(stream) for stream in (1, 2)]
    try:
        with log.open("ab") as file, warnings.catch_warnings():
            warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
            for stream in (1, 2):
                os.dup2(file.fileno(), stream)
            found: SparkSession = builder.getOrCreate()
            return found
    finally:
        for stream, before in zip((1, 2), kept, strict=True):
            os.dup2(before, stream)
            os.close(before)


def _is_connect(spark: "SparkSession") -> bool:
    return type(spark).__module__.startswith("pyspark.sql.connect")


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    said = [line for line in lines if "Exception: " in line] or lines
    return said[-1].split("Exception: ")[-1].strip()[:300] if said else ""
