"""Answers about a plan, made from its record: every number in them was measured, none is a model's."""
