"""The graphs that LangGraph Studio and the server open (langgraph.json).

Their clients are confined to the data roots. Keys come from the environment or `.env`, models from the table that comes
with cartjury and the server's own cartjury.toml: a client chooses among them, and can name no address.
"""

from pathlib import Path

from dotenv import load_dotenv

from cartjury.data.model_table import load_table
from cartjury.graph.build import build_graph, build_jury
from cartjury.graph.folders import data_roots

load_dotenv(".env")
_table = load_table(Path("cartjury.toml"))
graph = build_graph(roots=data_roots(), table=_table)
jury = build_jury(roots=data_roots(), table=_table)
