"""evaluation.html: one page without scripts or requests, on what was measured and what was not.

The same evaluation gives the same bytes.
"""

import functools
from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from cartjury.data.eval_records import Evaluation
from cartjury.tools.evals import grid, shown
from cartjury.tools.evals.baseline import Change

TITLES = {"naming": "Names of segments", "chat": "Wishes in the chat", "jury": "Health of the jury"}


def render(evaluation: Evaluation, changes: Sequence[Change] = ()) -> str:
    """Return the page.

    Args:
        evaluation: what was measured.
        changes: of its figures since a baseline; empty: none was given.
    """
    return (
        _environment()
        .get_template("evaluation.html")
        .render(
            e=evaluation,
            title=TITLES[evaluation.kind],
            run=[n for n, arm in enumerate(evaluation.arms) if arm.figures],
            lines=grid.lines(evaluation),
            missed=list(grid.missed(evaluation)),
            changes=[c for c in changes if c.verdict != "same"],
            compared=len(changes),
            css=Markup(_template("report.css")),  # noqa: S704 - our own file, no input
        )
    )


@functools.cache
def _environment() -> Environment:
    env = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"full": shown.full, "value": shown.value, "source": grid.source_of, "took": grid.took}
    return env


def _template(name: str) -> str:
    return (files("cartjury.tools") / "templates" / name).read_text(encoding="utf-8")
