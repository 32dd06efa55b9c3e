"""Encode provisions for comparison: the words, bigrams and headings they are weighed by.

What a word or a bigram weighs is the same at build and when a draft is checked: it is read from
the tables ``words`` and ``bigrams``, never learned from the draft. Weights are whole numbers, so that
sums of products are exact whatever is summed first: two documents get the same scores alone and among
thousands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from math import log

import numpy as np
from scipy.sparse import csr_matrix, vstack

from lang.tokens import index_tokens

#: Scales to whole numbers. Places are multiplied in single precision, which holds these exactly up to 2 ** 24.
SCALE, RARITY_SCALE, PLACE_SCALE = 1 << 16, 1 << 10, 127

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


class Rarities:
    """What bigrams weigh, and their numbers, given as they are met.

    One that ``known`` lacks weighs as the rarest, and only where two texts share it: what no other text holds (a name of
    a place) makes none less like the others. A frozen one gives no new numbers: what only a draft holds is shared by
    nothing, and nothing of it is kept.
    """

    def __init__(self, known: Mapping[str, float], rarest: float) -> None:
        self.known, self.rarest, self.is_frozen = known, rarest, False
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def get(self, token: str) -> tuple[int | None, float, bool]:
        """Return a bigram's number, weight, and whether it counts in the length of a text that holds it."""
        number = self._numbers.get(token)
        if number is None and not self.is_frozen:
            number = self._numbers[token] = len(self._numbers)
        return number, self.known.get(token, self.rarest), token in self.known


@dataclass(frozen=True)
class Weights:
    """What words and bigrams weigh, and where words lie in the space of meaning (a row of ``vectors`` each)."""

    words: Mapping[str, tuple[int, float]]  # word -> (number, inverse document frequency)
    bigrams: Rarities
    vectors: np.ndarray
    themes: Mapping[str, int]
    cut: Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Encoded:
    """Provisions as rows of matrices of whole numbers; ``documents`` numbers each row's document.

    Rows of ``words``, ``bigrams``, ``headings`` and ``heading_words`` have the length SCALE, those of ``meaning``
    PLACE_SCALE; ``present`` and ``heading_present`` hold what each bigram weighs that stands in text or heading.
    """

    provisions: Sequence[Provision]
    documents: np.ndarray
    words: csr_matrix
    bigrams: csr_matrix
    headings: csr_matrix
    present: csr_matrix
    mass: np.ndarray  # the weights of a row of ``present`` that count in its length
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
    words = [weights.cut(f"{p.heading}\n{p.text}") for p in provisions]
    texts = [_bigrams(f"{p.heading}\n{p.text}") for p in provisions]
    headings = [_bigrams(p.heading) for p in provisions]
    present, mass = _present(texts, weights.bigrams)
    heading_present, heading_mass = _present(headings, weights.bigrams)
    return Encoded(
        provisions=provisions,
        documents=documents,
        words=_count_words(words, weights),
        bigrams=_counted(texts, weights.bigrams.get, len(weights.bigrams)),
        headings=_counted(headings, weights.bigrams.get, len(weights.bigrams)),
        present=present,
        mass=mass,
        heading_present=heading_present,
        heading_mass=heading_mass,
        heading_words=_count_words([weights.cut(p.heading) for p in provisions], weights),
        unheaded=np.array([not p.heading and not p.part for p in provisions], dtype=bool),
        meaning=find_places(words, weights),
        places=np.array([p.place for p in provisions], dtype=np.float32),
        themes=_flags([p.themes for p in provisions], weights.themes),
        main_theme=_flags([p.themes[:1] for p in provisions], weights.themes),
    )


def find_places(words: Sequence[Sequence[str]], weights: Weights) -> np.ndarray:
    """Return where texts lie in the space of meaning, from their words: a row of whole numbers of length PLACE_SCALE each."""
    meaning = np.asarray(_count_words(words, weights) @ weights.vectors.astype(np.float64))
    norms = np.linalg.norm(meaning, axis=1, keepdims=True)
    return np.rint(PLACE_SCALE * meaning / np.where(norms, norms, 1.0)).astype(np.float32)


