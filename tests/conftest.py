"""What holds for all tests."""

import os

# Tests marked with `langsmith` stay here unless whoever runs them says otherwise (docs/evals.md): read at collection.
os.environ.setdefault("LANGSMITH_TEST_TRACKING", "false")
