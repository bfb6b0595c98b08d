"""The LangGraph application: state, nodes, routes, wiring."""
