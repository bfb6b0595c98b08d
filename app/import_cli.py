"""The commands `cartjury import ...`: other data as carts."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cartjury.app.terminal import guarded

imports = typer.Typer(
    name="import", help="Turn exports of a shop platform into carts.", no_args_is_help=True, rich_markup_mode=None
)


@imports.callback()
def _group() -> None:
    """Turn exports of a shop platform into carts."""


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
