"""Set the sentences of several texts beside each other: which say the same, in whatever order they stand.

Sentences are likened by their overlapping bigrams; one that is rare among the compared sentences, and in the corpus,
counts more. Rows grow from the likest pair on: a row takes a sentence of another column when it is alike to those that
the row has already, and a second one of the same column when the two together are what a third column says in one.
The order of the texts is a weak hint only: provinces copy measures and shuffle them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import chain
from math import log

import numpy as np
from scipy.sparse import csr_matrix

from align.sentences import Span
from lang.tokens import index_tokens

#: From 0 to 1: how alike two sentences are that open a row, and on the average those of a row.
LEAST_ALIKE, LEAST_AVERAGE = 0.16, 0.09
#: Fewer bigrams in common open a row only between sentences that are much alike: 营造良好氛围 and 创造良好市场环境 are not.
LEAST_COMMON, MUCH_ALIKE = 3, 0.4
#: What a sentence that has the other's words within more of its own counts for, against mutual likeness.
CONTAINED = 0.25
#: A sentence of fewer bigrams can be within another by chance: 做好组织实施 is in many.
LONG_ENOUGH = 12
#: What it adds when two sentences stand at the same place of their columns.
SAME_PLACE = 0.04
#: A further sentence of a column joins a row when that much of it, and that much more of the other, is covered by it.
LEAST_COVERED, LEAST_GAIN = 0.34, 0.16
#: A row with more sentences of one column is no pair of sentences any more.
MOST_IN_CELL = 4

Weigh = Callable[[str], float]


@dataclass(frozen=True)
class Row:
    """A row: the numbers of its sentences, column by column, counted from 0; empty where a column has none."""

    cells: tuple[tuple[int, ...], ...]

    @property
    def is_alone(self) -> bool:
        return sum(bool(cell) for cell in self.cells) < 2


@dataclass(frozen=True)
class Alignment:
    """Rows in the order in which they are read; ``sentences`` are the spans of each column's sentences."""

    sentences: tuple[tuple[Span, ...], ...]
    rows: tuple[Row, ...]

    @cached_property
    def moved(self) -> tuple[frozenset[int], ...]:
        """Of each column the sentences that stand against its own order, as few as possible."""
        orders = [[n for row in self.rows for n in row.cells[column]] for column in range(len(self.sentences))]
        return tuple(frozenset(order) - frozenset(_longest_rise(order)) for order in orders)


def align_columns(
    texts: Sequence[str],
    sentences: Sequence[Sequence[Span]],
    weigh: Weigh | None = None,
    titled: Sequence[bool] | None = None,
) -> Alignment:
    """Align the sentences of columns; every sentence stands in exactly one row.

    ``weigh`` gives the weight of a bigram in the corpus (its idf, 1 for an ordinary one); without it only the compared
    texts tell how much a bigram says. ``titled`` says of which columns the first sentence is the title of the whole:
    titles stand in one row, since the reader has chosen what to compare. Rows follow the first column; see
    ``_order`` for what it lacks.
    """
    spans = tuple(tuple(column) for column in sentences)
    units = [_Unit(column, n) for column, listed in enumerate(spans) for n in range(len(listed))]
    tokens = [_features(texts[unit.column][slice(*spans[unit.column][unit.n])]) for unit in units]
    likeness = _Likeness(units, tokens, [len(listed) for listed in spans], weigh)
    titles = [number for number, unit in enumerate(units) if unit.n == 0 and titled and titled[unit.column]]
    clusters = _pair(units, likeness, titles)
    clusters = _join_split(clusters, units, likeness)
    rows = [_row(cluster, units, len(spans)) for cluster in clusters]
    return Alignment(spans, tuple(_join_alone(_order(rows, spans))))


@dataclass(frozen=True)
class _Unit:
    column: int
    n: int


def _features(sentence: str) -> frozenset[str]:
    """The bigrams of a sentence; figures do not tell sentences apart that set different ones for the same thing."""
    tokens = index_tokens(sentence)
    return frozenset(token for token in tokens if len(token) > 1 and not token[0].isdigit()) or frozenset(tokens)


