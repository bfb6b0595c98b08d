"""The commands `cartjury eval ...`: how good names, readings and juries are, with intervals and what it took."""

from pathlib import Path
from typing import Annotated

import typer

from cartjury.app.terminal import guarded

evals = typer.Typer(
    name="eval",
    help="Measure names, the chat and the jury: offline by default, live with keys, nothing uploaded unless asked.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Out = Annotated[Path | None, typer.Option(help="Folder for the results. [evaluations/<moment>]")]
LangSmith = Annotated[
    bool, typer.Option("--langsmith", help="Upload cases and experiments to LangSmith (LANGSMITH_API_KEY).")
]
Baseline = Annotated[
    Path | None, typer.Option(help="JSON of an earlier evaluation, or its folder; what became worse ends with 1.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of shuffled orders and of resampling.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Arms = Annotated[list[str] | None, typer.Option("--arm", help="Only this arm; repeatable. [all that can be run]")]
Tables = Annotated[str, typer.Option(help="all, open, or held-out.")]
Files = Annotated[list[str] | None, typer.Option("--file", help="Only these cases of data/evals; repeatable.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Cases of each file at most, to try things out.")]
Cost = Annotated[float | None, typer.Option(min=0, help="US dollars; once they are spent no model is asked for more.")]
Recorded = Annotated[
    Path | None, typer.Option(help="Folder of an earlier evaluation: its answers are heard again, nothing is sent.")
]
Predecessor = Annotated[
    Path | None, typer.Option(help="Recorded replies of the system before this one, to be scored beside ours.")
]


@evals.command()
@guarded
def naming(  # noqa: PLR0913, PLR0917 - one parameter an option
    arm: Arms = None,
    tables: Tables = "all",
    limit: Limit = None,
    max_cost: Cost = None,
    recorded: Recorded = None,
    predecessor: Predecessor = None,
    out: Out = None,
    langsmith: LangSmith = False,
    baseline: Baseline = None,
    seed: Seed = 42,
    as_json: Json = False,
) -> None:
    """Names: are they true, distinct, found again by readers, and preferred by a judge outside the jury?"""
    from cartjury.app.evals.commands import Asked, run_naming
    from cartjury.app.evals.naming import Wanted
    from cartjury.app.evals.purse import Purse
    from cartjury.app.evals.results import leave

    wanted = Wanted(arm or (), tables, limit, Purse(max_cost), predecessor)
    leave(good=run_naming(wanted, Asked(out, langsmith, baseline, seed, as_json), recorded))


@evals.command()
@guarded
def chat(  # noqa: PLR0913, PLR0917 - one parameter an option
    arm: Arms = None,
    file: Files = None,
    limit: Limit = None,
    max_cost: Cost = None,
    recorded: Recorded = None,
    out: Out = None,
    langsmith: LangSmith = False,
    baseline: Baseline = None,
    seed: Seed = 42,
    as_json: Json = False,
) -> None:
    """Wishes in the chat: do they come to the right plan, and does anything slip through?"""
    from cartjury.app.evals.chat import Wanted
    from cartjury.app.evals.commands import Asked, run_chat
    from cartjury.app.evals.purse import Purse
    from cartjury.app.evals.results import leave

    wanted = Wanted(arm or (), file or (), limit, Purse(max_cost))
    leave(good=run_chat(wanted, Asked(out, langsmith, baseline, seed, as_json), recorded))


@evals.command()
@guarded
def jury(
    runs: Annotated[list[Path], typer.Argument(help="Folders of finished runs.")],
    out: Out = None,
    langsmith: LangSmith = False,
    baseline: Baseline = None,
    seed: Seed = 42,
    as_json: Json = False,
) -> None:
    """The health of the jury in finished runs: agreement, independence, flips, wins, silence, debates."""
    from cartjury.app.evals.commands import Asked, run_jury
    from cartjury.app.evals.results import leave

    leave(good=run_jury(runs, Asked(out, langsmith, baseline, seed, as_json)))


@evals.command(name="all")
@guarded
def everything(
    runs: Annotated[list[Path] | None, typer.Argument(help="Folders of finished runs, for the jury's health.")] = None,
    max_cost: Cost = None,
    out: Out = None,
    langsmith: LangSmith = False,
    baseline: Baseline = None,
    seed: Seed = 42,
    as_json: Json = False,
) -> None:
    """All three, one after the other, into one folder; exit code 1 if any target is missed."""
    from cartjury.app.evals.commands import Asked, run_all
    from cartjury.app.evals.results import leave

    leave(good=run_all(runs or (), max_cost, Asked(out, langsmith, baseline, seed, as_json)))
