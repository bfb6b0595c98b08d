"""report.html: one page without scripts or requests, for a marketer to forward and a data scientist to check.

The same records give the same bytes: nothing here knows the time, the run or the machine.
"""

import functools
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from cartjury.data.jury_records import JuryRecord
from cartjury.data.records import ELSE, SegmentPlan
from cartjury.data.run_records import METRICS, Certificate, Dataset, SegmentProfile, SegmentScore, Universe
from cartjury.data.trace_records import Branch
from cartjury.tools import report_view as view
from cartjury.tools.report_jury import hearings
from cartjury.tools.treemap import Treemap, treemap
from cartjury.tools.treemap_labels import Item

WIDE: Final = 960
NARROW: Final = 328  # a phone of 360 px less the margins, so that labels keep their size there

# Characters that HTML forbids, and those that reorder the text around them.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def render_report(  # noqa: PLR0913 - the parts of a run, each by its name
    *,
    plan: SegmentPlan,
    dataset: Dataset,
    universe: Universe,
    profiles: Sequence[SegmentProfile],
    scores: Sequence[SegmentScore],
    jury: JuryRecord,
    certificate: Certificate,
    words: Mapping[str, str],
    certificate_words: str,
    warnings: Sequence[str],
    steps: Branch | None = None,
    health: Sequence[str] = (),
) -> str:
    """Return the report of a run as one self-contained HTML page.

    Args:
        plan: dimensions, named segments, weights and the log of the size policy.
        dataset: the input; its notices are shown.
        universe: who was in and who was left out; its notices are shown.
        profiles: aggregates by segment.
        scores: one for each segment that has users; other segments are mentioned below the method.
        jury: what was said about the names.
        certificate: the proof.
        words: rule in plain words by segment id; the formal rule stands in where there is none.
        certificate_words: the proof in sentences, paragraphs separated by blank lines.
        warnings: shown at the top, with the notices.
        steps: what happened, as a tree without measured times of nodes; None: the section is left out.
        health: what can be said of the jury as a jury, a sentence each.

    Raises:
        KeyError: a score belongs to no segment of the plan.
    """
    rows = view.score_rows(plan, universe, profiles, scores, words)
    scored = {row.segment.id for row in rows}
    else_segment = next((s for s in plan.segments if s.is_else), None)
    return (
        _environment()
        .get_template("report.html")
        .render(
            plan=plan,
            dataset=dataset,
            universe=universe,
            jury=jury,
            certificate=certificate,
            rows=rows,
            users_in_rows=sum(row.score.size for row in rows),
            hearings=hearings(rows, jury),
            headlines=view.headlines(rows, universe, certificate),
            maps=_treemaps(rows),
            proof=[p.strip() for p in certificate_words.split("\n\n") if p.strip()],
            notices=list(dict.fromkeys([*warnings, *dataset.notices, *universe.notices])),
            score_notes=_score_notes(scores),
            first_day=universe.as_of - timedelta(days=min(universe.window_days, universe.as_of.toordinal() - 1)),
            else_segment=else_segment,
            else_name=(else_segment.name or else_segment.id) if else_segment else ELSE,
            modelled=any(s.lift_basis == "modelled" for s in scores),
            facts=view.FACTS,
            empty=[s for s in plan.segments if s.id not in scored and not s.is_else],
            scored=scored,
            css=Markup(_template("report.css")),  # noqa: S704 - our own file, no input
            metrics=METRICS,
            labels=view.METRIC_LABELS,
            weights=dict(zip(METRICS, plan.weights.as_tuple(), strict=True)),
            origins=view.ORIGIN_WORDS,
            level_words=view.level_words,
            steps=steps,
            health=health,
        )
    )


@functools.lru_cache(maxsize=1)
def _environment() -> Environment:
    env = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters.update(
        count=lambda n: f"{n:,}",
        fixed=lambda x, digits=3: "unknown" if x is None else f"{x:,.{digits}f}",
        share=share_words,
        number=view.number,
        plural=lambda n, noun: f"{n:,} {noun}{'s' * (n != 1)}",
        soft=soft_breaks,
        spoken=lambda key: key.replace("_", " ").capitalize().replace("Mece", "MECE"),
        pixel=lambda x: f"{x:.3f}".rstrip("0").rstrip("."),
    )
    return env


def share_words(share: float) -> str:
    """Write a share as a percentage that never rounds somebody to nobody, or almost all to all."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    if 0.9995 <= share < 1:
        return ">99.9 %"
    return f"{100 * share:.1f} %"


def soft_breaks(text: str) -> Markup:
    """Let a name or a rule wrap after its underscores; a copy of it holds no added character."""
    return escape(_clean(text)).replace("_", Markup("_<wbr>"))


def _template(name: str) -> str:
    return files("cartjury.tools").joinpath("templates", name).read_text(encoding="utf-8")


def _clean(text: str) -> str:
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def _final(value: Any) -> Any:
    """Check what enters the page: no None or NaN as text, no character that HTML forbids or that reorders text."""
    if value is None or value != value:  # noqa: PLR0124 - NaN is what differs from itself
        raise ValueError("a report never shows None or NaN")
    return _clean(value) if type(value) is str else value


def _treemaps(rows: Sequence[view.Row]) -> dict[str, Treemap]:
    items = [
        Item(
            row.segment.id,
            row.name,
            row.score.size,
            row.score.overall,
            f"{row.name} ({row.segment.id}): {row.score.size:,} users, {share_words(row.share)} of all, "
            f"overall score {row.score.overall:.2f}. {row.words}",
        )
        for row in rows
    ]
    few = len(items) <= 2  # a box or two need no tall picture
    return {"wide": treemap(items, WIDE, 180 if few else 430), "narrow": treemap(items, NARROW, 180 if few else 520)}


def _score_notes(scores: Sequence[SegmentScore]) -> dict[str, list[str]]:
    """Notes of the scores, each once, with the segments it holds for."""
    found: dict[str, list[str]] = {}
    for score in scores:
        for note in score.notes:
            found.setdefault(note, []).append(score.segment_id)
    return found
