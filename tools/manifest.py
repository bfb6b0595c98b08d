"""The manifest of a run, and the run in a few sentences."""

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cartjury.data.run_records import FileEntry, Manifest
from cartjury.tools.report_calls import by_seat, calls_of, flips, used
from cartjury.tools.results import Results

LIBRARIES = ("duckdb", "langgraph", "langchain-core", "pydantic")


def manifest(
    results: Results,
    run_id: str,
    files: Mapping[str, FileEntry],
    *,
    seed: int | None,
    options: Mapping[str, Any],
    timings: Mapping[str, float],
    revision: int = 1,
) -> Manifest:
    """Describe a finished run: what it read, decided and wrote."""
    jury, calls = results.jury, calls_of(results.jury)
    took = used(calls)
    return Manifest(
        run_id=run_id,
        revision=revision,
        cartjury=version("cartjury"),
        versions={"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        source=results.dataset,
        seed=seed,
        as_of=results.universe.as_of,
        options=dict(options),
        plan_hash=results.plan.plan_hash,
        segments=len(results.scores),
        users=results.universe.size,
        mece_proven=results.certificate.proven,
        jury=f"{jury.preset} ({jury.effort})" if jury.preset != jury.effort else jury.preset,
        panel=jury.panel,
        names_by_origin=results.names_by_origin(),
        abstentions=len(jury.abstentions),
        flips=flips(jury),
        calls=took.calls,
        tokens={"input": took.tokens_in, "output": took.tokens_out},
        cost_usd=took.cost_usd,
        cost_unknown_calls=took.cost_unknown_calls,
        jury_seats=by_seat(calls),
        warnings=results.warnings(),
        files=dict(files),
        timings=dict(timings),
    )


def summary(results: Results) -> str:
    """Tell a run in a few sentences, for a chat or a notebook; aggregates only."""
    universe, best = results.universe, results.scores[0]
    segment = results.plan.segment(best.segment_id)
    made_up = "These carts are made up. " if results.dataset.generated else ""
    proof = "proven MECE" if results.certificate.proven else "NOT proven MECE"
    notes = "".join(f"\n- {warning}" for warning in results.warnings())
    return (
        f"{made_up}{universe.size:,} users abandoned a cart in the {universe.window_days} days up to {universe.as_of}. "
        f"They fall into {len(results.scores)} segments, {proof}. The best is {segment.name} "
        f"({best.size:,} users, {segment.rule}), overall score {best.overall:.2f}.{notes}"
    )


def revised(results: Results, done: Sequence[str], folder: Path) -> str:
    """Tell a revision in a few sentences, for the chat; aggregates only.

    Args:
        results: what stands now.
        done: what was done, a sentence each.
        folder: where its files are; its end is told, from the name of the run on.
    """
    proof = "proven MECE" if results.certificate.proven else "NOT proven MECE"
    lines = (
        f"Revision {results.plan.revision}: {' '.join(done)}",
        *_named_now(results),
        f"{len(results.scores)} segments with {results.universe.size:,} users, {proof}.",
        f"Files: {Path(*folder.parts[-3:])}",
        '"undo" takes it back.',
        *(f"- {warning}" for warning in results.warnings()),
    )
    return "\n".join(lines)


def _named_now(results: Results) -> list[str]:
    """The names that were asked for, and whose they are."""
    asked = set(results.jury.asked or ())
    by = {"model": "models", "offline": "the offline jury", "person": "a person", "rule": "rule"}
    found = {
        origin: [f"{s.id} {s.name}" for s in results.plan.segments if s.id in asked and s.named_by == origin]
        for origin in by
    }
    return [f"Named by {by[origin]}: {', '.join(names)}." for origin, names in found.items() if names]
