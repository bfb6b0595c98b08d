"""The commands `cartjury import ...`: the doors for data that are not carts yet."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cartjury.app.terminal import guarded

imports = typer.Typer(
    name="import",
    help="Turn what a shop has into carts: logs of events, exports of its platform.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@imports.command()
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
    delimiter: Annotated[str, typer.Option(help="What separates the columns of a CSV; tab for a tab.")] = ",",
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


@imports.command()
@guarded
def platform(  # noqa: PLR0913, PLR0917 - one parameter an option
    file: Annotated[Path, typer.Argument(help="The export; which platform it is from is told by its header.")],
    checkouts: Annotated[Path | None, typer.Option(help="The abandoned carts, where FILE is something else.")] = None,
    orders: Annotated[
        Path | None, typer.Option(help="Orders of the same shop: last order, order value, buyers.")
    ] = None,
    profiles: Annotated[Path | None, typer.Option(help="Klaviyo profiles: order value, engagement, consent.")] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that counts as today. [the newest checkout]")
    ] = None,
    out: Annotated[Path, typer.Option(help="File to write: .csv or .parquet.")] = Path("carts.csv"),
    timezone: Annotated[
        str | None, typer.Option(help="Zone of the days, and of times without one: Europe/Berlin. [UTC]")
    ] = None,
    key_file: Annotated[Path, typer.Option(help="Key of the ids made of e-mail addresses.")] = Path(".cartjury.key"),
    on_bad_rows: Annotated[
        Literal["fail", "quarantine"], typer.Option(help="fail, or quarantine: leave bad rows out.")
    ] = "fail",
    keep_without_consent: Annotated[
        bool, typer.Option("--keep-without-consent", help="Keep people without consent to marketing, and mark them.")
    ] = False,
    cart_value_as_aov: Annotated[
        bool, typer.Option("--cart-value-as-aov", help="Use the cart's value where no order value is known.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifest as JSON.")] = False,
) -> None:
    """Turn a Shopify, WooCommerce CartFlows or Klaviyo export into carts; personal columns are not read."""
    from cartjury.app.import_platform import import_files
    from cartjury.tools.platforms.records import Wish

    wish = Wish(
        files=tuple(path for path in (file, checkouts, orders, profiles) if path),
        out=out,
        as_of=as_of.date() if as_of else None,
        timezone=timezone,
        key_file=key_file,
        on_bad_rows=on_bad_rows,
        keep_without_consent=keep_without_consent,
        cart_value_as_aov=cart_value_as_aov,
    )
    import_files(wish, as_json=as_json)
