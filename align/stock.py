"""Find stock phrases (套话): wording that stands in nearly all documents and is not the vocabulary of their subject."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from align.atoms import hash_shingles, mark_places, number_shared_shingles
from align.stream import Stream, fold_codes

LEAST_LENGTH = 6  # Han characters that are no terms
LONGEST = 40  # a longer phrase is found in pieces that overlap
LEAST_SHARE, LEAST_GROUPS = 0.8, 3
SAME_TEXT = 0.5  # of two documents that share half of one's characters the wording counts once
#: Stretches of so many characters that come again so often in each document are its subject: 职业技能, 人力资源.
TERM_LENGTH, TERM_TIMES = 4, 3.0


@dataclass(frozen=True)
class Phrase:
    """A stock phrase in its matching form, in how many documents it stands, and how often in all."""

    text: str
    documents: int
    total: int


def find_stock_phrases(stream: Stream, groups: Sequence[int], terms: Iterable[str] = ()) -> list[Phrase]:
    """Return the phrases that stand in nearly all groups of documents, in the order of their words.

    ``groups`` numbers the group of each document of the stream (see ``group_copies``). A phrase that never stands but
    in a longer one is left out, and so is one with fewer than LEAST_LENGTH Han characters that are neither in one of
    the ``terms`` nor come again and again in each document: 公共实训基地 stands in all plans for training and is what
    they are about. None where there are too few groups to tell what is common from what two of them share.
    """
    groups = np.asarray(groups, dtype=np.int64)
    count = len(set(groups.tolist()))
    least = max(LEAST_GROUPS, ceil(LEAST_SHARE * count - 1e-9))
    if count < least:
        return []
    numbers = number_shared_shingles(stream, LEAST_LENGTH, least)  # as many groups are at least as many documents
    places = np.flatnonzero(numbers)
    numbers = numbers[places].astype(np.int64)
    is_kept = _count_groups(stream, places, numbers, groups)[numbers] >= least
    places, numbers = places[is_kept], numbers[is_kept]
    subject = _mark_subject(stream, places)
    is_term = _make_pattern(terms)
    found: list[Phrase] = []
    for length in range(LEAST_LENGTH, LONGEST + 1):
        if not len(places):
            break
        longer, longer_numbers, is_inside = _lengthen(stream, places, numbers, least, groups)
        if length == LONGEST:
            is_inside[:] = False
        for number, start in zip(*_first_of_each(numbers[~is_inside], places[~is_inside])):
            words = _read_words(stream, start, length)
            if words is None or _count_own(words, subject[start : start + length], is_term) < LEAST_LENGTH:
                continue
            where = places[numbers == number]
            found.append(Phrase(words, len(set(stream.document_of(where).tolist())), len(where)))
        places, numbers = longer, longer_numbers
    return sorted(found, key=lambda phrase: phrase.text)


def group_copies(documents: Sequence[str], copies: Iterable[tuple[str, str]]) -> list[int]:
    """Return the group of each document: those of which one is mostly another's text, as ``copies`` tells, are of one.

    A document that was issued again, or copied whole, must not make its own wording common.
    """
    number = {document: place for place, document in enumerate(documents)}
    group = list(range(len(documents)))

    def find(place: int) -> int:
        while group[place] != place:
            place = group[place]
        return place

    for own, other in copies:
        one, two = sorted((find(number[own]), find(number[other])))
        group[two] = one
    return [find(place) for place in range(len(documents))]


Index = Mapping[str, Sequence[str]]


def index_phrases(phrases: Iterable[str]) -> Index:
    """Return phrases by their first characters, the longest first: what ``find_spans`` looks them up in."""
    index: dict[str, list[str]] = defaultdict(list)
    for phrase in sorted(phrases, key=lambda p: (-len(p), p)):
        index[phrase[:LEAST_LENGTH]].append(phrase)
    return dict(index)


def find_spans(text: str, index: Index) -> list[tuple[int, int]]:
    """Return the spans of a text that stock phrases cover, merged and sorted; white space and punctuation do not count."""
    codes, offsets = fold_codes(text)
    folded = "".join(map(chr, codes.tolist()))
    spans: list[tuple[int, int]] = []
    for place in range(len(folded) - LEAST_LENGTH + 1):
        phrase = next((p for p in index.get(folded[place : place + LEAST_LENGTH], ()) if folded.startswith(p, place)), None)
        if phrase is None:
            continue
        start, end = int(offsets[place]), int(offsets[place + len(phrase) - 1]) + 1
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        else:
            spans.append((start, end))
    return spans


def _lengthen(
    stream: Stream, places: np.ndarray, numbers: np.ndarray, least: int, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return places and numbers of the phrases one longer that enough groups hold, and which of ``places`` lie in one."""
    pairs = np.flatnonzero(places[1:] == places[:-1] + 1)
    is_inside = np.zeros(len(places), bool)
    if not len(pairs):
        return places[pairs], numbers[pairs], is_inside
    # Two phrases of one length that stand one character apart are one phrase: no hash is needed.
    _, ids = np.unique(numbers[pairs] * (int(numbers.max()) + 1) + numbers[pairs + 1], return_inverse=True)
    is_kept = _count_groups(stream, places[pairs], ids, groups)[ids] >= least
    pairs, ids = pairs[is_kept], ids[is_kept]
    is_inside[pairs] = True
    is_inside[pairs + 1] = True
    return places[pairs], ids, is_inside


