"""Gather matches into passages, each with all its places, and after a change repair only those that it reaches.

Spans that are nearly the same stretch of a unit are one place. Places that matches link, or that read the same, hang
together over however many steps, and what becomes of them hangs on nothing else. All in places of the stream.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from align.matches import Match
from align.stream import Stream

SAME_SPAN = 0.8  # two stretches of a unit that overlap by this share of both together are one place

Span = tuple[int, int]


class Found(NamedTuple):
    """Another place of a passage (``other_start``, ``other_end``), and the part of the source that it is equal to."""

    other_start: int
    other_end: int
    start: int
    end: int
    identical: float


class Passage(NamedTuple):
    """The place of a passage in the oldest document, and its others in the order of the stream."""

    start: int
    end: int
    found: tuple[Found, ...]


_Links = dict[Span, dict[Span, Match]]  # by the older place


def gather_passages(stream: Stream, matches: Sequence[Match]) -> list[Passage]:
    """Return the passages of all matches, in the order of their sources.

    Each pair of places that match directly stands in a passage; where wording stands in more places than
    ``align.matches`` pairs, each is set beside the oldest and the one before it, so that time and size grow with
    the texts and not with their pairs.
    """
    place_of = _place_all(matches)
    return _make_all(stream, _link((match, place_of[match[2:4]], place_of[match[4:6]]) for match in matches))


class Repaired(NamedTuple):
    """What is no more and what stands in its stead: passages, each in the order of their sources, and places of units."""

    gone: list[Passage]
    come: list[Passage]
    gone_places: set[Span]
    come_places: set[Span]


def repair_passages(
    stream: Stream,
    units: Iterable[int],
    before: Callable[[int], Iterable[Match]],
    after: Callable[[int], Iterable[Match]],
    find_alike: Callable[[int], Iterable[Span]],
) -> Repaired:
    """Return what becomes of passages where the matches of ``units`` are others; ``before`` and ``after`` give a unit's.

    ``find_alike`` gives the places, as they were before, whose words have a hash (see ``hash_words``). Some passages of
    those that are gone may come again as they were.
    """
    units = set(units)
    old = _Graph(before)
    new = _Graph(after, units, old)
    of_units = [{place for unit in units for place in graph.read(unit).places} for graph in (old, new)]
    come_alike: dict[int, list[Span]] = defaultdict(list)
    for place in of_units[1]:
        come_alike[hash_words(stream, place)].append(place)
    waiting = [(unit, place) for unit in units for place in _differing(old.read(unit).places, new.read(unit).places)]
    reached, known_words = set(waiting), set()
    while waiting:
        unit, place = waiting.pop()
        # A link that is no more has ends that differ, which are here from the first: links of now are enough.
        found = set(new.neighbours(unit, place))
        words = hash_words(stream, place)
        if words not in known_words:
            known_words.add(words)
            alike = [*find_alike(words), *come_alike.get(words, ())]
            found.update(zip(stream.unit_of(np.array([start for start, _ in alike], np.int64)).tolist(), alike))
        found -= reached
        reached |= found
        waiting += found
    gone, come = (_make_all(stream, graph.link(reached)) for graph in (old, new))
    return Repaired(gone, come, of_units[0] - of_units[1], of_units[1] - of_units[0])


def find_places(matches: Iterable[Match]) -> list[Span]:
    """Return the places of all matches, in order."""
    return sorted(set(_place_all(matches).values()))


def hash_words(stream: Stream, place: Span) -> int:
    """Return a hash of the words of a place, a signed number of 64 bits."""
    digest = hashlib.blake2b(stream.codes[place[0] : place[1]].tobytes(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def _differing(one: Mapping[Span, set[Match]], other: Mapping[Span, set[Match]]) -> Iterator[Span]:
    return (place for place in one.keys() | other.keys() if one.get(place) != other.get(place))


class _Unit(NamedTuple):
    """The places of a unit with their matches, and by span of a match the place that it is."""

    places: dict[Span, set[Match]]
    place_of: dict[Span, Span]


class _Graph:
    """Places and the matches that link them, read a unit at a time: but for ``own`` units what another graph has."""

    def __init__(self, read: Callable[[int], Iterable[Match]], own: Collection[int] = (), other: _Graph | None = None) -> None:
        self._read, self._own, self._other = read, own, other
        self._units: dict[int, _Unit] = {}

    def read(self, unit: int) -> _Unit:
        if self._other is not None and unit not in self._own:
            return self._other.read(unit)
        if unit not in self._units:
            matches = list(self._read(unit))
            spans = [m[2:4] if m.unit == unit else m[4:6] for m in matches]
            place_of = _place(set(spans))
            places: dict[Span, set[Match]] = defaultdict(set)
            for match, span in zip(matches, spans):
                places[place_of[span]].add(match)
            self._units[unit] = _Unit(dict(places), place_of)
        return self._units[unit]

    def neighbours(self, unit: int, place: Span) -> Iterator[tuple[int, Span]]:
        """Yield the places that a place is linked to, with their units; none for a place that is not there."""
        for match in self.read(unit).places.get(place, ()):
            other, span = (match.other_unit, match[4:6]) if match.unit == unit else (match.unit, match[2:4])
            yield other, self.read(other).place_of[span]

    def link(self, places: Iterable[tuple[int, Span]]) -> _Links:
        """Return the links of places that are linked to no others."""
        matches = sorted({match for unit, place in places for match in self.read(unit).places.get(place, ())})
        return _link((m, self.read(m.unit).place_of[m[2:4]], self.read(m.other_unit).place_of[m[4:6]]) for m in matches)


def _place_all(matches: Iterable[Match]) -> dict[Span, Span]:
    spans: dict[int, set[Span]] = defaultdict(set)
    for match in matches:
        spans[match.unit].add(match[2:4])
        spans[match.other_unit].add(match[4:6])
    return {span: place for own in spans.values() for span, place in _place(own).items()}


def _place(spans: Iterable[Span]) -> dict[Span, Span]:
    """Return by span the place that it is: spans of a unit that are nearly the same stretch are one."""
    place_of: dict[Span, Span] = {}
    open_: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        open_ = [place for place in open_ if place[1] > span[0]]
        same = next((place for place in open_ if _overlap(place, span) >= SAME_SPAN), None)
        if same is None:
            same = span
            open_.append(same)
        place_of[span] = same
    return place_of


def _overlap(one: Span, other: Span) -> float:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common / (max(one[1], other[1]) - min(one[0], other[0]))


def _link(matches: Iterable[tuple[Match, Span, Span]]) -> _Links:
    """Return the best match of each two places, of equally good ones the first; matches come with the places they link."""
    linked: _Links = defaultdict(dict)
    for match, older, younger in matches:
        known = linked[older].get(younger)
        if known is None or (match.same, -match.length) > (known.same, -known.length):
            linked[older][younger] = match
    return linked


def _make_all(stream: Stream, linked: _Links) -> list[Passage]:
    return sorted(passage for sources in _part(stream, linked) for passage in _make(stream, {source: linked[source] for source in sources}))


def _part(stream: Stream, linked: _Links) -> Iterator[list[Span]]:
    """Part the older places into those that hang together."""
    parent: dict[Span, Span] = {}
    alike: dict[bytes, Span] = {}

    def find(place: Span) -> Span:
        while (above := parent.setdefault(place, place)) != place:
            parent[place] = place = parent[above]
        return place

    for source, links in linked.items():
        for other in (*links, alike.setdefault(stream.codes[source[0] : source[1]].tobytes(), source)):
            parent[find(other)] = find(source)
    parts: dict[Span, list[Span]] = defaultdict(list)
    for source in linked:
        parts[find(source)].append(source)
    yield from parts.values()


def _make(stream: Stream, linked: _Links) -> Iterator[Passage]:
    """Make the passages of places that hang together."""
    gathered: list[tuple[int, int, list[Found]]] = []  # start and end of the source; the others
    passages_of: dict[Span, set[int]] = defaultdict(set)
    known_words: dict[bytes, int] = {}
    for source in sorted(linked):
        # What is in a passage with the source already was set beside what is older than both.
        new = sorted(place for place in linked[source] if not passages_of[source] & passages_of[place])
        if not new:
            continue
        start, end = source
        found = [Found(m.other_start, m.other_end, m.start, m.end, m.identical) for m in (linked[source][place] for place in new)]
        number = known_words.setdefault(stream.codes[start:end].tobytes(), len(gathered))
        if number < len(gathered) and all(start <= f.start and f.end <= end for f in found):
            # The oldest document, or a later one, says the same once more: no passage of its own.
            shift = gathered[number][0] - start
            found = [f._replace(start=f.start + shift, end=f.end + shift) for f in found]
            found = [f for f, place in zip(found, new) if number not in passages_of[place]]
            if number not in passages_of[source]:
                found.append(Found(start, end, start + shift, end + shift, 1.0))
            gathered[number][2].extend(found)
        else:
            number = len(gathered)
            gathered.append((start, end, found))
        for place in (source, *new):
            passages_of[place].add(number)
    for start, end, found in gathered:
        yield Passage(start, end, tuple(sorted(found)))
