"""Evaluation runs: cases, arms and langsmith come together here."""
