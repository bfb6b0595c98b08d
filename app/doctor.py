"""Whether this machine can do the job, and what it would use."""

import importlib.util
import json
import os
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import typer

from cartjury.app.config import Settings, load_keys, load_settings
from cartjury.app.terminal import Exit, show_table
from cartjury.data.errors import InputError
from cartjury.data.model_records import ModelTable
from cartjury.data.model_table import load_table

TRACING_KEY = "LANGSMITH_API_KEY"
LIBRARIES = ("duckdb", "langgraph", "langchain-core", "langchain-groq", "cerebras-cloud-sdk", "langsmith", "pydantic")


def examine(*, as_json: bool) -> None:
    """Print what was checked and what was found; exit 1 where something is in the way.

    Without a key of a provider nothing leaves this machine. A key's value is never shown.
    """
    load_keys(Path.cwd())
    findings = [_python(), *_libraries(), *_configured(), _writable(), _engine(), _spark(), _studio()]
    if as_json:
        typer.echo(json.dumps([dict(zip(("check", "ok", "found"), f, strict=True)) for f in findings], indent=2))
    else:
        show_table(("check", "", "found"), [(c, "ok" if ok else "PROBLEM", found) for c, ok, found in findings], ())
    if not all(ok for _, ok, _ in findings):
        raise typer.Exit(Exit.MISSED)


Finding = tuple[str, bool, str]


def _python() -> Finding:
    return ("python", True, platform.python_version())


def _libraries() -> list[Finding]:
    return [(name, True, version(name)) for name in LIBRARIES]


def _configured() -> list[Finding]:
    """What the settings say; where they are broken, the packaged model table still says which keys there are."""
    try:
        settings, table = load_settings({}, Path.cwd()), load_table(Path.cwd())
    except InputError as error:
        return [("settings", False, str(error)), *_keys(load_table(None))]
    found = "cartjury.toml" if Path("cartjury.toml").is_file() else "defaults"
    return [("settings", True, found), *_keys(table), *_models(table, settings)]


def _keys(table: ModelTable) -> list[Finding]:
    names = [p.key_env for p in table.providers.values() if p.key_needed]
    said = [(name, "not set: the offline jury needs none") for name in dict.fromkeys(names)]
    said.append((TRACING_KEY, "not set: nothing is traced"))
    return [(name, True, "set" if os.environ.get(name, "").strip() else absent) for name, absent in said]


def _models(table: ModelTable, settings: Settings) -> list[Finding]:
    from cartjury.app.doctor_models import examine_models

    return examine_models(table, settings, os.environ)


def _writable() -> Finding:
    try:
        with tempfile.TemporaryFile(dir=Path.cwd()):
            return ("results", True, f"{Path.cwd() / 'runs'} can be written")
    except OSError as error:
        return ("results", False, f"cannot write here: {error.strerror}")


def _engine() -> Finding:
    from cartjury.tools.engine.duck import connect, one

    with tempfile.TemporaryDirectory() as scratch, connect(Path(scratch)) as connection:
        threads, memory = one(connection, "SELECT current_setting('threads'), current_setting('memory_limit')")
    return ("engine", True, f"DuckDB, {threads} threads, up to {memory}")


def _spark() -> Finding:
    found = importlib.util.find_spec("pyspark") is not None
    java = bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
    said = f"pyspark {version('pyspark')}" if found else "not installed: pip install 'cartjury[spark]'"
    return ("Spark", True, f"{said}, {'Java is there' if java else 'no Java (17 or later)'}")


def _studio() -> Finding:
    found = importlib.util.find_spec("langgraph_api") is not None
    return ("studio server", True, "installed" if found else "not installed: pip install 'cartjury[studio]'")
