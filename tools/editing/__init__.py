"""The parts of tools/edit.py: what an edit comes to, and what its steps do to a plan."""
