"""Say what became of the units of a text in a later version of it: the same, moved, changed, removed, added."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from scipy.sparse import csr_matrix

from lang.tokens import fold

SAME, MOVED, CHANGED, REMOVED, ADDED = "same", "moved", "changed", "removed", "added"

LEAST_LIKE = 0.5  # share of bigrams from which words are another wording of the same
LEAST_LIKE_IN_PLACE = 0.3  # where number and surroundings are the same too
CLEARLY = 0.08  # ahead of the next best
_AT_ONCE = 256  # texts whose likeness to all others is in memory
LEAST_VOTES = 0.5  # share of a unit's words that must have gone into one other unit


@dataclass(frozen=True)
class Passage:
    """A unit of a version: its place in the tree, and its own words without its number (see ``own_words``)."""

    eid: str
    kind: str
    parent: str | None
    words: str


@dataclass(frozen=True)
class Succession:
    """What a unit became: ``old`` is None for one that was added, ``new`` for one that was removed."""

    old: str | None
    new: str | None
    change: str


def own_words(own: str, number: str | None) -> str:
    """Return what is compared of a unit's own characters: without its number and white space, in matching form.

    A number is the unit's place, not its words: （十四） that becomes （十五） has only moved.
    """
    words = "".join(fold(own).split())
    mark = "".join(fold(number or "").split())
    return words.removeprefix(mark)


def succeed(old: Sequence[Passage], new: Sequence[Passage]) -> list[Succession]:
    """Return what became of each unit, in the order of the new text; each unit is in one succession.

    Removed units stand after the one that they stood after. ``moved``: the same words under another eid;
    ``changed``: the same unit in other words, wherever it stands. Same words are matched first, in order, then
    anywhere; then what holds the same units; then the most similar words, where these are clearly so.
    """
    matcher = _Matcher(old, new)
    matcher.match_same_words()
    matcher.match_holders()
    matcher.match_similar()
    matcher.match_holders()
    matcher.match_places()
    return lay_out(old, new, {old[a].eid: new[b].eid for a, b in matcher.to_new.items()})


def lay_out(old: Sequence[Passage], new: Sequence[Passage], pairs: Mapping[str, str]) -> list[Succession]:
    """Return the successions of units that are paired by eid, in the order of the new text."""
    words_of = {unit.eid: unit.words for unit in new}
    removed: dict[str | None, list[Succession]] = defaultdict(list)
    kept: dict[str, Succession] = {}
    after: str | None = None  # the nearest unit before that is still there, by its new eid
    for unit in old:
        became = pairs.get(unit.eid)
        if became is None:
            removed[after].append(Succession(unit.eid, None, REMOVED))
        else:
            after = became
            change = CHANGED if unit.words != words_of[became] else SAME if unit.eid == became else MOVED
            kept[became] = Succession(unit.eid, became, change)
    laid = list(removed[None])
    for unit in new:
        laid += [kept.get(unit.eid) or Succession(None, unit.eid, ADDED), *removed[unit.eid]]
    return laid


def likeness(words: str, other: str) -> float:
    """Return the share of bigrams that two texts have in common: 1.0 for the same, 0.0 for nothing."""
    return _dice(_bigrams(words), _bigrams(other))


class _Matcher:
    def __init__(self, old: Sequence[Passage], new: Sequence[Passage]) -> None:
        self.old, self.new = list(old), list(new)
        self.place_of_old = {unit.eid: place for place, unit in enumerate(old)}
        self.place_of_new = {unit.eid: place for place, unit in enumerate(new)}
        self.to_new: dict[int, int] = {}
        self.to_old: dict[int, int] = {}

    def join(self, a: int, b: int) -> None:
        self.to_new[a], self.to_old[b] = b, a

    def left_old(self) -> list[int]:
        return [a for a in range(len(self.old)) if a not in self.to_new]

    def left_new(self) -> list[int]:
        return [b for b in range(len(self.new)) if b not in self.to_old]

    def match_same_words(self) -> None:
        """Join units with the same words: those that keep their order, then the same eid, then the only ones, then in order."""
        mine = [(unit.kind, unit.words) if unit.words else ("", unit.eid) for unit in self.old]
        theirs = [(unit.kind, unit.words) if unit.words else ("", unit.eid) for unit in self.new]
        for block in SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks():
            for step in range(block.size):
                # What has no words of its own is known by what it holds, not by its number.
                if self.old[block.a + step].words:
                    self.join(block.a + step, block.b + step)
        waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
        for b in self.left_new():
            if self.new[b].words:
                waiting[theirs[b]].append(b)
        for a in sorted(self.left_old(), key=lambda a: self.old[a].eid not in self.place_of_new):
            candidates = waiting.get(mine[a])
            if candidates:
                b = next((b for b in candidates if self.new[b].eid == self.old[a].eid), candidates[0])
                candidates.remove(b)
                self.join(a, b)

    def match_holders(self) -> None:
        """Join units whose parts went, for the most, into one unit: innermost first."""
        holds = self._children()
        for a in reversed(self.left_old()):
            votes: Counter[int] = Counter()
            weight = 0
            for child in holds.get(a, ()):
                size = 1 + len(self.old[child].words)
                weight += size
                b = self.to_new.get(child)
                parent = self.place_of_new.get(self.new[b].parent or "") if b is not None else None
                if parent is not None and parent not in self.to_old and self.new[parent].kind == self.old[a].kind:
                    votes[parent] += size
            if votes:
                b, count = votes.most_common(1)[0]
                if count >= LEAST_VOTES * weight:
                    self.join(a, b)

    def match_similar(self) -> None:
        """Join units with the most similar words of their kind, where no other is nearly as similar."""
        mine, theirs = self.left_old(), self.left_new()
        scores: dict[tuple[int, int], float] = {}
        rivals_of_old: dict[int, list[int]] = defaultdict(list)
        rivals_of_new: dict[int, list[int]] = defaultdict(list)
        for one, other, score in _find_alike([self.old[a].words for a in mine], [self.new[b].words for b in theirs]):
            a, b = mine[one], theirs[other]
            if self.old[a].kind == self.new[b].kind:
                scores[a, b] = score + self._nearness(a, b)
                rivals_of_old[a].append(b)
                rivals_of_new[b].append(a)
        for (a, b), score in sorted(scores.items(), key=lambda found: (-found[1], found[0])):
            if a in self.to_new or b in self.to_old:
                continue
            rivals = [scores[a, other] for other in rivals_of_old[a] if other != b and other not in self.to_old]
            rivals += [scores[other, b] for other in rivals_of_new[b] if other != a and other not in self.to_new]
            if all(score - rival >= CLEARLY for rival in rivals):
                self.join(a, b)

    def match_places(self) -> None:
        """Join what stands at the same place of units that are joined, if its words are at least somewhat alike."""
        for a in self.left_old():
            unit = self.old[a]
            b = self.place_of_new.get(unit.eid)
            for b in [b] if b is not None and b not in self.to_old else []:
                if self.new[b].kind == unit.kind and self._parents_joined(a, b):
                    if likeness(unit.words, self.new[b].words) >= LEAST_LIKE_IN_PLACE or not unit.words and not self.new[b].words:
                        self.join(a, b)

    def _children(self) -> dict[int, list[int]]:
        held: dict[int, list[int]] = defaultdict(list)
        for a, unit in enumerate(self.old):
            if unit.parent is not None:
                held[self.place_of_old[unit.parent]].append(a)
        return held

    def _nearness(self, a: int, b: int) -> float:
        return (0.1 if self._parents_joined(a, b) else 0.0) + (0.05 if self.old[a].eid == self.new[b].eid else 0.0)

    def _parents_joined(self, a: int, b: int) -> bool:
        mine, theirs = self.old[a].parent, self.new[b].parent
        if mine is None or theirs is None:
            return mine is theirs
        return self.to_new.get(self.place_of_old[mine]) == self.place_of_new[theirs]


def _find_alike(texts: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Yield each text with each other that is LEAST_LIKE it at least, by their places, and how much (see ``likeness``).

    Of thousands of texts each pair would take minutes: what all have in common is counted at once.
    """
    numbers: dict[tuple[str, int], int] = {}
    (mine, sizes), (theirs, other_sizes) = (_number_bigrams(some, numbers) for some in (texts, others))
    shape = max(len(numbers), 1)
    columns = csr_matrix((np.ones(len(theirs[1]), np.int32), theirs[1], theirs[0]), (len(others), shape)).T.tocsr()
    for first in range(0, len(texts), _AT_ONCE):
        starts = mine[0][first : first + _AT_ONCE + 1]
        kept = mine[1][starts[0] : starts[-1]]
        common = (csr_matrix((np.ones(len(kept), np.int32), kept, starts - starts[0]), (len(starts) - 1, shape)) @ columns).tocoo()
        whole = sizes[first + common.row] + other_sizes[common.col]
        shares = 2 * common.data / whole
        is_alike = shares >= LEAST_LIKE
        yield from zip((first + common.row[is_alike]).tolist(), common.col[is_alike].tolist(), shares[is_alike].tolist())


