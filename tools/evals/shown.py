"""How figures are written: one way for the terminal, the page and the docs."""

from cartjury.data.eval_records import NOT_MEASURED, Figure, Target

_SIGNS = {">=": "at least", "<=": "at most", "==": "exactly"}


def value(figure: Figure) -> str:
    """The number alone: "93.8 %", "12", "0.412"; "not measured" where there is none."""
    if figure.value is None:
        return NOT_MEASURED
    return _number(figure.value, figure.unit)


def interval(figure: Figure) -> str:
    """The 95 % interval: "90.1-96.2"; empty where there is none."""
    if figure.value is None or figure.low is None or figure.high is None:
        return ""
    low, high = (
        _number(end, figure.unit).removesuffix(" %").removesuffix(" points") for end in (figure.low, figure.high)
    )
    return f"{low} to {high}"


def full(figure: Figure) -> str:
    """Number, interval and n in a line: "93.8 % (90.1 to 96.2), n = 240"."""
    if figure.value is None:
        return f"{NOT_MEASURED}: {figure.why}" if figure.why else NOT_MEASURED
    within = f" ({interval(figure)})" if interval(figure) else ""
    return f"{value(figure)}{within}, n = {figure.n:,}"


def target(wanted: Target | None, unit: str) -> str:
    """What a figure should be: "at least 90.0 %"; empty where nothing is asked of it."""
    return f"{_SIGNS[wanted.op]} {_number(wanted.value, unit)}" if wanted else ""


def money(usd: float, unknown: int) -> str:
    """What calls took: "$0.0133", "at least $0.0133 (2 of unknown price)"."""
    known = f"${usd:,.4f}" if usd or not unknown else "unknown"
    return f"at least {known} ({unknown:,} of unknown price)" if unknown and usd else known


def _number(number: float, unit: str) -> str:
    if unit == "points":
        return f"{100 * number:+.1f} points"
    if unit == "share":
        return f"{100 * number:.1f} %"
    if unit == "count" and float(number).is_integer():
        return f"{number:,.0f}"
    return f"{number:,.3g}"
