"""Scores of evaluation runs: pure functions from cases and answers to rows and figures."""
