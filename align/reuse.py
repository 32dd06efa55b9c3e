"""Find the passages that documents share, word for word or nearly: texts in, families of passages out.

``find_families`` works on a ``Stream``: shared shingles (``align.atoms``) become matches between two units, exact
ones joined over small gaps (``align.matches``), and these families: a passage and all its other places, set beside
the oldest. ``shared_share`` answers the small question for texts at hand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from align.atoms import SHINGLE, Atoms, find_atoms
from align.matches import Match, find_matches
from align.stream import Stream, fold_codes, is_han

LEAST_LENGTH = 12  # matching characters of a passage that is stored
SAME_SPAN = 0.8  # two stretches of a unit that overlap by this share of both together are one place


class Place(NamedTuple):
    """A stretch of a unit: half-open offsets into the document's text, and its length in matching characters."""

    document: str
    unit: str
    start: int
    end: int
    length: int


class Member(NamedTuple):
    """A place of a family, and the part of the source's place (``source_start``, ``source_end``) it was found equal to.

    It may be of the source's document, where that says the same twice.

    ``start`` and ``end`` are exactly what was compared. ``identical`` is the share of matching characters that stand
    in both alike and in order, of the longer of the two; 1.0 is verbatim.
    """

    document: str
    unit: str
    start: int
    end: int
    length: int
    source_start: int
    source_end: int
    identical: float

    @property
    def is_verbatim(self) -> bool:
        return self.identical == 1.0


class Family(NamedTuple):
    """A passage: the place in the oldest document, and the others set beside it."""

    source: Place
    members: tuple[Member, ...]

    @property
    def documents(self) -> int:
        """How many documents it stands in."""
        return len({self.source.document, *(member.document for member in self.members)})


def find_families(stream: Stream, atoms: Atoms | None = None, least: int = LEAST_LENGTH) -> list[Family]:
    """Return the passages of at least ``least`` matching characters that documents share, in the order of their sources.

    Each pair of places that match directly stands in a family; where a passage stands in more places than
    ``align.matches`` pairs, each is set beside the oldest and the one before it, so that time and size grow with
    the texts and not with their pairs.
    """
    matches = find_matches(stream, atoms or find_atoms(stream), least)
    places, sides = _gather_places(matches)
    linked: dict[int, dict[int, Match]] = defaultdict(dict)
    for match, (older, younger) in zip(matches, sides):
        known = linked[older].get(younger)
        if known is None or (match.same, -match.length) > (known.same, -known.length):
            linked[older][younger] = match
    gathered: list[tuple[int, int, int, list[_Found]]] = []  # unit, start and end of the source; the others
    families_of: dict[int, set[int]] = defaultdict(set)
    known_words: dict[bytes, int] = {}
    for source in sorted(linked, key=lambda n: places[n]):
        # What is in a family with the source already was set beside what is older than both.
        new = sorted((n for n in linked[source] if not families_of[source] & families_of[n]), key=lambda n: places[n])
        if not new:
            continue
        start, end = places[source]
        found = [_Found(m.start, m.end, m.other_unit, m.other_start, m.other_end, m.identical) for m in (linked[source][n] for n in new)]
        unit = linked[source][new[0]].unit
        number = known_words.setdefault(stream.codes[start:end].tobytes(), len(gathered))
        if number < len(gathered) and all(start <= f.start and f.end <= end for f in found):
            # The oldest document, or a later one, says the same once more: no passage of its own.
            shift = gathered[number][1] - start
            found = [f._replace(start=f.start + shift, end=f.end + shift) for f in found]
            found = [f for f, n in zip(found, new) if number not in families_of[n]]
            if number not in families_of[source]:
                found.append(_Found(start + shift, end + shift, unit, start, end, 1.0))
            gathered[number][3].extend(found)
        else:
            number = len(gathered)
            gathered.append((unit, start, end, found))
        for place in (source, *new):
            families_of[place].add(number)
    return _make_families(stream, gathered)


Span = tuple[int, int]


class _Found(NamedTuple):
    """A member in places of the stream: the part of the source that it is equal to, and where it stands itself."""

    start: int
    end: int
    other_unit: int
    other_start: int
    other_end: int
    identical: float


