"""What a notebook shows: pictures of results, and the quickstart in a kernel of its own."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from cartjury.app import notebook
from cartjury.data.errors import InputError

pytestmark = pytest.mark.usefixtures("empty_folder")

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart.ipynb"


def test_a_treemap_draws_every_segment_and_escapes_its_name(universe: pd.DataFrame) -> None:
    _, rules = notebook.generate_segment_names_with_langchain_jury(universe)
    best = next(iter(rules))
    renamed = {"<b>&" if n == best else n: r for n, r in rules.items()}

    html = notebook.treemap(notebook.compute_segment_scores(universe, renamed))._repr_html_()

    assert html.count("<rect") == html.count("<tr") - 1 == universe["segment_id"].nunique()
    assert "<b>" not in html
    assert "&lt;b&gt;&amp;" in html


def test_a_treemap_of_something_else_is_refused(carts: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no column Segment Name"):
        notebook.treemap(carts)


@pytest.fixture
def kernel_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A short path, as sockets of a kernel need one, for all that a kernel would write into the home folder."""
    with tempfile.TemporaryDirectory(prefix="nb") as folder:
        for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "JUPYTER_CONFIG_DIR"):
            monkeypatch.setenv(name, folder)
        yield Path(folder)


@pytest.mark.usefixtures("kernel_folder")
def test_the_quickstart_runs_in_a_kernel(tmp_path: Path) -> None:
    quickstart = nbformat.read(QUICKSTART, as_version=4)
    client = NotebookClient(quickstart, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.create_kernel_manager().transport = "ipc"  # sockets in the file system: the tests open no port

    client.execute()

    cells = [c for c in quickstart.cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    html = [o["data"]["text/html"] for c in cells for o in c.outputs if "text/html" in o.get("data", {})]
    assert sum("<svg" in shown and "<table" in shown for shown in html) == 1
    assert sum("<table" in shown for shown in html) >= 5
    plain = [o["data"]["text/plain"] for c in cells for o in c.outputs if "data" in o]
    assert "True" in plain, "the steps should give the results of the whole run"
    assert not [o for c in cells for o in c.outputs if o.get("name") == "stderr"]
    assert (tmp_path / "my_carts.csv").is_file()
