"""A fixture that answers our prompts as a well-behaved model would. It is no language model, and shows nothing of one.

It reads a request as it is on the wire (messages, and the schema of the answer), and fills the form in: names from
small word lists by the levels in the data, rankings and choices by a hash. The same request gets the same answer;
other model ids give other names and rankings. Judges agree in both orders. As a reader it knows its own word lists.
"""

import hashlib
import itertools
import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

Data = Mapping[str, Any]

# True words by column and level; of a segment that holds one level of each column, they tell it from all others.
WORDS = {
    "avg_order_value": {
        "Low": ("Budget", "Thrifty", "SmallTicket", "LowSpend"),
        "Medium": ("Silver", "MidTier", "Moderate", "Midrange"),
        "High": ("Golden", "Premium", "Upscale", "HighSpend"),
    },
    "engagement_score": {
        "Low": ("Quiet", "Mellow", "Reserved", "Laidback"),
        "High": ("Eager", "Active", "Engaged", "Keen"),
    },
    "profitability_score": {
        "Low": ("ThinMargin", "LowMargin", "Unprofitable", "Marginal"),
        "High": ("Valuable", "Profitable", "Earners", "Stars"),
    },
}
# Words that claim nothing, for all other segments.
SCENERY = (
    "Maple Cedar Birch Willow Aspen Juniper Clover Heather Amber Coral Lagoon Harbor Meadow Prairie Canyon Summit "
    "Valley Orchard Garden Beacon Comet Meteor Nimbus Breeze Monsoon Drizzle Sunrise Twilight Marble Granite"
)
PICTURES = tuple(SCENERY.split())
SALT = "128"  # so that the first models of the preset `default` all give other names
NOUNS = ("Shoppers", "Visitors", "Circle", "Carts", "Customers", "Crowd")


def answer(body: Mapping[str, Any], *, undecided: bool = False) -> str:
    """The text of an answer to a chat request, of whatever kind of question.

    Args:
        body: the request, as the provider gets it.
        undecided: judge by the order of the names: always the first one.
    """
    data, form, model = data_of(body), form_of(body), str(body["model"])
    if "rules" in data:
        said = {key: _meant(name, data) for key, name in data["names"].items()}
    elif "better" in form:
        said = {i: _better(row["names"], undecided=undecided) for i, row in data["segments"].items()}
    elif "because" in form:
        said = _turns(data, model)
    elif "choice" in form:
        said = {i: _judgement(ballot, undecided=undecided) for i, ballot in _ballots(data).items()}
    elif "claims" in form:
        said = _names(data, model)
    else:
        said = {i: sorted(b, key=lambda k, b=b: mix(model, b[k])) for i, b in _ballots(data).items()}  # type: ignore[misc]
    return json.dumps(said)


def data_of(body: Mapping[str, Any]) -> Data:
    """The block of data in a request."""
    text = str(body["messages"][-1]["content"])
    found: Data = json.loads(text.partition("<data>\n")[2].partition("\n</data>")[0])
    return found


def form_of(body: Mapping[str, Any]) -> Collection[str]:
    """The fields of an entry in the schema of the answer; none where an entry is a list."""
    wire = body.get("response_format") or {}
    schema = wire["json_schema"]["schema"] if wire else body["tools"][0]["function"]["parameters"]
    first = next(iter(schema["properties"].values()))
    entry = schema["$defs"][first["$ref"].rpartition("/")[2]] if "$ref" in first else first
    return tuple(entry.get("properties", ()))


def _ballots(data: Data) -> dict[str, Any]:
    return {i: row["ballot"] for i, row in data["segments"].items()}


def _names(data: Data, model: str) -> dict[str, Any]:
    used = list(data.get("taken", ()))
    said = {}
    for segment_id in data["segments"]:
        name, claims = next(c for c in _candidates(segment_id, data, model) if not _in(c[0], used))
        used.append(name)
        said[segment_id] = {"name": name, "claims": claims, "reason": f"{name} says what the rule holds."}
    return said