def _number_bigrams(texts: Sequence[str], numbers: dict[tuple[str, int], int]) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray]:
    """Return the bigrams of texts as numbers, with where each text's begin, and how many it has; what comes twice has two."""
    found: list[int] = []
    starts = [0]
    for text in texts:
        found += [numbers.setdefault((gram, time), len(numbers)) for gram, count in _bigrams(text).items() for time in range(count)]
        starts.append(len(found))
    return (np.array(starts), np.array(found, np.int32)), np.diff(starts)


def _bigrams(words: str) -> Counter[str]:
    return Counter(words[place : place + 2] for place in range(max(len(words) - 1, 1))) if words else Counter()


def _dice(own: Counter[str], other: Counter[str]) -> float:
    size = own.total() + other.total()
    if not own or not other:
        return 0.0
    small, large = (own, other) if len(own) < len(other) else (other, own)
    return 2 * sum(min(count, large[gram]) for gram, count in small.items()) / size


def passages(rows: Iterable[dict], text: str) -> list[Passage]:
    """Return the rows of a version's provisions (``eid, kind, parent_id, number, start, own_end``) as passages.

    ``text`` is the version's reading text.
    """
    rows = list(rows)
    eids = {row["id"]: row["eid"] for row in rows}
    return [
        Passage(row["eid"], row["kind"], eids.get(row["parent_id"]), own_words(text[row["start"] : row["own_end"]], row["number"]))
        for row in rows
    ]
