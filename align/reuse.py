"""Print the passages that documents share, word for word or nearly, and name them.

They are found in a ``Stream``: shared shingles (``align.atoms``) become matches between two units, exact ones joined over
small gaps (``align.matches``), and these passages with all their places, set beside the oldest (``align.families``).
``shared_share`` answers the small question for texts at hand.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from align.atoms import SHINGLE, order_numbers
from align.families import Passage
from align.stream import Stream, fold_codes, is_han

LEAST_LENGTH = 12  # matching characters of a passage that is stored


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


def print_passages(stream: Stream, passages: Sequence[Passage], read_offsets: Callable[[int], np.ndarray]) -> list[Family]:
    """Return passages of a stream with their places as printed; ``read_offsets`` gives those of a document by its number."""
    spans = [span for passage in passages for span in _spans_of(passage)]
    starts, ends = (np.array(side, np.int64) for side in zip(*spans)) if spans else (np.zeros(0, np.int64),) * 2
    printed = zip(stream.unit_of(starts).tolist(), *_print_spans(stream, starts, ends, read_offsets))
    families = []
    for passage in passages:
        unit, start, end = next(printed)
        source = Place(*stream.units[unit], start, end, passage.end - passage.start)
        members = []
        for f in passage.found:
            (unit, start, end), (_, source_start, source_end) = next(printed), next(printed)
            members.append(Member(*stream.units[unit], start, end, f.other_end - f.other_start, source_start, source_end, f.identical))
        families.append(Family(source, tuple(members)))
    return families


def name_passages(stream: Stream, passages: Sequence[Passage]) -> list[str]:
    """Return an id for each passage: of its source's document and words, so that it stays while these do.

    What a document says twice, in passages of their own, has a number for each time.
    """
    texts: dict[int, bytes] = {}
    ids = []
    for passage, document in zip(passages, stream.document_of(np.array([p.start for p in passages], np.int64)).tolist()):
        first, last = stream.document_starts[document : document + 2].tolist()
        text = texts.setdefault(document, stream.codes[first:last].tobytes())
        start, end = 4 * (passage.start - first), 4 * (passage.end - first)
        words = text[start:end]
        named = f"{stream.documents[document].id} {_count_before(text, words, start)} ".encode() + words
        ids.append(base64.b32encode(hashlib.blake2b(named, digest_size=10).digest()).decode().lower())
    return ids


def _count_before(text: bytes, words: bytes, until: int) -> int:
    """How often words, four bytes a character, stand before a place."""
    count, place = 0, text.find(words, 0)
    while place < until:
        count += place % 4 == 0
        place = text.find(words, place + 1)
    return count


def _spans_of(passage: Passage) -> Iterator[tuple[int, int]]:
    yield passage.start, passage.end
    for found in passage.found:
        yield found.other_start, found.other_end
        yield found.start, found.end


def _print_spans(
    stream: Stream, starts: np.ndarray, ends: np.ndarray, read_offsets: Callable[[int], np.ndarray]
) -> tuple[list[int], list[int]]:
    documents = stream.document_of(starts)
    printed_starts, printed_ends = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    order = order_numbers(documents)
    for own in np.split(order, np.flatnonzero(np.diff(documents[order])) + 1) if len(order) else ():
        document = int(documents[own[0]])
        offsets, first = read_offsets(document), stream.document_starts[document]
        printed_starts[own] = offsets[starts[own] - first]
        # A passage never ends with a number, which is longer than one printed character.
        printed_ends[own] = offsets[ends[own] - first - 1] + 1
    return printed_starts.tolist(), printed_ends.tolist()


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