@dataclass
class _Likeness:
    """How alike any two sentences are, and how much of one others cover."""

    units: list[_Unit]
    tokens: list[frozenset[str]]
    lengths: list[int]
    weigh: Weigh | None
    weights: dict[str, float] = field(init=False)
    scores: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        found = Counter(chain.from_iterable(self.tokens))
        many = len(self.units)
        self.weights = {
            token: log((many + 1) / count) * (self.weigh(token) if self.weigh else 1.0) for token, count in found.items()
        }
        self.scores = self._score()

    def weight(self, tokens: Iterable[str]) -> float:
        return sum(map(self.weights.__getitem__, tokens))

    def _score(self) -> np.ndarray:
        """Pairs of sentences by pairs, 0 within a column."""
        many = len(self.units)
        if not many:
            return np.zeros((0, 0))
        numbers = {token: number for number, token in enumerate(self.weights)}
        rows = [row for row, tokens in enumerate(self.tokens) for _ in tokens]
        columns = [numbers[token] for tokens in self.tokens for token in tokens]
        roots = np.sqrt(np.array(list(self.weights.values()) or [0.0]))
        matrix = csr_matrix((roots[columns], (rows, columns)), shape=(many, max(len(numbers), 1)))
        shared = (matrix @ matrix.T).toarray()
        own = np.maximum(shared.diagonal(), 1e-9)
        mutual = shared / np.sqrt(np.outer(own, own))
        sizes = np.array([len(tokens) for tokens in self.tokens])
        contained = shared / np.minimum.outer(own, own) * np.minimum(np.minimum.outer(sizes, sizes) / LONG_ENOUGH, 1.0)
        place = np.array([unit.n / max(self.lengths[unit.column] - 1, 1) for unit in self.units])
        near = 1 - np.abs(np.subtract.outer(place, place))
        scores = (1 - CONTAINED) * mutual + CONTAINED * contained
        common = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=matrix.shape)
        few = ((common @ common.T).toarray() < LEAST_COMMON) & (scores < MUCH_ALIKE)
        scores = np.where(few, np.minimum(scores, LEAST_AVERAGE), scores)
        scores = scores + SAME_PLACE * near * (scores > LEAST_AVERAGE)
        column = np.array([unit.column for unit in self.units])
        return np.where(np.equal.outer(column, column), 0.0, scores)


Cluster = dict[int, list[int]]  # by column, the numbers of units


def _pair(units: list[_Unit], likeness: _Likeness, titles: list[int]) -> list[Cluster]:
    """Rows of at most one sentence a column, the likest pairs first; the titles have theirs."""
    scores = likeness.scores.copy()
    scores[titles, :] = scores[:, titles] = 0.0
    first, second = np.nonzero(np.triu(scores >= LEAST_ALIKE, 1)) if len(units) else ((), ())
    pairs = sorted(zip(first, second), key=lambda pair: (-scores[pair], pair))
    clusters: dict[int, Cluster] = {number: {unit.column: [number]} for number, unit in enumerate(units)}
    home = list(range(len(units)))
    for one, other in pairs:
        a, b = home[one], home[other]
        if a == b or clusters[a].keys() & clusters[b].keys():
            continue
        left, right = [m for ms in clusters[a].values() for m in ms], [m for ms in clusters[b].values() for m in ms]
        if scores[np.ix_(left, right)].mean() < LEAST_AVERAGE:
            continue
        clusters[a].update(clusters.pop(b))
        for member in right:
            home[member] = a
    for number in titles[1:]:
        clusters[titles[0]].update(clusters.pop(number))
    return list(clusters.values())


def _join_split(clusters: list[Cluster], units: list[_Unit], likeness: _Likeness) -> list[Cluster]:
    """Join the rows over which one column spreads what another says in one sentence, the best join first."""
    rows = dict(enumerate(clusters))
    home = {units[m]: number for number, cluster in rows.items() for ms in cluster.values() for m in ms}
    changes = dict.fromkeys(rows, 0)
    waiting: list[tuple[float, int, int, int, int]] = []

    def neighbours(number: int) -> set[int]:
        """The rows that hold a sentence before or after one of a row's."""
        places = (_Unit(column, units[m].n + step) for column, ms in rows[number].items() for m in ms for step in (-1, 1))
        return {home[place] for place in places if place in home} - {number}

    def consider(keep: int, give: int) -> None:
        gain = _gain(rows[keep], rows[give], units, likeness)
        if gain:
            heappush(waiting, (-gain, keep, give, changes[keep], changes[give]))

    for give in rows:
        for keep in neighbours(give):
            consider(keep, give)
    while waiting:
        _, keep, give, *seen = heappop(waiting)
        if keep not in rows or give not in rows or seen != [changes[keep], changes[give]]:
            continue
        for column, members in rows.pop(give).items():
            rows[keep][column] = sorted(rows[keep].get(column, []) + members)
            home.update((units[m], keep) for m in members)
        changes[keep] += 1
        for other in neighbours(keep):
            consider(keep, other)
            consider(other, keep)
    return list(rows.values())


