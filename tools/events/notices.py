"""What is to be said of an import: what the log could not tell, what was left out or replaced, and how to go on."""

from collections.abc import Mapping

from cartjury.data.event_presets import PROFIT, Role
from cartjury.tools.events.carts import BOT, Counts
from cartjury.tools.events.log_format import LogFormat
from cartjury.tools.events.moments import in_words
from cartjury.tools.events.record import REJECTED, RowCounts, Wishes
from cartjury.tools.events.survey import Survey
from cartjury.tools.events.times import DAY


def margin_source(fmt: LogFormat, roles: Mapping[Role, object]) -> str | None:
    """The key of `orders.MARGINS` that fits the log, None where it has no column for it."""
    found = next((role for role in PROFIT if role in roles), None)
    return f"{found} rate" if found == "margin" and "rate" in fmt.formats.get("margin", "") else found


def gaps(fmt: LogFormat, roles: Mapping[Role, object], survey: Survey, *, naive: bool) -> list[str]:
    """What the log's columns cannot tell, and how what they tell was read; `naive`: times had no zone."""
    said = []
    if survey.unknown:
        top = ", ".join(f"{name} ({count:,})" for name, count in survey.unknown_names.items())
        said.append(
            f"ignored: {counted(survey.unknown, 'row')} of unknown events: {top}; --event view=NAME counts such rows in"
        )
    if naive:
        said.append("times without a zone were read as UTC")
    if not survey.purchases:
        said.append("the log holds no purchase: everybody with a full cart counts as having abandoned it")
    if "session" not in roles:
        said.append("the log has no session ids: sessions are told by gaps in a user's events")
    if "item" not in roles:
        said.append("the log has no item ids: num_cart_items counts cart events")
    if "price" not in roles and "revenue" not in roles:
        why = fmt.lacks.get("avg_order_value", "the log has no price or revenue column")
        said.append(f"avg_order_value is empty: {why}; `cartjury run` leaves the dimension AOV out")
    if not margin_source(fmt, roles):
        why = fmt.lacks.get("profitability_score", "the log has no margin, cost or discount column")
        said.append(f"profitability_score is empty: {why}; `cartjury run` leaves the dimension Profit out")
    return said


def row_notices(rows: RowCounts, seen: Survey, out: str) -> list[str]:
    """Which rows did not count."""
    said = []
    if rows.bad:
        said.append(f"left out: {counted(rows.bad, 'bad row')}, written to {out}{REJECTED}")
    if rows.repeated:
        said.append(f"dropped: {counted(rows.repeated, 'row')} that only repeat another")
    if rows.after_as_of:
        said.append(f"ignored: {counted(rows.after_as_of, 'event')} after as_of ({in_words(seen.as_of)})")
    if seen.as_of - seen.end > DAY:
        said.append(f"as_of is {(seen.as_of - seen.end) / DAY:.1f} days after the last event, {in_words(seen.end)}")
    return said


def user_notices(counts: Counts, wishes: Wishes) -> list[str]:
    """Which users were left out although nothing was bought, and whose order value is not one."""
    said = []
    young = counts.users["too_early"] + counts.users[f"too_early{BOT}"]
    if young and not wishes.include_censored:
        said.append(
            f"left out: {counted(young, 'cart')} younger than {wishes.abandon_after} at as_of: nobody knows yet "
            f"whether they are abandoned (--include-censored keeps them)"
        )
    bots = counts.users[f"abandoned{BOT}"]
    if bots and wishes.bots == "exclude":
        said.append(
            f"left out: {counted(bots, 'suspected bot')} with an abandoned cart (--bots keep flags them instead)"
        )
    if counts.filled:
        said.append(f"{counted(counts.filled, 'user')} without a known order: avg_order_value is the value of the cart")
    return said


def nobody(name: str, counts: Counts, wishes: Wishes) -> tuple[str, tuple[str, ...]]:
    """The error of a log in which nobody is left: what became of its users."""
    users = ", ".join(f"{outcome} {count:,}" for outcome, count in counts.users.items() if count)
    hints = user_notices(counts, wishes)
    return f"{name}: nobody abandoned a cart by these rules; users: {users}", tuple(hints)


def counted(number: int, noun: str) -> str:
    """A number with its noun, such as 1 row, 2,000 rows."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