def _first_of_each(numbers: np.ndarray, places: np.ndarray) -> tuple[list[int], list[int]]:
    known, firsts = np.unique(numbers, return_index=True)
    return known.tolist(), places[firsts].tolist()


def _read_words(stream: Stream, start: int, length: int) -> str | None:
    """Return a phrase's characters; None where it holds a number, be it of an item, a year or an amount."""
    if stream.han[start + length] - stream.han[start] < length:
        return None
    return "".join(map(chr, stream.codes[start : start + length].tolist()))


def _count_own(words: str, subject: np.ndarray, is_term: re.Pattern[str] | None) -> int:
    is_own = ~subject
    for match in is_term.finditer(words) if is_term else ():
        is_own[match.start() : match.end()] = False
    return int(is_own.sum())


def _make_pattern(terms: Iterable[str]) -> re.Pattern[str] | None:
    folded = {"".join(map(chr, fold_codes(term)[0].tolist())) for term in terms}
    folded = {term for term in folded if len(term) > 1}
    return re.compile("|".join(sorted(map(re.escape, folded), key=lambda t: (-len(t), t)))) if folded else None


def _count_groups(stream: Stream, places: np.ndarray, numbers: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Return by number in how many groups of documents its places lie."""
    count = int(groups.max()) + 1
    return np.bincount(np.unique(numbers * count + groups[stream.document_of(places)]) // count)


def _mark_subject(stream: Stream, phrases: np.ndarray) -> np.ndarray:
    """Return which places lie in a stretch of TERM_LENGTH that comes again TERM_TIMES in each document that has it.

    Only what stands within the shortest ``phrases`` (by their places) is looked at.
    """
    hashes, _ = hash_shingles(stream, TERM_LENGTH)
    inside = mark_places(len(stream.codes), phrases, phrases + LEAST_LENGTH - TERM_LENGTH + 1)
    # A filter that lets all through that may stand in a phrase, and few others.
    is_wanted = np.zeros(1 << 24, bool)
    is_wanted[hashes[inside] & np.uint64(len(is_wanted) - 1)] = True
    numbers = number_shared_shingles(stream, TERM_LENGTH, least=1, among=is_wanted[hashes & np.uint64(len(is_wanted) - 1)])
    places = np.flatnonzero(numbers)
    numbers = numbers[places].astype(np.int64)
    documents = _count_groups(stream, places, numbers, np.arange(len(stream.documents)))
    recurs = places[np.bincount(numbers)[numbers] >= TERM_TIMES * documents[numbers]]
    return mark_places(len(stream.codes), recurs, recurs + TERM_LENGTH)
