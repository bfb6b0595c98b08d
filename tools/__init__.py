"""Deterministic tools: same input, same output; no model, no clock, no network."""
