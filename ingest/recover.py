"""Recover what an address that is gone has become: the same words, else the same place, else the same opening."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import isqrt
from typing import Any

from align.succeed import likeness
from ingest.published import Entry

OPENING = 24  # characters of an entry's first words
LEAST_HELD = 0.5  # share of an address's words that what it names now must still hold
LEAST_WITHIN = 0.9  # share of its words that a larger unit must hold to stand for it
LEAST_LIKE = 0.75  # of openings, where the reading text itself has changed
CLEARLY = 0.1
LEAST_RIVAL = 0.6  # what is less alike is no rival of what is alike

Row = dict[str, Any]


def open_with(text: str) -> str:
    """Return the first words of a unit, as a list of addresses keeps them."""
    return " ".join(text.split())[:OPENING].strip()


def open_alike(entry: Entry, row: Row) -> float:
    """Return how alike the first words of an entry and of a unit are, from 0 to 1."""
    return likeness(_solid(entry.opening), _opening(row))


class Recovery:
    """The units of a version, in the order of the text, by what a lost address is looked for: a version may lose all it had."""

    def __init__(self, rows: Sequence[Row], noise: Iterable[tuple[int, int]]) -> None:
        self.rows = sorted(rows, key=lambda row: row["start"])
        self.noise = sorted(noise)  # spans apart from each other
        self.starts = [row["start"] for row in self.rows]
        self.by_words: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            self.by_words[row["sha256"][:16]].append(row)

    def find(self, entry: Entry, is_same_text: bool) -> Row | None:
        """Return the row of what an entry has become, None where that can't be told.

        ``is_same_text``: places in the entry are places in this version's reading text.
        """
        same = self.by_words.get(entry.sha256, [])
        if is_same_text and entry.start is not None:
            return _nearest(entry, same) if same else self._find_place(entry)
        if len(same) == 1:
            return same[0]
        return self._only_of_kind.get((entry.sha256, entry.kind)) if same else self._find_opening(entry)

    @cached_property
    def _only_of_kind(self) -> Mapping[tuple[str, str], Row | None]:
        """By words and kind the unit that has them, None where several have."""
        found: dict[tuple[str, str], Row | None] = {}
        for row in self.rows:
            key = (row["sha256"][:16], row["kind"])
            found[key] = None if key in found else row
        return found

    def _find_place(self, entry: Entry) -> Row | None:
        """Return the unit that stands where an entry's words stand: about the same ones, else the smallest that holds them."""
        kept = self._without_noise(entry.start, entry.end)
        if kept < LEAST_HELD * (entry.end - entry.start):
            return None  # its words are noise now: who decided that has to say so
        holders = [(_shared(entry, row), row["end"] - row["start"], row) for row in self._around(entry) if row["eid"] != entry.eid]
        alike = [
            (held / (max(entry.end, row["end"]) - min(entry.start, row["start"])), row["kind"] == entry.kind, -row["seq"], row)
            for held, _, row in holders
            if held > 0
        ]
        best = max(alike, key=lambda found: found[:3], default=None)
        if best and best[0] >= LEAST_HELD:
            return best[3]
        within = [(size, row["seq"], row) for held, size, row in holders if held >= LEAST_WITHIN * (entry.end - entry.start)]
        return min(within, key=lambda found: found[:2])[2] if within else None

    def _around(self, entry: Entry) -> Iterator[Row]:
        """Yield the units that share characters with an entry: those that begin in it, and what reaches into it from before."""
        if entry.end <= entry.start:
            yield from self.rows
            return
        first = bisect_left(self.starts, entry.start)
        yield from self.rows[first : bisect_left(self.starts, entry.end)]
        for block, reach in enumerate(self._reaches[: first // self._block + 1]):
            if reach > entry.start:
                yield from (row for row in self.rows[block * self._block : min((block + 1) * self._block, first)] if row["end"] > entry.start)

    @cached_property
    def _block(self) -> int:
        return isqrt(len(self.rows)) + 1

    @cached_property
    def _reaches(self) -> list[int]:
        """How far the units of each block reach: most hold nothing of what stands behind them."""
        return [max(row["end"] for row in self.rows[at : at + self._block]) for at in range(0, len(self.rows), self._block)]

    def _without_noise(self, start: int, end: int) -> int:
        near = self.noise[max(bisect_left(self.noise, (start,)) - 1, 0) : bisect_left(self.noise, (end,))]
        return end - start - sum(max(0, min(end, b) - max(start, a)) for a, b in near)

    def _find_opening(self, entry: Entry) -> Row | None:
        """Return the unit whose first words are clearly the most alike."""
        grams = _grams(_solid(entry.opening))
        shared: Counter[int] = Counter()
        for gram in grams:
            shared.update(self._opening_with.get(gram, ()))
        ranked = sorted(
            (2 * count / (len(grams) + self._sizes[at]), self.rows[at]["kind"] == entry.kind, -self.rows[at]["seq"], at)
            for at, count in shared.items()
            if 2 * count > LEAST_RIVAL * (len(grams) + self._sizes[at]) and self.rows[at]["eid"] != entry.eid
        )
        if not ranked or ranked[-1][0] < LEAST_LIKE:
            return None
        best = ranked[-1]
        is_rivalled = any(one[1] == best[1] and best[0] - one[0] < CLEARLY for one in ranked[:-1])
        return None if is_rivalled else self.rows[best[3]]

    @cached_property
    def _sizes(self) -> list[int]:
        return [len(_grams(_opening(row))) for row in self.rows]

    @cached_property
    def _opening_with(self) -> Mapping[tuple[str, int], list[int]]:
        """By pair of characters the units that begin with words that have it."""
        found: dict[tuple[str, int], list[int]] = defaultdict(list)
        for at, row in enumerate(self.rows):
            for gram in _grams(_opening(row)):
                found[gram].append(at)
        return found


def _nearest(entry: Entry, rows: Sequence[Row]) -> Row:
    """The nearest of units in the order of the text, of two that are equally near the one of the same kind."""
    start, end = entry.start or 0, entry.end or 0
    at = bisect_left(rows, start, key=lambda row: row["start"])
    best: tuple[int, bool, int, int] | None = None
    for places in (range(at, len(rows)), range(at - 1, -1, -1)):
        for place in places:
            row = rows[place]
            if best is not None and abs(row["start"] - start) > best[0]:
                break
            found = (abs(row["start"] - start) + abs(row["end"] - end), row["kind"] != entry.kind, row["seq"], place)
            best = found if best is None else min(best, found)
    return rows[best[3] if best else 0]


def _shared(entry: Entry, row: Row) -> int:
    return max(0, min(entry.end, row["end"]) - max(entry.start, row["start"]))


def _opening(row: Row) -> str:
    return _solid(" ".join(row["text"].split())[:OPENING])


def _solid(words: str) -> str:
    return "".join(words.split())


def _grams(words: str) -> list[tuple[str, int]]:
    """Pairs of neighbouring characters, each with how often it stood before: what two lists share is what the words share."""
    seen: Counter[str] = Counter()
    grams = []
    for place in range(max(len(words) - 1, 1) if words else 0):
        gram = words[place : place + 2]
        grams.append((gram, seen[gram]))
        seen[gram] += 1
    return grams
