"""Arms of an evaluation: the options of each, why one cannot be run, and who and where answered in the end.

Pure functions: nothing here asks anybody.
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from cartjury.agents.addresses import address_of
from cartjury.agents.panel import convene
from cartjury.data.call_records import Call, Panel
from cartjury.data.model_records import ModelTable
from cartjury.data.model_table import load_table
from cartjury.data.options import Options
from cartjury.data.outside_records import ArmPlan
from cartjury.data.seats import EVALUATORS


def options_of(arm: ArmPlan, options: Options) -> Options:
    """The options of an arm: those that are given, with its preset and effort, and no other model in any seat."""
    readers = {seat: choice for seat, choice in options.models.items() if seat in EVALUATORS}
    return options.model_copy(update={"jury": arm.preset, "effort": arm.effort, "models": readers})


def why_not(arm: ArmPlan, table: ModelTable, options: Options, environ: Mapping[str, str]) -> str:
    """Why an arm cannot be run as what it is; "" where it can.

    With an empty seat the offline jury would speak for it, and the arm would be another one. A server of the user's own
    is asked only where the environment says where it is.

    Raises:
        InputError: as `agents.panel.convene`.
    """
    panel = convene(table, options_of(arm, options), environ, segments=1)
    if panel.empty:
        return "; ".join(dict.fromkeys(panel.empty.values()))
    return no_address(panel, table, environ)


def no_address(panel: Panel, table: ModelTable, environ: Mapping[str, str]) -> str:
    """Which variable should say where a server of the user's own is, if a seat has nothing else; "" if one does."""
    for seat in panel.seats.values():
        providers = [table.providers[name] for name in dict.fromkeys(m.provider for m in seat.models)]
        variables = [v for p in providers for v in p.url_env]
        own = not any(p.key_needed for p in providers)
        if own and variables and not any(environ.get(v, "").strip() for v in variables):
            return f"no address: set {' or '.join(variables)}"
    return ""


def heard(panel: Panel, calls: Iterable[Call]) -> Panel:
    """The panel with only those models that gave an answer that could be read, at least in part."""
    spoke = {(c.persona, c.provider, c.model) for c in calls if c.outcome in {"answered", "not_accepted"}}
    left = {
        name: seat.model_copy(update={"models": models})
        for name, seat in panel.seats.items()
        if (models := tuple(m for m in seat.models if (name, m.provider, m.id) in spoke))
    }
    return panel.model_copy(update={"seats": left})


def shared_families(panel_of_arm: Panel, panel_of_reader: Panel) -> tuple[str, ...]:
    """The families that have a model in both panels, in alphabetical order; models of one family err alike.

    Of panels as they sat down these are all that may speak; of panels that went through `heard`, those that did.
    """
    return tuple(sorted(_families(panel_of_arm) & _families(panel_of_reader)))


def _families(panel: Panel) -> set[str]:
    return {m.family for seat in panel.seats.values() for m in seat.models}


def elsewhere(calls: Iterable[Call], table: ModelTable, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Where requests went that is not the provider's own address in data/models.toml, or lies on this machine.

    What answers there may be anything: its answers are not those of the models whose ids it was asked by.

    Returns:
        "provider at address", in alphabetical order; an address never holds a user or a password.
    """
    asked = sorted({c.provider for c in calls if c.sent})
    places = {name: address_of(table.providers[name], environ) for name in asked}
    shipped = load_table(None).providers
    own = {name: address_of(shipped.get(name, table.providers[name]), {}) for name in asked}
    return tuple(
        f"{name} at {place or 'its usual address'}"
        for name, place in places.items()
        if place != own[name] or _is_here(place)
    )


def _is_here(address: str | None) -> bool:
    """Whether an address lies on this machine or in a network of one's own."""
    host = urlsplit(address or "").hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return False  # a name: who answers to it is not known here
