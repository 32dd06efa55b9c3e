"""Find counterparts: the provisions of two documents that regulate the same matter.

Documents are looked at two by two, so that the answer for two of them depends on nothing else that
is in the corpus but what words weigh: a new document is compared with the others without comparing
these again. Of every pair of provisions it is asked how alike wording, headings, themes and place
are, and then whether a rival on either side is likelier. What each question counts is learned from
gold made by reading; see docs/comparison.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from align.provisions import PLACE_SCALE, SCALE, Encoded, widen

FEATURES = (
    "words", "bigrams", "contained", "heading", "heading_in", "main_theme", "themes", "heading_words", "place", "unheaded", "meaning",
)  # fmt: skip
RIVALRY = ("score", "row_lead", "column_lead")
MOST_DOCUMENTS = 40  # a document is compared with so many others, the nearest; with all where there are no more
LARGEST_LEAD = 4.0
_NO_RIVAL = -6.0
_WEIGHTS = Path(__file__).with_name("weights.json")
_LARGEST_BLOCK = 1_500_000  # pairs of provisions in memory at once


@dataclass(frozen=True)
class Regression:
    """What each question counts: logistic regression over FEATURES, then over RIVALRY."""

    features: np.ndarray
    intercept: float
    rivalry: np.ndarray
    rivalry_intercept: float

    def score(self, values: Sequence[np.ndarray]) -> np.ndarray:
        """The log odds of pairs, from their FEATURES alone."""
        return self._add(values, self.features, self.intercept)

    def decide(self, values: Sequence[np.ndarray]) -> np.ndarray:
        """The probability of pairs, from RIVALRY."""
        return 1 / (1 + np.exp(-self._add(values, self.rivalry, self.rivalry_intercept)))

    @staticmethod
    def _add(values: Sequence[np.ndarray], weights: np.ndarray, intercept: float) -> np.ndarray:
        total = np.full(values[0].shape, intercept, dtype=np.float32)
        for value, weight in zip(values, weights.tolist()):
            total += np.float32(weight) * value
        return total


@dataclass(frozen=True)
class Model:
    """What is asked for documents whose themes a curator decided, and for a pair of which one has a tagger's."""

    labelled: Regression
    tagged: Regression
    whole: float  # probability from which a pair is a counterpart
    passing: float  # from which one takes up in passing what the other is about; below it there is nothing


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows of two encodings: FEATURES and probability of each."""

    left: np.ndarray
    right: np.ndarray
    values: np.ndarray  # pairs × FEATURES
    probability: np.ndarray


@lru_cache(maxsize=1)
def load_model() -> Model:
    """Return the weights that ship with the program; scripts/evaluate counterparts --learn makes them anew."""
    return read_model(json.loads(_WEIGHTS.read_text(encoding="utf-8")))


def read_model(stored: Mapping) -> Model:
    """Return the model that a mapping of names to weights describes."""
    return Model(
        *(
            Regression(
                np.array([weights["features"][name] for name in FEATURES]),
                weights["intercept"],
                np.array([weights["rivalry"][name] for name in RIVALRY]),
                weights["rivalry_intercept"],
            )
            for weights in (stored["labelled"], stored["tagged"])
        ),
        stored["whole"],
        stored["passing"],
    )


def match(
    left: Encoded, right: Encoded, model: Model | None = None, nearest: Mapping[str, Sequence[str]] | None = None
) -> Iterator[Pairs]:
    """Yield the pairs of provisions of different documents whose probability is at least ``model.passing``.

    Each document of ``left`` is compared with those of ``right`` that are nearest to it (``find_nearest``, when they are
    not given); two that stand in both encodings once.
    """
    model = model or load_model()
    mine, theirs = _rows_of(left), _rows_of(right)
    nearest = find_nearest(left, right) if nearest is None else nearest
    done: set[tuple[str, str]] = set()
    for name, rows in mine.items():
        others = [other for other in nearest[name] if (other, name) not in done]
        done.update((name, other) for other in others)
        yield from match_document(left, rows, right, {other: theirs[other] for other in others}, model)


def find_nearest(left: Encoded, right: Encoded) -> dict[str, list[str]]:
    """Return, by document of ``left``, the other ones of ``right`` that it is compared with, the nearest first."""
    theirs = _rows_of(right)
    starts = [int(rows[0]) for rows in theirs.values()]
    nearest = {}
    for name, rows in _rows_of(left).items():
        near = dict(zip(theirs, measure_nearness(left.meaning[rows], right.meaning, starts).tolist())) if starts else {}
        nearest[name] = choose_nearest(near, [other for other in theirs if other != name])
    return nearest


def match_document(
    left: Encoded, rows: np.ndarray, right: Encoded, others: Mapping[str, np.ndarray], model: Model
) -> Iterator[Pairs]:
    """Yield the pairs of one document, ``rows`` of ``left``, with some others, rows of ``right``."""
    is_labelled = left.provisions[rows[0]].is_labelled
    for weights in (model.labelled, model.tagged):
        group = {
            other: columns
            for other, columns in others.items()
            if (is_labelled and right.provisions[columns[0]].is_labelled) == (weights is model.labelled)
        }
        for block in _blocks(len(rows), group):
            yield _match_block(left, right, rows, block, weights, model.passing)


def _match_block(
    left: Encoded, right: Encoded, rows: np.ndarray, block: Mapping[str, np.ndarray], weights: Regression, passing: float
) -> Pairs:
    """The pairs of one document's rows with those of some others."""
    columns = np.concatenate(list(block.values()))
    values = compare(left, right, rows, columns)
    score = weights.score(values)
    starts = np.cumsum([0, *map(len, block.values())])
    probability = np.hstack([weights.decide(rivalry(score[:, a:b])) for a, b in zip(starts[:-1], starts[1:])])
    i, j = np.nonzero(probability >= passing)
    return Pairs(rows[i], columns[j], np.column_stack([value[i, j] for value in values]), probability[i, j])


