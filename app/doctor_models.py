"""Which models would answer: the providers that have a key are asked what they serve, and the chains are compared.

Without a key nothing is asked.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cartjury.agents.addresses import address_of, key_of
from cartjury.agents.listing import OWN_MODEL, ListingError, living, own_model
from cartjury.agents.nearest import nearest
from cartjury.agents.panel import convene, reader_panel
from cartjury.data.call_records import Panel, Seat
from cartjury.data.errors import CartjuryError, InputError
from cartjury.data.model_records import Model, ModelTable
from cartjury.data.options import Options
from cartjury.data.seats import SEATS, SeatName

Finding = tuple[str, bool, str]
Listing = tuple[str, ...] | CartjuryError  # what a provider serves, or why it does not say


class _Seen(NamedTuple):
    """What a seat's chain came to: who would answer, who is gone, whose provider is silent."""

    answers: str | None
    gone: list[Model]
    silent: list[str]


def examine_models(table: ModelTable, options: Options, environ: Mapping[str, str]) -> list[Finding]:
    """Find out what each provider in use serves, and who would sit in each seat of the jury and read the chat.

    All six seats of the jury are looked at, also those that the configured effort leaves empty.
    """
    try:
        panel = convene(table, options, environ, segments=1)
        if panel.effort != "offline":
            panel = convene(table, options.model_copy(update={"effort": "thorough"}), environ, segments=1)
        reader = reader_panel(table, options, environ)
    except InputError as error:
        return [("jury", False, str(error))]
    asked = _in_use(table, (panel, reader), environ)
    if not asked:
        return []
    listed = asyncio.run(_listings(table, asked, environ))
    return [
        *(_provider(table, name, listed[name], environ) for name in asked),
        *(_seat(name, panel, listed, table, environ) for name in SEATS if panel.effort != "offline"),
        *(_seat(name, reader, listed, table, environ) for name in reader.seats),
    ]


def _in_use(table: ModelTable, panels: Iterable[Panel], environ: Mapping[str, str]) -> list[str]:
    """Providers with a key, servers of the user's whose address is set, and whoever else has a seat."""
    seated = {m.provider for panel in panels for seat in panel.seats.values() for m in seat.models}
    named = {name for name, p in table.providers.items() if any(environ.get(e, "").strip() for e in p.url_env)}
    return [
        name
        for name, provider in table.providers.items()
        if name in seated or (key_of(provider, environ) if provider.key_needed else name in named)
    ]


async def _listings(table: ModelTable, names: list[str], environ: Mapping[str, str]) -> dict[str, Listing]:
    async def listing(name: str) -> Listing:
        try:
            ids = await living(name, table.providers[name], environ)
        except (ListingError, InputError) as error:
            return error
        return ids or ListingError(f"{address_of(table.providers[name], environ) or name} gave no list of models")

    return dict(zip(names, await asyncio.gather(*map(listing, names)), strict=True))


def _provider(table: ModelTable, name: str, listed: Listing, environ: Mapping[str, str]) -> Finding:
    if isinstance(listed, CartjuryError):
        return (name, False, str(listed))
    count = f"{len(listed)} model{'' if len(listed) == 1 else 's'}"
    return (name, True, f"{count} at {address_of(table.providers[name], environ) or 'its usual address'}")


def _seat(
    name: SeatName, panel: Panel, listed: Mapping[str, Listing], table: ModelTable, environ: Mapping[str, str]
) -> Finding:
    if name not in panel.seats:
        return (name, False, f"the offline jury: {panel.empty[name]}")
    seen = _looked_up(panel.seats[name], listed, environ)
    said = [seen.answers or "the offline jury: no model of its chain would answer"]
    said += [_obituary(model, listed, table) for model in seen.gone]
    said += [f"{provider} gave no list of models" for provider in dict.fromkeys(seen.silent)]
    return (name, seen.answers is not None, "; ".join(said))


def _looked_up(seat: Seat, listed: Mapping[str, Listing], environ: Mapping[str, str]) -> _Seen:
    answers: list[str] = []
    gone: list[Model] = []
    silent: list[str] = []
    for model in seat.models:
        ids = listed[model.provider]
        if isinstance(ids, CartjuryError):
            silent.append(model.provider)
            continue
        found = _meant(model, ids, environ)
        if found.id in ids:
            answers.append(found.ref)
        else:
            gone.append(found)
    return _Seen(answers[0] if answers else None, gone, silent)


def _meant(model: Model, ids: tuple[str, ...], environ: Mapping[str, str]) -> Model:
    if model.id != OWN_MODEL:
        return model
    return model.model_copy(update={"id": own_model(model.provider, environ) or ids[0]})


def _obituary(model: Model, listed: Mapping[str, Listing], table: ModelTable) -> str:
    ids = listed[model.provider]
    instead = None if isinstance(ids, CartjuryError) else nearest(model, ids, table)
    return f"gone: {model.ref}" + (f" (nearest: {model.provider}/{instead})" if instead else "")
