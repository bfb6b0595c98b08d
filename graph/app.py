"""The graphs that LangGraph Studio and the server open (langgraph.json).

Their clients are confined to the data roots.
"""

from cartjury.graph.build import build_graph, build_jury
from cartjury.graph.folders import data_roots

graph = build_graph(roots=data_roots())
jury = build_jury()
