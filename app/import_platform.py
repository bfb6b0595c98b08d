"""Import exports and show what became of them."""

import shlex

import typer

from cartjury.app.terminal import say, show_table
from cartjury.tools.platforms.importing import import_exports
from cartjury.tools.platforms.people import OUTCOMES
from cartjury.tools.platforms.publish import manifest_of
from cartjury.tools.platforms.records import Wish


def import_files(wish: Wish, *, as_json: bool) -> None:
    """Import exports; notices and the next command go to stderr, the counts, or the manifest, to stdout."""
    report = import_exports(wish)
    for notice in report.notices:
        say(f"note: {notice}")
    if as_json:
        typer.echo(report.to_json(), nl=False)
    else:
        rows = [(OUTCOMES[outcome], f"{number:,}") for outcome, number in report.outcomes.items() if number]
        rows.append(("all checkouts", f"{sum(report.outcomes.values()):,}"))
        show_table(("Outcome", "Checkouts"), rows, ("Checkouts",))
    say(f"wrote {report.outcomes['written']:,} carts as of {report.as_of} to {wish.out}, how: {manifest_of(wish.out)}")
    say(f"next: cartjury run {shlex.quote(str(wish.out))} --as-of {report.as_of}")
