"""Read documents in matching characters: from their provisions when they are new, else as they were kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import sqlite_utils

from align.stream import Document, Folded, Piece, Unit, fold_document
from ingest.index import CONTAINER_KINDS

_CODES, _OFFSETS, _STARTS = np.dtype("<u4"), np.dtype("<i4"), np.dtype("<i8")


@dataclass(frozen=True)
class Kept:
    """A document with its number, and the fingerprint of the files that it was read from. ``folded`` may lack its offsets."""

    number: int
    fingerprint: str
    folded: Folded

    def is_as(self, other: Kept) -> bool:
        """Whether another reading of the document gave the same."""
        one, two = self.folded, other.folded
        return (self.number, one.order, one.units) == (other.number, two.order, two.units) and all(
            np.array_equal(a, b) for a, b in ((one.unit_starts, two.unit_starts), (one.codes, two.codes), (one.offsets, two.offsets))
        )


def load_kept(db: sqlite_utils.Database) -> dict[str, Kept]:
    """Return the documents that shared wording was found in last, by id; without offsets, which few of them need."""
    return {row[0]: _read_kept(*row, b"") for row in db.execute("select document_id, number, fingerprint, date, units, starts, codes from reuse_texts")}


def load_whole(db: sqlite_utils.Database, document_id: str) -> Kept:
    """Return a document that was kept, with its offsets."""
    sql = "select document_id, number, fingerprint, date, units, starts, codes, offsets from reuse_texts where document_id = ?"
    return _read_kept(*db.execute(sql, [document_id]).fetchone())


def load_offsets(db: sqlite_utils.Database, document_id: str) -> np.ndarray:
    """Return the offsets of a document that was kept."""
    (offsets,) = db.execute("select offsets from reuse_texts where document_id = ?", [document_id]).fetchone()
    return np.frombuffer(offsets, _OFFSETS)


def _read_kept(
    document_id: str, number: int, fingerprint: str, date: str | None, units: str, starts: bytes, codes: bytes, offsets: bytes
) -> Kept:
    arrays = (np.frombuffer(raw, kind) for raw, kind in ((starts, _STARTS), (codes, _CODES), (offsets, _OFFSETS)))
    return Kept(number, fingerprint, Folded(document_id, date, tuple(json.loads(units)), *arrays))


def row_of(kept: Kept) -> dict[str, object]:
    """Return a document as a row of ``reuse_texts``."""
    folded = kept.folded
    return {
        "document_id": folded.id, "number": kept.number, "fingerprint": kept.fingerprint, "date": folded.date,
        "units": json.dumps(folded.units, ensure_ascii=False), "starts": folded.unit_starts.astype(_STARTS).tobytes(),
        "codes": folded.codes.astype(_CODES).tobytes(), "offsets": folded.offsets.astype(_OFFSETS).tobytes(),
    }  # fmt: skip


def read_ingested(db: sqlite_utils.Database) -> dict[str, tuple[int, str]]:
    """Return the number and the fingerprint of each document that is stored, by its id."""
    sql = "select document_id, number, fingerprint from ingested where is_stored"
    return {document_id: (number, fingerprint) for document_id, number, fingerprint in db.execute(sql)}


def fold_documents(db: sqlite_utils.Database, asked: Mapping[str, tuple[int, str]]) -> Iterator[Kept]:
    """Yield the current versions of documents, by their ids with number and fingerprint."""
    sql = """
        select coalesce(d.issued_on, d.published_on, substr(d.id, 4, 4)), v.id, v.text
        from documents d join versions v on v.id = d.current_version where d.id = ?
    """
    for document_id, (number, fingerprint) in sorted(asked.items()):
        date, version_id, text = db.execute(sql, [document_id]).fetchone()
        noise = db.execute("select start, end from noise where version_id = ? order by start", [version_id]).fetchall()
        units = tuple(_read_units(db, document_id, text, noise))
        yield Kept(number, fingerprint, fold_document(Document(document_id, text, units, date)))


def _read_units(db: sqlite_utils.Database, document_id: str, text: str, noise: list[tuple[int, int]]) -> Iterator[Unit]:
    """Yield the units that own a document's characters; headings of parts and chapters own none worth comparing."""
    sql = """
        select p.unit_id, u.kind, p.kind, p.cells, p.number, p.start, p.own_end from provisions p join provisions u on u.id = p.unit_id
        where p.document_id = ? order by p.unit_id, p.seq
    """
    for unit_id, rows in groupby(db.execute(sql, [document_id]).fetchall(), key=lambda row: row[0]):
        pieces = []
        for _, unit_kind, kind, cells, number, start, end in rows:
            if unit_kind in CONTAINER_KINDS:
                continue
            printed = _length_of_number(text[start:end], number)
            for place, (piece_start, piece_end) in enumerate(_without(start, end, noise)):
                pieces.append(Piece(piece_start, piece_end, 0 if place else printed, is_apart=kind == "row"))
            if cells and kind == "box":  # its heads stand below its title, a line each
                pieces[-1:] = _cut_lines(text, pieces[-1])
        if pieces:
            yield Unit(unit_id, tuple(pieces))


def _cut_lines(text: str, piece: Piece) -> list[Piece]:
    lines = [match.span() for match in re.finditer(r"[^\n]+", text[piece.start : piece.end])]
    return [
        Piece(piece.start + start, piece.start + end, 0 if place else piece.number, is_apart=bool(place) or piece.is_apart)
        for place, (start, end) in enumerate(lines)
    ]


def _length_of_number(own: str, number: str | None) -> int:
    """How many characters a unit's number takes at the head of its own ones; 0 where it has none in the source."""
    bare = own.lstrip()
    return len(own) - len(bare) + len(number) if number and bare.startswith(number) else 0


def _without(start: int, end: int, noise: list[tuple[int, int]]) -> list[tuple[int, int]]:
    pieces = []
    for noise_start, noise_end in noise:
        if start <= noise_start < end:
            pieces.append((start, noise_start))
            start = min(noise_end, end)
    return [*pieces, (start, end)]


