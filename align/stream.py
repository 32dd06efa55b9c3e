"""Turn the texts of documents into one stream of matching characters, each of which leads back to the printed one.

A matching character is a letter, digit or Han character in the form of ``lang.tokens.fold``; white space
and punctuation have none. The number that a unit begins with (（一）, 3.) is one character of its own, so that
（二十） and （十） share nothing.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lang.tokens import HAN, fold

#: Stands between units and before table cells: no passage runs over it.
BREAK = 0
_FIRST_NUMBER = 0x200000  # above all of Unicode: the codes of numbers
_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True)
class Piece:
    """A stretch of a document's text; its first ``number`` characters are the number of the unit it opens.

    With ``is_apart`` no passage runs into it from what stands before: a cell of a table.
    """

    start: int
    end: int
    number: int = 0
    is_apart: bool = False


@dataclass(frozen=True)
class Unit:
    """What a passage stands in: a clause, article, box or loose paragraph, by its pieces in order."""

    id: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Document:
    """A document's text and the units of it that are compared. ``date`` orders documents, unknown ones last."""

    id: str
    text: str
    units: tuple[Unit, ...]
    date: str | None = None


@dataclass(frozen=True, eq=False)
class Folded:
    """A document in matching characters: all of it that is compared, so that its text is not read again.

    ``codes`` and ``offsets`` (into the document's text) go together; ``unit_starts`` are places in them, with one more
    for the end.
    """

    id: str
    date: str | None
    units: tuple[str, ...]
    unit_starts: np.ndarray
    codes: np.ndarray
    offsets: np.ndarray

    @property
    def order(self) -> tuple[str, str]:
        """What documents are ordered by: the oldest first."""
        return self.date or "9999", self.id


@dataclass(frozen=True, eq=False)
class Stream:
    """All documents' matching characters in one row, the oldest document first.

    ``unit_starts`` and ``document_starts`` are places in the row, each with one more for its end.
    """

    documents: Sequence[Folded]
    units: Sequence[tuple[str, str]]  # document id, unit id
    codes: np.ndarray
    unit_starts: np.ndarray
    document_starts: np.ndarray

    @cached_property
    def hashed(self) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """What ``align.atoms`` keeps by length of shingle."""
        return {}

    @cached_property
    def han(self) -> np.ndarray:
        """How many Han characters stand before each place; one more entry than places."""
        return _sum_before(is_han(self.codes))

    @cached_property
    def breaks(self) -> np.ndarray:
        """How many breaks stand before each place; one more entry than places."""
        return _sum_before(self.codes == BREAK)

    def unit_of(self, places: np.ndarray) -> np.ndarray:
        """The number of the unit that each place belongs to."""
        return np.searchsorted(self.unit_starts, places, side="right") - 1

    def document_of(self, places: np.ndarray) -> np.ndarray:
        """The number of the document that each place belongs to."""
        return np.searchsorted(self.document_starts, places, side="right") - 1

    def is_number(self, places: np.ndarray) -> np.ndarray:
        """Whether the number of a unit stands at each place."""
        return self.codes[places] >= _FIRST_NUMBER


def fold_document(document: Document) -> Folded:
    """Return a document in matching characters."""
    of_text = fold_codes(document.text)
    units = [_read_unit(document.text, unit, of_text) for unit in document.units]
    codes, offsets = zip(*units) if units else ((np.zeros(0, np.uint32),), (np.zeros(0, np.int32),))
    starts = np.cumsum([0, *(len(own) for own, _ in units)], dtype=np.int64)
    return Folded(document.id, document.date, tuple(unit.id for unit in document.units), starts, np.concatenate(codes), np.concatenate(offsets))


def join(documents: Sequence[Folded]) -> Stream:
    """Return the stream of some documents, whatever order they come in; of two with one id and date the first comes first."""
    documents = sorted(documents, key=lambda document: document.order)
    starts = np.cumsum([0, *(len(document.codes) for document in documents)], dtype=np.int64)
    unit_starts = [document.unit_starts[:-1] + start for document, start in zip(documents, starts)]
    return Stream(
        documents=documents,
        units=[(document.id, unit) for document in documents for unit in document.units],
        codes=np.concatenate([np.zeros(0, np.uint32), *(document.codes for document in documents)]),
        unit_starts=np.concatenate([*unit_starts, starts[-1:]]),
        document_starts=starts,
    )


def fold_codes(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the matching characters of a text as numbers, and the offset of the character that each came from."""
    printed = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    forms = _forms.of(printed)
    if _SEVERAL in forms:
        return _fold_slowly(text)
    kept = np.flatnonzero(forms)
    return forms[kept], kept.astype(np.int32)


def _read_unit(text: str, unit: Unit, of_text: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    codes, offsets = of_text
    found_codes: list[np.ndarray] = []
    found_offsets: list[np.ndarray] = []

    def add_one(code: int, offset: int) -> None:
        found_codes.append(np.array([code], np.uint32))
        found_offsets.append(np.array([offset], np.int32))

    for place, piece in enumerate(unit.pieces):
        if place == 0 or piece.is_apart:
            add_one(BREAK, piece.start)
        elif piece.number:
            number = re.sub(r"[\W_]", "", fold(text[piece.start : piece.start + piece.number]))
            if number:  # a dash or a bullet is none
                add_one(_number_code(number), piece.start)
        first, last = np.searchsorted(offsets, (piece.start + piece.number, piece.end))
        found_codes.append(codes[first:last])
        found_offsets.append(offsets[first:last])
    add_one(BREAK, unit.pieces[-1].end if unit.pieces else 0)
    return np.concatenate(found_codes), np.concatenate(found_offsets)


def _number_code(number: str) -> int:
    """The same for the same number in any document; two numbers in a billion are taken for one."""
    return _FIRST_NUMBER + zlib.crc32(number.encode()) % (int(_SEVERAL) - _FIRST_NUMBER)


_SEVERAL = np.uint32(0xFFFFFFFF)


class _FormTable:
    """The matching form of each character as a number, looked up when it is first met."""

    def __init__(self) -> None:
        self._forms = np.zeros(0x110000, np.uint32)
        self._is_known = np.zeros(0x110000, bool)

    def of(self, printed: np.ndarray) -> np.ndarray:
        unknown = np.unique(printed[~self._is_known[printed]])
        for code in unknown.tolist():
            form = _match_form(chr(code))
            self._forms[code] = _SEVERAL if len(form) > 1 else ord(form) if form else BREAK
        self._is_known[unknown] = True
        return self._forms[printed]


_forms = _FormTable()


def _match_form(character: str) -> str:
    return "".join(c for c in fold(character) if c.isalnum())


def _fold_slowly(text: str) -> tuple[np.ndarray, np.ndarray]:
    """For a text that holds a character such as ㎡, whose form is two."""
    pairs = [(ord(form), offset) for offset, character in enumerate(text) for form in _match_form(character)]
    codes, offsets = zip(*pairs) if pairs else ((), ())
    return np.array(codes, np.uint32), np.array(offsets, np.int32)


def is_han(codes: np.ndarray) -> np.ndarray:
    """Tell of each matching character whether it is Han."""
    known = np.unique(codes)
    flags = np.array([code < _FIRST_NUMBER and bool(_HAN.match(chr(code))) for code in known.tolist()], dtype=bool)
    return flags[np.searchsorted(known, codes)] if len(known) else np.zeros(0, bool)


def _sum_before(flags: np.ndarray) -> np.ndarray:
    sums = np.zeros(len(flags) + 1, np.int32)
    np.cumsum(flags, out=sums[1:])
    return sums
