"""`cartjury import`: the doors for data that are not carts yet."""

from pathlib import Path
from typing import Annotated

import typer

from cartjury.app.terminal import guarded

import_cli = typer.Typer(help="Make carts of what a shop has: logs of events.", no_args_is_help=True)


@import_cli.command()
@guarded
def events(  # noqa: PLR0913, PLR0917 - one parameter an option
    log: Annotated[
        str, typer.Argument(metavar="FILE", help="CSV, CSV.gz, Parquet; a folder or a quoted glob of those.")
    ],
    preset: Annotated[str, typer.Option(help="rees46, ga4, retailrocket, retentioneering or custom.")],
    out: Annotated[Path, typer.Option(help="Carts file: .parquet, .csv or .csv.gz.")] = Path("carts.parquet"),
    as_of: Annotated[
        str | None,
        typer.Option(help="The time that counts as now; a day means its first second, UTC. [end of the log]"),
    ] = None,
    abandon_after: Annotated[str, typer.Option(help="Without a purchase for so long a cart is abandoned.")] = "24h",
    session_gap: Annotated[str, typer.Option(help="Where there are no session ids: the gap between two.")] = "30m",
    include_censored: Annotated[
        bool, typer.Option("--include-censored", help="Keep carts too young to know, flagged in a column.")
    ] = False,
    cart_value_as_aov: Annotated[
        bool, typer.Option("--cart-value-as-aov", help="Where no order is known, take the cart's value.")
    ] = False,
    column: Annotated[
        list[str] | None, typer.Option("--map", help="role=Column, time=Column:epoch_ms and so on; repeatable.")
    ] = None,
    event: Annotated[
        list[str] | None, typer.Option("--event", help="cart=add_to_cart,basket or view=* and so on; repeatable.")
    ] = None,
    bots: Annotated[str, typer.Option(help="exclude suspected bots, or keep and flag them.")] = "exclude",
    bot_events: Annotated[int, typer.Option(help="More events than this within an hour make a suspected bot.")] = 300,
    on_bad_rows: Annotated[str, typer.Option(help="fail, or quarantine: leave bad rows out.")] = "fail",
    delimiter: Annotated[str, typer.Option(help="What separates the columns of a CSV.")] = ",",
    memory_limit: Annotated[str | None, typer.Option(help="Memory of the engine, such as 500MB.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Make carts of a log of views, carts and purchases: one row for each user who abandoned a cart."""
    asked = {
        "preset": preset,
        "columns": column or (),
        "events": event or (),
        "as_of": as_of,
        "abandon_after": abandon_after,
        "session_gap": session_gap,
        "include_censored": include_censored,
        "cart_value_as_aov": cart_value_as_aov,
        "bots": bots,
        "bot_events": bot_events,
        "on_bad_rows": on_bad_rows,
        "delimiter": delimiter,
        "memory_limit": memory_limit,
    }
    from cartjury.app.import_events import import_log

    import_log(log, out, asked, as_json=as_json)
