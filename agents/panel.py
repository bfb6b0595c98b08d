"""Who sits in the jury: the model table, the options and the keys come to a panel.

preset -> chain of each seat that the effort needs -> only models whose provider has its key -> Panel
"""

from collections.abc import Iterable, Mapping
from typing import Final

from cartjury.agents.addresses import address_of, key_of
from cartjury.agents.estimate import NOTHING, estimated
from cartjury.data.call_records import Caps, Effort, Estimate, Panel, Seat
from cartjury.data.errors import InputError
from cartjury.data.jury_records import NOT_ASKED
from cartjury.data.model_records import Chain, Model, ModelTable
from cartjury.data.model_table import OFFLINE, known, split_ref, unlisted
from cartjury.data.options import Options
from cartjury.data.seats import READER, SEATS, SeatName

DEFAULT: Final = "default"
QUICK_SEAT: Final[SeatName] = "growth_strategist"
NEEDED: Final[Mapping[Effort, tuple[SeatName, ...]]] = {
    "offline": (),
    "quick": (QUICK_SEAT,),
    "standard": SEATS[:5],
    "thorough": SEATS,
}


def convene(table: ModelTable, options: Options, environ: Mapping[str, str], segments: int) -> Panel:
    """Put a panel together; nothing is asked yet.

    Args:
        table: the models there are.
        options: preset, effort, models of single seats, caps.
        environ: keys and addresses of the providers.
        segments: to be named; the estimate needs it.

    Returns:
        A panel whose `empty` says for each seat without a model why that is so.

    Raises:
        InputError: an unknown preset or provider, an address that is none, or an effort that asks models of a jury
            that has none.
    """
    for seat, choice in options.models.items():
        known("provider", choice.provider, table.providers, f"the model of {seat}")
    preset, effort = _preset(table, options, environ, SEATS)
    seats, empty = _seated(table, options, environ, preset, NEEDED[effort])
    ranks, rated = effort in {"standard", "thorough"}, options.rate_limits == "free"
    return Panel(
        preset=preset,
        effort=effort,
        seats=seats,
        empty=empty,
        batch=options.batch,
        goal=options.goal,
        caps=_caps(options),
        rate_limited=rated,
        timeout=options.call_timeout,
        estimate=estimated(seats, segments=segments, batch=options.batch, rated=rated, ranks=ranks),
    )


def reader_panel(table: ModelTable, options: Options, environ: Mapping[str, str]) -> Panel:
    """Put a panel of one together, which reads the messages of a chat; nothing is asked yet.

    The caps hold for each desk that it sits at. Where there is no model for it, `empty` says why.

    Raises:
        InputError: as for `convene`.
    """
    if READER in options.models:
        known("provider", options.models[READER].provider, table.providers, f"the model of {READER}")
    preset, effort = _preset(table, options, environ, (READER,))
    seats, empty = _seated(table, options, environ, DEFAULT if preset == OFFLINE else preset, (READER,))
    if effort == "offline" and (seats or options.jury == OFFLINE):
        what = f"jury '{OFFLINE}'" if options.jury == OFFLINE else "effort 'offline'"
        seats, empty = {}, {READER: f"the {what} asks no model"}
    return Panel(
        preset=preset,
        effort="quick" if seats else "offline",
        seats=seats,
        empty=empty,
        caps=_caps(options),
        rate_limited=options.rate_limits == "free",
        timeout=options.call_timeout,
    )


def outside_panel(
    table: ModelTable, options: Options, environ: Mapping[str, str], seat: SeatName, preset: str
) -> Panel:
    """Put a panel of one together, which reads finished names in an evaluation; nothing is asked yet.

    The caps hold for each desk that it sits at. Where there is no model for it, `empty` says why.

    Args:
        table: as for `convene`.
        options: the model of this seat, where one is chosen, and the caps; jury and effort are those of juries.
        environ: as for `convene`.
        seat: "matcher" or "arbiter".
        preset: whose chain it is.

    Raises:
        InputError: as for `convene`.
    """
    known("preset", preset, table.presets, "the settings")
    if seat in options.models:
        known("provider", options.models[seat].provider, table.providers, f"the model of {seat}")
    seats, empty = _seated(table, options, environ, preset, (seat,))
    return Panel(
        preset=preset,
        effort="quick" if seats else "offline",
        seats=seats,
        empty=empty,
        batch=options.batch,
        caps=_caps(options),
        rate_limited=options.rate_limits == "free",
        timeout=options.call_timeout,
    )