def _candidates(segment_id: str, data: Data, model: str, *, start: int = 0) -> Iterator[tuple[str, list[str]]]:
    """Names that are true of a segment, each with its claims; first those that speak of its levels."""
    spoken = _spoken(data["segments"][segment_id].get("levels", {}), data)
    variant = int(mix(SALT, model), 16)
    claims = [f"{key}={level}" for key, level in spoken]
    for shift in range(start, 4) if len(spoken) == len(WORDS) else ():
        words = [_word(data["features"][key]["column"], level, variant + shift) for key, level in spoken]
        yield "_".join(words), claims
    places = itertools.product(range(len(NOUNS)), range(len(PICTURES)))
    first = 7 * int(segment_id[1:]) + variant
    for noun, picture in places:
        a, b = PICTURES[(first + picture) % len(PICTURES)], PICTURES[(first + 3 * picture + noun + 1) % len(PICTURES)]
        if a != b:
            yield f"{a}_{b}_{NOUNS[(noun + variant) % len(NOUNS)]}", []


def _spoken(levels: Mapping[str, list[str]], data: Data) -> list[tuple[str, str]]:
    """The features that the word lists know, where the rule holds one level; dimensions come before local splits."""
    found: dict[str, tuple[str, str]] = {}
    for key, held in levels.items():
        column = data["features"][key]["column"]
        if column in WORDS and column not in found and len(held) == 1 and held[0] in WORDS[column]:
            found[column] = (key, held[0])
    return [found[column] for column in WORDS if column in found]


def _word(column: str, level: str, variant: int) -> str:
    words = WORDS[column][level]
    return words[variant % len(words)]


def _turns(data: Data, model: str) -> dict[str, Any]:
    """Keep each old name, or, every third time, give another one and say that it is shorter."""
    own = {i: next((b["name"] for b in ballot if b.get("yours")), "") for i, ballot in _ballots(data).items()}
    used = [*data.get("taken", ()), *own.values()]
    said: dict[str, Any] = {}
    for i, row in data["segments"].items():
        lost = any("cannot stay" in why for why in row["open"])
        if own[i] and not lost and int(mix(model, i), 16) % 3:
            said[i] = {"name": own[i], "claims": [], "because": "keep", "reason": f"{own[i]} is still the best."}
            continue
        name, claims = next(c for c in _candidates(i, data, model, start=1) if not _in(c[0], used))
        used.append(name)
        said[i] = {"name": name, "claims": claims, "because": "shorter", "reason": f"{name} is shorter."}
    return said


def _judgement(ballot: Mapping[str, Any], *, undecided: bool) -> dict[str, Any]:
    choice = min(ballot, key=lambda k: "" if undecided else mix(ballot[k]["name"]))
    name = ballot[choice]["name"]
    maxima = {
        "mece_compliance": 30,
        "marketing_clarity": 25,
        "business_structure": 20,
        "rule_precision": 15,
        "memorability": 10,
    }
    points = {c: most - int(mix(name, c), 16) % 5 for c, most in maxima.items()}
    return {
        "choice": choice,
        "points": points,
        "reasons": {c: f"{name} earns {points[c]} of {most} for {c.replace('_', ' ')}." for c, most in maxima.items()},
    }


def _meant(name: str, data: Data) -> str:
    """The label of the rule that a name says most of."""

    def words_for(label: str) -> int:
        rule = data["rules"][label]
        known = [w for key, level in _spoken(rule.get("levels", {}), data) for w in _words(key, level, data)]
        return sum(word in known for word in name.split("_"))

    return max(data["rules"], key=words_for)


def _words(key: str, level: str, data: Data) -> tuple[str, ...]:
    return WORDS[data["features"][key]["column"]][level]


def _better(names: Mapping[str, str], *, undecided: bool) -> dict[str, str]:
    label = min(names, key=lambda k: "" if undecided else mix(names[k]))
    return {"reason": f"{names[label]} says more of the rule.", "better": label}


def _in(name: str, names: Collection[str]) -> bool:
    return name.replace("_", "").casefold() in {n.replace("_", "").casefold() for n in names}


def mix(*parts: str) -> str:
    return hashlib.blake2b("|".join(parts).encode(), digest_size=6).hexdigest()