def measure_nearness(meaning: np.ndarray, others: np.ndarray, starts: Sequence[int]) -> np.ndarray:
    """Return how near a document is to each other one: the mean over its provisions of how near the nearest of the other's is.

    ``meaning`` and ``others`` are places of provisions, ``starts`` the first row of each other document. Exact: sums of
    whole numbers, divided once.
    """
    sums = np.zeros(len(starts), np.int64)
    for first in range(0, len(meaning), _LARGEST_BLOCK // max(len(others), 1) + 1):
        some = meaning[first : first + _LARGEST_BLOCK // max(len(others), 1) + 1]
        sums += np.maximum.reduceat(some @ others.T, starts, axis=1).astype(np.int64).sum(axis=0)
    return sums / (max(len(meaning), 1) * PLACE_SCALE**2)


def choose_nearest(near: Mapping[str, float], names: Sequence[str]) -> list[str]:
    """Return the MOST_DOCUMENTS of some documents that are nearest, the nearest first."""
    return sorted(names, key=lambda name: (-near[name], name))[:MOST_DOCUMENTS]


def _rows_of(encoded: Encoded) -> dict[str, np.ndarray]:
    """The rows of each document, which stand together."""
    starts = np.flatnonzero(np.append(True, np.diff(encoded.documents) != 0)) if len(encoded.documents) else []
    ends = [*starts[1:], len(encoded.documents)]
    return {encoded.provisions[a].document: np.arange(a, b) for a, b in zip(starts, ends)}


def _blocks(height: int, columns: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """Part documents into blocks that fit into memory; a document is never parted."""
    block: dict[str, np.ndarray] = {}
    for name, rows in columns.items():
        if block and height * (sum(map(len, block.values())) + len(rows)) > _LARGEST_BLOCK:
            yield block
            block = {}
        block[name] = rows
    if block:
        yield block


def compare(left: Encoded, right: Encoded, a: np.ndarray, b: np.ndarray) -> list[np.ndarray]:
    """Return the FEATURES of all pairs of rows ``a`` and ``b``: of each a matrix rows × columns, from 0 to 1."""
    present, other_present = left.present[a], right.present[b]
    in_right = _product(left.heading_present[a], _flag(other_present)) / _positive(left.heading_mass[a])[:, None]
    in_left = _product(_flag(present), right.heading_present[b]) / _positive(right.heading_mass[b])[None, :]
    mass = np.minimum(left.mass[a][:, None], right.mass[b][None, :])
    main = (_product(left.main_theme[a], right.themes[b]) + _product(left.themes[a], right.main_theme[b])) / 2
    both = _product(left.themes[a], right.themes[b])
    either = _count(left.themes[a])[:, None] + _count(right.themes[b])[None, :] - both
    values = [
        _product(left.words[a], right.words[b]) / SCALE**2,
        _product(left.bigrams[a], right.bigrams[b]) / SCALE**2,
        _product(present, _flag(other_present)) / _positive(mass),
        _product(left.headings[a], right.headings[b]) / SCALE**2,
        np.maximum(in_right, in_left),
        main,
        both / _positive(either),
        _product(left.heading_words[a], right.heading_words[b]) / SCALE**2,
        1 - np.abs(left.places[a][:, None] - right.places[b][None, :]),
        left.unheaded[a][:, None] & right.unheaded[b][None, :],
        left.meaning[a] @ right.meaning[b].T / PLACE_SCALE**2,
    ]
    # What counts in no length can bring two texts above one.
    return [np.minimum(value, 1).astype(np.float32) for value in values]


def rivalry(score: np.ndarray) -> list[np.ndarray]:
    """Return RIVALRY of all pairs of two documents: the score, and by how much it leads the best rival on either side."""
    return [score, *(np.clip(score - _best_rival(score, axis), -LARGEST_LEAD, LARGEST_LEAD) for axis in (1, 0))]


def _best_rival(score: np.ndarray, axis: int) -> np.ndarray:
    """For each pair the best score of another one along an axis."""
    if score.shape[axis] < 2:
        return np.full(score.shape, _NO_RIVAL, dtype=score.dtype)
    second, best = (np.take(np.partition(score, (-2, -1), axis=axis), [place], axis=axis) for place in (-2, -1))
    first = np.expand_dims(score.argmax(axis=axis), axis)
    rival = np.broadcast_to(best, score.shape).copy()
    np.put_along_axis(rival, first, second, axis=axis)
    return rival


def _product(a: csr_matrix, b: csr_matrix) -> np.ndarray:
    width = max(a.shape[1], b.shape[1])
    return (widen(a, width) @ widen(b, width).T).toarray()


def _flag(matrix: csr_matrix) -> csr_matrix:
    """Ones where a matrix holds something."""
    return csr_matrix((np.ones_like(matrix.data), matrix.indices, matrix.indptr), shape=matrix.shape)


def _count(themes: csr_matrix) -> np.ndarray:
    return np.asarray(themes.sum(axis=1)).ravel()


def _positive(mass: np.ndarray) -> np.ndarray:
    return np.where(mass > 0, mass, np.float32(1))
