"""What a jury is about to take, in a sentence, before it takes it."""

from cartjury.data.call_records import Caps, Panel


def in_words(panel: Panel) -> str:
    """Say who will be asked, what that is expected to take, and which caps hold; empty where no model is asked."""
    if not panel.seats:
        return ""
    said = f"jury: {panel.preset}, effort {panel.effort}: {_seated(panel)}"
    found = panel.estimate
    if found is not None:
        cost = "at a cost not known" if found.cost_usd is None else f"${found.cost_usd:.4f}"
        calls = f"{found.calls} call{'s' * (found.calls != 1)}"
        said += f"; about {calls}, {found.tokens:,} tokens, {cost}, {found.seconds:.0f} s"
    return said + _caps(panel.caps)


def _seated(panel: Panel) -> str:
    """Each model with the seats that it is asked in first; a judge that also proposes is pointed out."""
    seats: dict[str, list[str]] = {}
    for name, seat in panel.seats.items():
        seats.setdefault(seat.models[0].ref, []).append(name.replace("_", " "))
    said = "; ".join(f"{ref} as {' and '.join(names)}" for ref, names in seats.items())
    both = any("judge" in names and len(set(names) - {"second judge"}) > 1 for names in seats.values())
    return said + (" (the judge's model proposes too)" if both else "")


def _caps(caps: Caps) -> str:
    said = [
        f"{limit:{',' if isinstance(limit, int) else 'g'}} {what}{'s' * (limit != 1)}"
        for what, limit in (("call", caps.max_calls), ("token", caps.max_tokens), ("second", caps.max_seconds))
        if limit is not None
    ]
    said += [f"${caps.max_cost:g}"] if caps.max_cost is not None else []
    return f"; at most {', '.join(said)}" if said else ""