def _gather_places(matches: Sequence[Match]) -> tuple[list[Span], list[tuple[int, int]]]:
    """Bring spans that are nearly the same stretch to one place; return places and, by match, the two it joins."""
    spans: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for match in matches:
        spans[match.unit].add((match.start, match.end))
        spans[match.other_unit].add((match.other_start, match.other_end))
    places: list[tuple[int, int]] = []
    number_of: dict[tuple[int, int], int] = {}
    for unit in sorted(spans):
        open_: list[int] = []
        for start, end in sorted(spans[unit], key=lambda span: (span[0], -span[1])):
            open_ = [n for n in open_ if places[n][1] > start]
            same = next((n for n in open_ if _overlap(places[n], (start, end)) >= SAME_SPAN), None)
            if same is None:
                same = len(places)
                places.append((start, end))
                open_.append(same)
            number_of[start, end] = same
    sides = [(number_of[m.start, m.end], number_of[m.other_start, m.other_end]) for m in matches]
    return places, sides


def _overlap(one: Span, other: Span) -> float:
    common = min(one[1], other[1]) - max(one[0], other[0])
    return common / (max(one[1], other[1]) - min(one[0], other[0]))


def _make_families(stream: Stream, gathered: Sequence[tuple[int, int, int, list[_Found]]]) -> list[Family]:
    spans = [span for _, start, end, found in gathered for span in ((start, end), *_spans_of(found))]
    # A passage never ends with a number, which is longer than one printed character.
    starts, ends = (np.array(side, np.int64) for side in zip(*spans)) if spans else (np.zeros(0, np.int64),) * 2
    printed = zip(stream.offsets[starts].tolist(), (stream.offsets[ends - 1] + 1).tolist())
    families = []
    for unit, start, end, found in gathered:
        source = Place(*stream.units[unit], *next(printed), end - start)
        members = tuple(
            Member(*stream.units[f.other_unit], *next(printed), f.other_end - f.other_start, *next(printed), f.identical)
            for f in _in_order(found)
        )
        families.append(Family(source, members))
    return families


def _spans_of(found: Sequence[_Found]) -> Iterator[Span]:
    for f in _in_order(found):
        yield f.other_start, f.other_end
        yield f.start, f.end


def _in_order(found: Sequence[_Found]) -> list[_Found]:
    return sorted(found, key=lambda f: (f.other_start, f.other_end))


def shared_share(text: str, others: Sequence[str], least: int = SHINGLE) -> float:
    """Return the share of a text's Han characters that lie in passages of ``least`` characters which others share.

    Exact after folding, white space and punctuation left out; 0.0 where the text has no Han character.
    """
    own = _shingles.__wrapped__(text, least)  # it may be of a draft, of which nothing is kept
    shared: set[bytes] = set()
    for other in others:
        shared |= own & _shingles(other, least)
    return _covered_share(text, shared, least)


def shared_shares(texts: Sequence[str], groups: Sequence[str], least: int = SHINGLE) -> list[float]:
    """Return for each text the share of its Han characters that texts of other groups share, as ``shared_share``.

    All at once, in time that grows with the texts and not with their pairs: ``groups[i]`` is the document of
    ``texts[i]``.
    """
    group_of: dict[bytes, str | None] = {}  # None: of more than one
    for text, group in zip(texts, groups):
        for shingle in _shingles(text, least):
            group_of[shingle] = group if group_of.get(shingle, group) == group else None
    shared = {shingle for shingle, group in group_of.items() if group is None}
    return [_covered_share(text, shared & _shingles(text, least), least) for text in texts]


def _covered_share(text: str, shared: set[bytes], least: int) -> float:
    codes, _ = fold_codes(text)
    counted = is_han(codes)
    whole = int(counted.sum())
    if not shared or not whole:
        return 0.0
    raw = codes.tobytes()
    covered = np.zeros(len(codes), bool)
    for start in range(len(codes) - least + 1):
        if raw[4 * start : 4 * (start + least)] in shared:
            covered[start : start + least] = True
    return int(counted[covered].sum()) / whole


@lru_cache(maxsize=2048)
def _shingles(text: str, least: int) -> frozenset[bytes]:
    raw = fold_codes(text)[0].tobytes()
    return frozenset(raw[4 * start : 4 * (start + least)] for start in range(len(raw) // 4 - least + 1))
