"""The command line. Data go to stdout, progress and notices to stderr; heavy imports wait until they are needed."""

import gc
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cartjury.app.eval_cli import evals
from cartjury.app.import_cli import imports
from cartjury.app.serve_cli import serve
from cartjury.app.terminal import guarded
from cartjury.app.trace_cli import trace
from cartjury.tools.engine.memory import spare_address_space

EXIT_CODES = """Exit codes: 0 done, 1 done but a target was missed, 2 bad input or usage, 3 a required model failed,
4 waiting for approval, 130 interrupted."""

cli = typer.Typer(
    help=f"Cut cart abandoners into MECE segments, let a jury name them, score and prove them.\n\n{EXIT_CODES}",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
cli.add_typer(imports)
cli.add_typer(evals)

InputFile = Annotated[str | None, typer.Argument(help="CSV, CSV.gz or Parquet; without it mock carts are generated.")]
Users = Annotated[int | None, typer.Option(help="Mock users to generate. [25000]")]
Seed = Annotated[int | None, typer.Option(help="Seed of the mock data and of every shuffled order. [42]")]
AsOf = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The day that counts as today. [the newest cart; mock data: today]"),
]
Out = Annotated[Path | None, typer.Option(help="Folder for the results. [runs/<run id>]")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
BadRows = Annotated[str | None, typer.Option(help="fail, or quarantine: leave bad rows out. [fail]")]
Keep = Annotated[list[str] | None, typer.Option(help="Carry this further column into the users file; repeatable.")]
Format = Annotated[str | None, typer.Option(help="csv or parquet. [csv; Spark: parquet]")]
Memory = Annotated[str | None, typer.Option(help="Memory of the engine, such as 500MB.")]
# What reads the rows.
Engine = Annotated[str | None, typer.Option(help="duckdb or spark. [duckdb]")]
Master = Annotated[str | None, typer.Option(help="local[2], spark://..., yarn or sc://host:port. [local[*]]")]
UsersOut = Annotated[str | None, typer.Option(help="Folder or URL that a Spark cluster writes the users to.")]

# How to read a file that is not written as the contract has it.
Map = Annotated[list[str] | None, typer.Option(help="The header of a column: avg_order_value='AOV (USD)'; repeatable.")]
DateFormat = Annotated[
    list[str] | None, typer.Option(help="How dates are written: %d/%m/%Y, excel, epoch, epoch_ms; or COLUMN=FORMAT.")
]
Decimal = Annotated[str | None, typer.Option(help="The decimal mark, . or , [decided from the file]")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of the text, such as cp1250. [decided from the file]")]
Delimiter = Annotated[str | None, typer.Option(help="What separates the fields: , ; | tab. [decided from the header]")]
Scale = Annotated[list[str] | None, typer.Option(help="Divide a column: engagement_score=100; repeatable.")]


@cli.command()
@guarded
def run(  # noqa: PLR0913, PLR0917 - one parameter an option
    input_file: InputFile = None,
    n_users: Users = None,
    seed: Seed = None,
    as_of: AsOf = None,
    window_days: Annotated[int | None, typer.Option(help="Days that a cart counts as abandoned. [7]")] = None,
    dimension: Annotated[
        list[str] | None,
        typer.Option(help="Add or change one, repeatable: COLUMN:q0.3,0.6, NAME=COLUMN:50,200, COLUMN:off."),
    ] = None,
    out: Out = None,
    exact_cuts: Annotated[
        bool | None, typer.Option("--exact-cuts/--no-exact-cuts", help="Do not round the cut points.")
    ] = None,
    min_size: Annotated[int | None, typer.Option(help="Least users of a segment. [500 or 2 % of the universe]")] = None,
    max_size: Annotated[
        int | None, typer.Option(help="Most users of a segment. [20000; none over 240000 users]")
    ] = None,
    scoring: Annotated[str | None, typer.Option(help="scaled or seed. [scaled]")] = None,
    jury: Annotated[
        str | None,
        typer.Option(help="default, seed, local, offline or a preset of yours. [default with a key, else offline]"),
    ] = None,
    effort: Annotated[
        str | None, typer.Option(help="offline (no call), quick (1), standard (about 10) or thorough. [standard]")
    ] = None,
    goal: Annotated[str | None, typer.Option(help="What the campaign is for; the jury is told.")] = None,
    batch: Annotated[int | None, typer.Option(help="Segments in one call at most. [20]")] = None,
    max_calls: Annotated[int | None, typer.Option(help="Cap on requests to models.")] = None,
    max_tokens: Annotated[int | None, typer.Option(help="Cap on their tokens.")] = None,
    max_cost: Annotated[float | None, typer.Option(help="Cap on their price in US dollars.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Cap on the jury's time.")] = None,
    rate_limits: Annotated[
        str | None, typer.Option(help="free: keep to the limits of free accounts; off. [free]")
    ] = None,
    call_timeout: Annotated[float | None, typer.Option(help="Seconds that one request may take. [60]")] = None,
    require_models: Annotated[
        bool | None, typer.Option("--require-models/--no-require-models", help="Exit 3 if a model fails.")
    ] = None,
    on_bad_rows: BadRows = None,
    keep_columns: Keep = None,
    users_format: Format = None,
    missing_aov: Annotated[
        float | None, typer.Option(help="Mock data: share of the users without orders left without order value. [0]")
    ] = None,
    memory_limit: Memory = None,
    engine: Engine = None,
    spark_master: Master = None,
    users_out: UsersOut = None,
    map: Map = None,  # noqa: A002 - the option's name
    date_format: DateFormat = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    scale: Scale = None,
    config: Annotated[Path | None, typer.Option(help="Settings file. [cartjury.toml]")] = None,
    resume: Annotated[Path | None, typer.Option(help="Finish the run in this folder that was cut off.")] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Repeat the run in this folder from its record, without asking a model.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Segment, name, score, prove and publish: the whole job."""
    given = {k: v for k, v in locals().items() if k not in {"input_file", "config", "resume", "replay", "as_json"}}
    from cartjury.app.commands import run_job

    run_job(input_file, _plain(given), config=config, resumed=resume, replayed=replay, as_json=as_json)


@cli.command()
@guarded
def generate(
    out: Annotated[Path, typer.Argument(help="File to write: .csv, .csv.gz or .parquet.")],
    n_users: Users = None,
    seed: Seed = None,
    as_of: AsOf = None,
    missing_aov: Annotated[float | None, typer.Option(help="Share of users without orders left without value.")] = None,
) -> None:
    """Write mock carts: the eight columns, realistic and correlated, the same bytes for the same seed and day."""
    from cartjury.app.commands import generate_file

    generate_file(out, _plain({"n_users": n_users, "seed": seed, "as_of": as_of, "missing_aov": missing_aov}))


@cli.command()
@guarded
def apply(  # noqa: PLR0913, PLR0917 - one parameter an option
    plan: Annotated[Path, typer.Argument(help="plan.json of a run.")],
    input_file: Annotated[str, typer.Argument(help="CSV, CSV.gz or Parquet.")],
    out: Out = None,
    as_of: AsOf = None,
    on_bad_rows: BadRows = None,
    keep_columns: Keep = None,
    users_format: Format = None,
    memory_limit: Memory = None,
    engine: Engine = None,
    spark_master: Master = None,
    users_out: UsersOut = None,
    map: Map = None,  # noqa: A002 - the option's name
    date_format: DateFormat = None,
    decimal: Decimal = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    scale: Scale = None,
    as_json: Json = False,
) -> None:
    """Segment new users by a plan that was fitted before, and warn where they differ from those it was fitted on."""
    given = {k: v for k, v in locals().items() if k not in {"plan", "input_file", "as_json"}}
    from cartjury.app.commands import apply_file

    apply_file(plan, input_file, _plain(given), as_json=as_json)


@cli.command()
@guarded
def export_sql(
    plan: Annotated[Path, typer.Argument(help="plan.json of a run.")],
    dialect: Annotated[
        str, typer.Option(help="duckdb, postgres, spark, databricks, bigquery or snowflake.")
    ] = "duckdb",
    part: Annotated[
        str, typer.Option(help="assign: segments of users; fit: exact cut points of the plan's quantiles; both.")
    ] = "assign",
) -> None:
    """Print a plan as SQL: a query that gives every user a segment, or one that fits the cut points."""
    from cartjury.app.commands import print_sql

    print_sql(plan, dialect, part)


@cli.command()
@guarded
def show(
    folder: Annotated[Path, typer.Argument(help="Folder of a run.")],
    as_json: Json = False,
) -> None:
    """Show the segments of a finished run, and whether its files are still those it wrote."""
    from cartjury.app.finished import show_run

    show_run(folder, as_json=as_json)


cli.command()(trace)


@cli.command()
@guarded
def chat(
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    say: Annotated[list[str] | None, typer.Option(help="Say this instead of typing it; repeatable.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Approve every preview of what is said.")] = False,
    approve: Annotated[str | None, typer.Option(help="Approve the waiting preview that has this id.")] = None,
    reject: Annotated[str | None, typer.Option(help="Turn the waiting preview down, for this reason.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decides; kept with every revision. [the user's name]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what happens as one JSON object a line.")] = False,
) -> None:
    """Refine the segments of a run: say what should be otherwise, see what it would do, approve it, take it back."""
    from cartjury.app.chat import Decided, talk

    talk(folder, say or [], Decided(yes=yes, approve=approve, reject=reject), by=by, as_json=as_json)


cli.command()(serve)


@cli.command()
@guarded
def doctor(as_json: Json = False) -> None:
    """Check this machine: versions, settings, keys, and whether results can be written."""
    from cartjury.app.doctor import examine

    examine(as_json=as_json)


def main() -> None:
    """Enter from the shell."""
    # Importing makes a few hundred thousand objects that all stay; looking through them for garbage again and
    # again costs a seventh of a run. Longer processes still collect, later.
    gc.set_threshold(1_000_000)
    spare_address_space()
    cli(prog_name="cartjury")


def _plain(given: dict[str, Any]) -> dict[str, Any]:
    """Turn what typer parsed into what settings hold; what was not given stays None."""
    plain = {k: (v or None) if isinstance(v, list) else v for k, v in given.items()}
    day = plain.get("as_of")
    plain["as_of"] = day.date() if isinstance(day, datetime) else day
    return {k: str(v) if isinstance(v, Path) else v for k, v in plain.items()}
