"""Encode provisions for comparison: the words, bigrams and headings they are weighed by.

What a word or a bigram weighs is the same at build and when a draft is checked: it is read from
the tables ``words`` and ``bigrams``, never learned from the draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from lang.tokens import index_tokens


@dataclass(frozen=True)
class Provision:
    """What is compared of a clause, an article, a box or a loose paragraph.

    ``heading`` is its own, or its part's where it has none; ``part`` the heading of what it stands
    in; ``place`` where in its document it begins, from 0 to 1; ``themes`` with the main one first;
    ``is_labelled`` when a curator decided on the themes of its document.
    """

    id: str
    document: str
    heading: str
    text: str
    part: str = ""
    place: float = 0.5
    themes: tuple[str, ...] = ()
    is_labelled: bool = False


@dataclass(frozen=True)
class Weights:
    """What words and bigrams weigh, and where words lie in the space of meaning (a row of ``vectors`` each)."""

    words: Mapping[str, tuple[int, float]]  # word -> (number, inverse document frequency)
    bigrams: Mapping[str, tuple[int, float]]
    vectors: np.ndarray
    themes: Mapping[str, int]
    cut: Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Encoded:
    """Provisions as rows of matrices, each row of unit length; ``documents`` numbers each row's document."""

    provisions: Sequence[Provision]
    documents: np.ndarray
    words: csr_matrix
    bigrams: csr_matrix
    headings: csr_matrix
    present: csr_matrix  # root of the weight of each bigram that stands in text or heading: a product of rows adds weights
    mass: np.ndarray  # the weights of a row of ``present``
    heading_present: csr_matrix
    heading_mass: np.ndarray
    heading_words: csr_matrix
    unheaded: np.ndarray  # whether it has no heading and stands in no part: the words before the first one
    meaning: np.ndarray
    places: np.ndarray
    themes: csr_matrix  # 1 for each theme
    main_theme: csr_matrix


def encode(provisions: Sequence[Provision], weights: Weights) -> Encoded:
    """Encode provisions, in the order given."""
    numbers: dict[str, int] = {}
    documents = np.array([numbers.setdefault(p.document, len(numbers)) for p in provisions], dtype=np.int32)
    words = _counted((weights.cut(f"{p.heading}\n{p.text}") for p in provisions), weights.words, len(provisions))
    texts = [_bigrams(f"{p.heading}\n{p.text}") for p in provisions]
    headings = [_bigrams(p.heading) for p in provisions]
    bigrams = _counted(texts, weights.bigrams, len(provisions))
    heads = _counted(headings, weights.bigrams, len(provisions))
    present, heading_present = _present(texts, weights.bigrams), _present(headings, weights.bigrams)
    meaning = np.asarray(words @ weights.vectors, dtype=np.float32)
    norms = np.linalg.norm(meaning, axis=1, keepdims=True)
    return Encoded(
        provisions=provisions,
        documents=documents,
        words=words,
        bigrams=bigrams,
        headings=heads,
        present=present,
        mass=_mass(present),
        heading_present=heading_present,
        heading_mass=_mass(heading_present),
        heading_words=_counted((weights.cut(p.heading) for p in provisions), weights.words, len(provisions)),
        unheaded=np.array([not p.heading and not p.part for p in provisions], dtype=bool),
        meaning=meaning / np.where(norms, norms, 1.0),
        places=np.array([p.place for p in provisions], dtype=np.float32),
        themes=_flags([p.themes for p in provisions], weights.themes),
        main_theme=_flags([p.themes[:1] for p in provisions], weights.themes),
    )


def _bigrams(text: str) -> list[str]:
    """The bigrams of a text; a lone character says nothing by itself."""
    return [token for token in index_tokens(text) if len(token) > 1]


def _counted(texts: Iterable[Sequence[str]], known: Mapping[str, tuple[int, float]], rows: int) -> csr_matrix:
    """Sublinear TF-IDF, each row brought to unit length."""
    data, columns, starts = [], [], [0]
    for tokens in texts:
        counts: dict[int, int] = {}
        rarity: dict[int, float] = {}
        for token in tokens:
            entry = known.get(token)
            if entry:
                counts[entry[0]] = counts.get(entry[0], 0) + 1
                rarity[entry[0]] = entry[1]
        columns += sorted(counts)
        data += [(1 + log(counts[c])) * rarity[c] for c in sorted(counts)]
        starts.append(len(columns))
    matrix = csr_matrix((np.array(data, dtype=np.float32), columns, starts), shape=(rows, max(len(known), 1)))
    return normalize(matrix, copy=False) if rows else matrix


def _present(texts: Sequence[Sequence[str]], known: Mapping[str, tuple[int, float]]) -> csr_matrix:
    """The root of the weight of each bigram that a text holds, once."""
    data, columns, starts = [], [], [0]
    for tokens in texts:
        held = dict(known[token] for token in tokens if token in known)
        columns += sorted(held)
        data += [held[c] ** 0.5 for c in sorted(held)]
        starts.append(len(columns))
    return csr_matrix((np.array(data, dtype=np.float32), columns, starts), shape=(len(texts), max(len(known), 1)))


def _mass(present: csr_matrix) -> np.ndarray:
    return np.asarray(present.multiply(present).sum(axis=1)).ravel()


def _flags(themes: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> csr_matrix:
    """A row of ones for the themes of each provision."""
    rows = [row for row, some in enumerate(themes) for _ in some]
    columns = [numbers[theme] for some in themes for theme in some]
    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(themes), max(len(numbers), 1)))
