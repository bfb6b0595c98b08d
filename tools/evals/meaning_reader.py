"""A reader of names that shares nothing with the jury's lexicon: what words mean, by an embedding model.

names, rules -> parts of names x glosses of levels (cosines) -> which feature a part speaks of -> names x rules

It knows no word of the lexicon and uses none of its code. That a name's part says a level is measured as contrast: how
much nearer it is to this level's gloss than to those of the other levels, and than the parts of the other names are.
Cosines alone do not tell cheap from expensive. A part speaks of few features, so its contrasts count by how near it
comes to the feature at all (softmax of the best cosine).
"""

import itertools
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from cartjury.data.jury_records import SegmentBrief
from cartjury.data.records import UNKNOWN
from cartjury.tools.evals.embedding import Embed, Vectors
from cartjury.tools.evals.glosses import POLES, REST, glosses, said
from cartjury.tools.evals.reader import Matrix

NAME: Final = "independent"
LABEL: Final = "shares nothing with the jury's lexicon: MiniLM embeddings"
SHARPNESS: Final = 0.02  # cosine; a part speaks e times as much of a feature that is so much nearer
_REST_LEVELS: Final = ("Low", "High")


class Feature(NamedTuple):
    """A column, with the levels that a rule can hold of it, lowest first."""

    column: str
    of: tuple[str, ...]


class MeaningReader(NamedTuple):
    """Matches names to rules by what their words mean.

    Attributes:
        embed: texts -> vectors of length 1.
    """

    embed: Embed
    name: str = NAME
    label: str = LABEL

    def scores(self, names: Sequence[str], briefs: Sequence[SegmentBrief]) -> Matrix:
        """Say how well each name fits each rule: names x rules, higher is better.

        A score hangs on all names and rules of the table, as a reader's guess does. It compares within a name.
        """
        features = _features(briefs)
        if not names or not features:
            return np.zeros((len(names), len(briefs)))
        owner, parts = _parts(names, self.embed)
        cosines = [_cosines(parts, feature, self.embed) for feature in features]
        total = np.zeros((len(names), len(briefs)))
        for feature, near, speaks in zip(features, cosines, _attention(cosines).T, strict=True):
            evidence = _of_names(_centred(near) * speaks[:, None], owner)
            total += _centred(evidence) @ _held(briefs, feature).T
        return total


def _features(briefs: Sequence[SegmentBrief]) -> tuple[Feature, ...]:
    found = dict.fromkeys(Feature(t.column, t.of) for brief in briefs for t in brief.traits)
    rest = [Feature(REST, _REST_LEVELS)] if any(b.is_else for b in briefs) else []
    return tuple(sorted(found)) + tuple(rest)


def _parts(names: Sequence[str], embed: Embed) -> tuple[npt.NDArray[np.int64], Vectors]:
    """Embed the words of each name, its pairs of words and the whole; with the number of the name of each."""
    said_by = [(n, part) for n, name in enumerate(names) for part in _phrases(name)]
    return np.array([n for n, _ in said_by], dtype=np.int64), embed([f"{part} customers" for _, part in said_by])


def _phrases(name: str) -> list[str]:
    words = [" ".join(said(token)) for token in name.split("_") if said(token)] or [name]
    pairs = [f"{one} {other}" for one, other in itertools.pairwise(words)]
    return [*words, *pairs, *([" ".join(words)] if len(words) > 2 else [])]


def _cosines(parts: Vectors, feature: Feature, embed: Embed) -> Matrix:
    """How near each part is to each level: parts x levels."""
    texts = glosses(feature.column)
    by_pole = {pole: (parts @ embed(texts[pole]).T).mean(axis=1) for pole in POLES if pole in texts}
    return np.stack([_level(by_pole, feature.of, level) for level in feature.of], axis=1)


def _level(by_pole: dict[str, Matrix], of: tuple[str, ...], level: str) -> Matrix:
    """A level between two poles is as near as both are, in proportion."""
    if level == UNKNOWN:
        return by_pole["unknown"]
    known = [each for each in of if each != UNKNOWN]
    place = known.index(level) / (len(known) - 1) if len(known) > 1 else 1.0
    middle, end = 1 - abs(2 * place - 1), "high" if place > 0.5 else "low"
    return by_pole[end] if middle == 0 else middle * by_pole["medium"] + (1 - middle) * by_pole[end]


def _attention(cosines: Sequence[Matrix]) -> Matrix:
    """How much each part speaks of each feature: parts x features, of each part 1 in all."""
    near = np.stack([each.max(axis=1) - each.max(axis=1).mean() for each in cosines], axis=1) / SHARPNESS
    weights = np.exp(near - near.max(axis=1, keepdims=True))
    shares: Matrix = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _of_names(by_part: Matrix, owner: npt.NDArray[np.int64]) -> Matrix:
    """Mean over the parts of each name."""
    total = np.zeros((owner.max() + 1, by_part.shape[1]))
    np.add.at(total, owner, by_part)
    mean: Matrix = total / np.bincount(owner)[:, None]
    return mean


def _centred(values: Matrix) -> Matrix:
    """Without what a row, and what a column, has throughout."""
    centred: Matrix = values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean()
    return centred


def _held(briefs: Sequence[SegmentBrief], feature: Feature) -> Matrix:
    """Which levels each rule holds of a feature, in equal shares: rules x levels; all where it says nothing of it."""
    held = np.array([[level in _levels(brief, feature) for level in feature.of] for brief in briefs], dtype=np.float64)
    held[held.sum(axis=1) == 0] = 1.0  # levels that are none of the feature's say nothing of it
    shares: Matrix = held / held.sum(axis=1, keepdims=True)
    return shares


def _levels(brief: SegmentBrief, feature: Feature) -> tuple[str, ...]:
    if feature.column == REST:
        return _REST_LEVELS[1:] if brief.is_else else _REST_LEVELS[:1]
    return next((t.levels for t in brief.traits if (t.column, t.of) == feature), feature.of)