def _gain(kept: Cluster, given: Cluster, units: list[_Unit], likeness: _Likeness) -> float:
    """How much more of a sentence is covered when another row joins; 0 when the join is not warranted."""
    if len(kept) < 2 or len(given) > len(kept):
        return 0.0
    common = kept.keys() & given.keys()
    for column in common:
        numbers = sorted(units[m].n for m in kept[column] + given[column])
        if numbers[-1] - numbers[0] != len(numbers) - 1 or len(numbers) > MOST_IN_CELL:
            return 0.0
    best = 0.0
    for column in common:
        has = frozenset().union(*(likeness.tokens[m] for m in kept[column]))
        adds = frozenset().union(*(likeness.tokens[m] for m in given[column]))
        for other in kept.keys() - given.keys():
            for target in kept[other]:
                whole = likeness.tokens[target]
                gain = likeness.weight((whole & adds) - has) / max(likeness.weight(whole), 1e-9)
                covered = likeness.weight(adds & whole) / max(likeness.weight(adds), 1e-9)
                if gain >= LEAST_GAIN and covered >= LEAST_COVERED:
                    best = max(best, gain)
    return best


def _row(cluster: Cluster, units: list[_Unit], columns: int) -> Row:
    return Row(tuple(tuple(sorted(units[m].n for m in cluster.get(column, []))) for column in range(columns)))


def _order(rows: list[Row], spans: Sequence[Sequence[Span]]) -> list[Row]:
    """Order rows by the first column; what it lacks comes before the row of the next sentence of its own column.

    Where that row stands before the sentence's predecessor, the sentence follows the predecessor; where there is none,
    it comes at the end: what is aligned stays together, and no column's own passage stands in its way.
    """
    home = {(column, n): row for row in rows for column, cell in enumerate(row.cells) for n in cell}
    ordered: list[Row] = []
    placed: set[int] = set()
    for column, listed in enumerate(spans):
        for n in range(len(listed)):
            row = home[column, n]
            if id(row) in placed:
                continue
            places = {id(other): place for place, other in enumerate(ordered)}
            before = places[id(home[column, n - 1])] + 1 if n else 0
            after = next((places[id(home[column, m])] for m in range(n + 1, len(listed)) if id(home[column, m]) in placed), len(ordered))
            ordered.insert(max(before, after), row)
            placed.add(id(row))
    return ordered


def _join_alone(rows: list[Row]) -> list[Row]:
    """Join neighbouring rows of one and the same column: a passage without counterpart is read in one."""
    joined: list[Row] = []
    for row in rows:
        last = joined[-1] if joined else None
        if last and row.is_alone and last.is_alone:
            column = next((c for c, cell in enumerate(row.cells) if cell), 0)
            if last.cells[column] and last.cells[column][-1] + 1 == row.cells[column][0]:
                joined[-1] = Row(tuple(a + b for a, b in zip(last.cells, row.cells)))
                continue
        joined.append(row)
    return joined


def _longest_rise(order: Sequence[int]) -> list[int]:
    """The longest subsequence that rises; of several the one whose last numbers are smallest."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for position, number in enumerate(order):
        place = bisect_left(tails, number)
        before.append(ends[place - 1] if place else None)
        if place == len(tails):
            tails.append(number)
            ends.append(position)
        else:
            tails[place], ends[place] = number, position
    rise: list[int] = []
    position = ends[-1] if ends else None
    while position is not None:
        rise.append(order[position])
        position = before[position]
    return rise[::-1]
