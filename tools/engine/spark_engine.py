"""Apache Spark as an engine: this machine's cores or a cluster; rows never come to this process."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cartjury.data.errors import InputError
from cartjury.data.options import Options
from cartjury.data.places import is_url
from cartjury.data.run_records import Dataset, FileEntry
from cartjury.tools.engine import spark_source
from cartjury.tools.engine.spark_checks import typed
from cartjury.tools.engine.spark_load import columns_read, load
from cartjury.tools.engine.spark_session import LOG, is_local, session, told
from cartjury.tools.engine.spark_sql import SPARK
from cartjury.tools.engine.sql import Sql
from cartjury.tools.engine.sql_engine import SqlEngine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class SparkEngine(SqlEngine):
    """An engine on other machines, or on this one's cores.

    Attributes:
        work: folder of this machine for working files.
        options: `spark_master`, `users_out`, and what decides which columns are read.
    """

    work: Path
    options: Options

    @property
    def sql(self) -> Sql:
        """See `Engine`."""
        return SPARK

    def load(self, source: str, options: Options, as_of: date | None, *, generated: bool) -> Dataset:
        """See `Engine`."""
        spark = self._session()
        shared = self._shared(spark)
        place = source if is_url(source) else str(Path(source).absolute())
        dataset = load(spark, place, options, as_of, self.work, shared, generated=generated)
        self._view(spark, dataset)
        return dataset

    def rows(self, dataset: Dataset) -> str:
        """See `Engine`; Spark knows no order."""
        spark = self._session()
        name = self._name(dataset)
        if not spark.catalog.tableExists(name):
            spark_source.check_unchanged(spark, self.work)
            self._view(spark, dataset)
        return name

    def aggregate(self, query: str) -> list[tuple[Any, ...]]:
        """See `Engine`."""
        with told():
            return [tuple(row) for row in self._session().sql(query).collect()]

    def write(self, query: str, target: Path) -> Mapping[str, FileEntry]:
        """See `Engine`; a folder of parts, its rows in no order."""
        spark = self._session()
        spark_source.check_unchanged(spark, self.work)
        if is_local(spark):
            with told():
                spark.sql(query).write.parquet(f"file://{target.absolute()}")
            _tidy(target)
            return {}
        place = f"{self._shared(spark)}/{target.name}"
        with told():
            spark.sql(query).write.parquet(place, mode="overwrite")
        return spark_source.hashed(spark, [place])

    def _session(self) -> "SparkSession":
        return session(self.options.spark_master, self.work / LOG)

    def _shared(self, spark: "SparkSession") -> str:
        """Where Spark writes working files, and the users where it does not see our disk.

        Raises:
            InputError: it does not, and nobody said where else.
        """
        if is_local(spark):
            if self.options.users_out:
                raise InputError("--users-out is for clusters: here Spark writes the users into --out")
            return f"file://{self.work.absolute()}"
        if not self.options.users_out:
            raise InputError(
                "a Spark cluster writes the users itself and may not see this machine's disk: say where with "
                "--users-out, such as s3a://bucket/folder or file:///shared/folder"
            )
        return f"{self.options.users_out.rstrip('/')}/{self.work.absolute().parent.name}"

    def _view(self, spark: "SparkSession", dataset: Dataset) -> None:
        """Name the checked rows: the source's columns, typed as they are read."""
        place = self._place(spark, dataset)
        frame = spark_source.frame_of(spark, place)
        with told():
            types = dict(frame.dtypes)
            columns, texts = columns_read(types, self.options)
            source = f"{self._name(dataset)}_source"
            frame.createOrReplaceTempView(source)
            rows = spark.sql(f"SELECT * FROM {typed(columns, types, texts, source)}")
            rows.createOrReplaceTempView(self._name(dataset))

    def _name(self, dataset: Dataset) -> str:
        read = self.options.model_dump_json(include={"dimensions", "filter", "keep_columns"})
        return f"cartjury_{hashlib.sha256(f'{dataset.path} {dataset.sha256} {read}'.encode()).hexdigest()[:16]}"

    @staticmethod
    def _place(spark: "SparkSession", dataset: Dataset) -> str:
        return f"file://{dataset.path}" if is_local(spark) and dataset.path.startswith("/") else dataset.path


def _tidy(folder: Path) -> None:
    """Leave the part files alone, under names that are the same after the same run."""
    parts = sorted(folder.glob("part-*.parquet"))
    for file in {*folder.iterdir()} - {*parts}:
        file.unlink()
    for number, part in enumerate(parts):
        part.replace(folder / f"part-{number:05}.parquet")