def stack(parts: Sequence[Encoded]) -> Encoded:
    """Put encodings of one set of weights together, in their order; rows of one document stand together."""
    if len(parts) == 1:
        return parts[0]
    firsts = np.cumsum([0, *(int(part.documents.max(initial=-1)) + 1 for part in parts)])
    joined = {}
    for each in fields(Encoded):
        values = [getattr(part, each.name) for part in parts]
        if each.name == "provisions":
            joined[each.name] = [p for some in values for p in some]
        elif each.name == "documents":
            joined[each.name] = np.concatenate([some + first for some, first in zip(values, firsts)])
        elif isinstance(values[0], np.ndarray):
            joined[each.name] = np.concatenate(values)
        else:
            width = max(matrix.shape[1] for matrix in values)
            joined[each.name] = vstack([widen(matrix, width) for matrix in values], format="csr")
    return Encoded(**joined)


def widen(matrix: csr_matrix, width: int) -> csr_matrix:
    """Return a matrix with so many columns: those that were numbered later hold nothing in it."""
    if matrix.shape[1] == width:
        return matrix
    return csr_matrix((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width))


def _bigrams(text: str) -> list[str]:
    """The bigrams of a text; a lone character says nothing by itself."""
    return [token for token in index_tokens(text) if len(token) > 1]


def _count_words(texts: Sequence[Sequence[str]], weights: Weights) -> csr_matrix:
    """Sublinear TF-IDF of the words that are known."""
    known = weights.words
    return _counted([[word for word in words if word in known] for words in texts], lambda word: (*known[word], True), len(known))


def _counted(texts: Sequence[Sequence[str]], weigh: Callable[[str], tuple[int | None, float, bool]], width: int) -> csr_matrix:
    """Sublinear TF-IDF; each row has the length SCALE, but for what does not count in it."""
    data, columns, starts = [], [], [0]
    for tokens in texts:
        row: dict[int, float] = {}
        square = rest = 0.0
        for token, count in sorted(Counter(tokens).items()):
            number, rarity, counts = weigh(token)
            weight = (1 + log(count)) * rarity
            square, rest = square + weight * weight * counts, rest + weight * weight
            if number is not None:
                row[number] = weight
        length = (square or rest) ** 0.5
        columns += sorted(row)
        data += [round(row[column] * SCALE / length) for column in sorted(row)]
        starts.append(len(columns))
    return csr_matrix((np.array(data, dtype=np.float64), columns, starts), shape=(len(texts), max(width, 1)))


def _present(texts: Sequence[Sequence[str]], rarities: Rarities) -> tuple[csr_matrix, np.ndarray]:
    """The weight of each bigram that a text holds, once, and the sum of each row."""
    data, columns, starts, masses = [], [], [0], []
    for tokens in texts:
        held = [(number, round(rarity * RARITY_SCALE), counts) for number, rarity, counts in map(rarities.get, set(tokens))]
        masses.append(sum(weight for _, weight, counts in held if counts) or sum(weight for _, weight, _ in held))
        kept = sorted((number, weight) for number, weight, _ in held if number is not None)
        columns += [number for number, _ in kept]
        data += [weight for _, weight in kept]
        starts.append(len(columns))
    matrix = csr_matrix((np.array(data, dtype=np.float64), columns, starts), shape=(len(texts), max(len(rarities), 1)))
    return matrix, np.array(masses, dtype=np.float64)


def _flags(themes: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> csr_matrix:
    """A row of ones for the themes of each provision."""
    rows = [row for row, some in enumerate(themes) for _ in some]
    columns = [numbers[theme] for some in themes for theme in some]
    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(themes), max(len(numbers), 1)))