def naming_estimate(
    table: ModelTable, options: Options, environ: Mapping[str, str], asked: int
) -> tuple[str, Estimate | None]:
    """Say who would name so many segments, and what that is expected to take; nobody is asked.

    Returns:
        Preset and effort in words, and an estimate: of nothing for the offline jury, and where no name is asked for.
    """
    if not asked:
        return NOT_ASKED, NOTHING
    panel = convene(table, options, environ, asked)
    return panel.preset if panel.preset == panel.effort else f"{panel.preset} ({panel.effort})", panel.estimate


def _seated(
    table: ModelTable, options: Options, environ: Mapping[str, str], preset: str, needed: Iterable[SeatName]
) -> tuple[dict[SeatName, Seat], dict[SeatName, str]]:
    seats: dict[SeatName, Seat] = {}
    empty: dict[SeatName, str] = {}
    for name in needed:
        chain = _chain(table, options, preset, name)
        usable = tuple(m for m in _models(table, chain) if _usable(table, m.provider, environ))
        if usable:
            seats[name] = Seat(models=usable, temperature=chain.temperature, plain=chain.plain)
        else:
            empty[name] = _why_empty(table, chain, preset)
    for provider in sorted({m.provider for seat in seats.values() for m in seat.models}):
        address_of(table.providers[provider], environ)  # a wrong one is said now, not in the middle of a run
    return seats, empty


def _caps(options: Options) -> Caps:
    return Caps.model_validate({k: getattr(options, k) for k in Caps.model_fields})


def _preset(
    table: ModelTable, options: Options, environ: Mapping[str, str], asked: tuple[SeatName, ...]
) -> tuple[str, Effort]:
    """The preset and the effort that the options mean; without a preset it goes by who can be asked in the seats."""
    if options.jury is not None:
        known("jury", options.jury, table.presets, "the settings")
        if options.jury == OFFLINE and options.effort not in {None, "offline"}:
            raise InputError(f"the jury '{OFFLINE}' asks no model: effort '{options.effort}' needs another jury")
        return options.jury, options.effort or ("offline" if options.jury == OFFLINE else "standard")
    chains = [chain for seat, chain in table.presets.get(DEFAULT, {}).items() if seat in asked]
    reachable = {split_ref(ref)[0] for chain in chains for ref in chain.models}
    reachable |= {choice.provider for seat, choice in options.models.items() if seat in asked} & set(table.providers)
    if options.effort in {None, "offline"} and not any(_usable(table, name, environ) for name in reachable):
        return OFFLINE, "offline"
    return (OFFLINE, "offline") if options.effort == "offline" else (DEFAULT, options.effort or "standard")


def _chain(table: ModelTable, options: Options, preset: str, seat: SeatName) -> Chain:
    """The preset's chain, with the user's own choice before it."""
    chain = table.presets[preset].get(seat, Chain(models=()))
    choice = options.models.get(seat)
    if choice is None:
        return chain
    first = f"{choice.provider}/{choice.model}"
    return chain.model_copy(update={"models": (first, *chain.models), "temperature": choice.temperature})


def _models(table: ModelTable, chain: Chain) -> tuple[Model, ...]:
    return tuple(table.models.get(ref) or unlisted(*split_ref(ref)) for ref in dict.fromkeys(chain.models))


def _usable(table: ModelTable, provider: str, environ: Mapping[str, str]) -> bool:
    return not table.providers[provider].key_needed or key_of(table.providers[provider], environ) is not None


def _why_empty(table: ModelTable, chain: Chain, preset: str) -> str:
    names = list(dict.fromkeys(split_ref(ref)[0] for ref in chain.models))
    if not names:
        return f"the preset {preset} names no model for it"
    keys = " or ".join(table.providers[name].key_env for name in names)
    return f"no key for {' or '.join(names)}: set {keys}"
