"""Check a built wheel: one top-level package, typed, with its data files, and importable without the tree."""

import importlib
import sys
import zipfile
from pathlib import Path

WANTED = {
    *(f"cartjury/data/{n}.toml" for n in ("aliases", "dimensions", "event_presets", "lexicon", "models", "personas")),
    "cartjury/data/platforms.toml",
    *(f"cartjury/agents/prompts/{p}.md" for p in ("shared", "propose", "rank", "judge", "debate", "repair")),
    *(f"cartjury/agents/prompts/{p}.md" for p in ("persona", "match", "prefer", "again")),
    *(f"cartjury/data/evals/{n}" for n in ("arms.toml", "chat.jsonl", "naming.jsonl", "naming_held_out.jsonl")),
    "cartjury/tools/templates/evaluation.html",
    "cartjury/tools/templates/report.html",
    *(f"cartjury/{p}/py.typed" for p in ("app", "graph", "agents", "tools", "data")),
    *(f"cartjury/tools/{p}/py.typed" for p in ("engine", "events", "platforms", "reading")),
}
MODULES = (
    "app.cli",
    "app.notebook",
    "app.evals.naming",
    "app.evals.chat",
    "graph.app",
    "agents.offline",
    "agents.sitting",
    "agents.clients",
    "tools.publish",
    "tools.engine.dialects",
    "tools.engine.fit_statement",
    "tools.engine.spark_engine",
    "tools.events.importing",
    "tools.platforms.importing",
    "tools.reading.survey",
    "data.records",
)

files = set(zipfile.ZipFile(sys.argv[1]).namelist())
top = {name.split("/")[0] for name in files}
strange = {name for name in top if name != "cartjury" and not name.endswith(".dist-info")}
assert not strange, f"the wheel has top-level packages of its own: {strange}"
assert files >= WANTED, f"the wheel lacks {sorted(WANTED - files)}"
assert not [f for f in files if "test" in f], "the wheel carries tests"
for module in MODULES:
    found = importlib.import_module(f"cartjury.{module}")
    assert "site-packages" in str(Path(str(found.__file__))), f"{module} was not imported from the wheel"
print(f"{len(files)} files, all there")
