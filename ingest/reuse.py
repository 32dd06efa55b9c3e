"""Store what documents share word for word or nearly, and the phrases that nearly all of them use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import count, groupby
from operator import itemgetter
from typing import Any

import sqlite_utils

from align.reuse import Family, find_families
from align.shares import MINIMA, Shares, count_shares
from align.stock import find_stock_phrases, group_copies
from align.stream import Document, Piece, Unit, read_stream
from ingest.index import CONTAINER_KINDS
from ingest.spread import beside
from ingest.tables import create_table

WORTH_A_PROCESS = 500_000  # matching characters: most of a second of counting
_SHARED = {f"shared_{least}": int for least in MINIMA}
TABLES: dict[str, dict[str, Any]] = {
    "reuse_families": dict(id=int, documents=int, places=int, length=int, kind=str),
    "reuse": dict(
        id=int, family_id=int, document_id=str, provision_id=str, start=int, end=int, length=int, is_source=int, kind=str,
        identical=float, source_start=int, source_end=int,
    ),
    "reuse_documents": dict(document_id=str, characters=int, **_SHARED),
    "reuse_shares": dict(document_id=str, other_id=str, **_SHARED),
    "stock_phrases": dict(text=str, documents=int, total=int),
}  # fmt: skip
KEYS: dict[str, Any] = {"reuse_documents": "document_id", "reuse_shares": ("document_id", "other_id"), "stock_phrases": "text"}
_DOCUMENT = ("document_id", "documents", "id")
FOREIGN = {
    "reuse": [("family_id", "reuse_families", "id"), _DOCUMENT, ("provision_id", "provisions", "id")],
    "reuse_documents": [_DOCUMENT],
    "reuse_shares": [_DOCUMENT, ("other_id", "documents", "id")],
}
INDEXES = {
    "reuse_families": [["length", "documents"], ["documents", "length"]],
    "reuse": [["family_id"], ["document_id", "length"], ["provision_id"]],
    "reuse_shares": [["other_id"]],
}
#: What stands in two documents, with both sides as printed.
_VIEW = """
    select r.id, r.family_id, r.kind, r.identical, r.length, r.provision_id, r.document_id,
           substr(v.text, r.start + 1, r."end" - r.start) as text,
           s.provision_id as source_provision_id, s.document_id as source_document_id,
           substr(w.text, r.source_start + 1, r.source_end - r.source_start) as source_text
    from reuse r join reuse s on s.family_id = r.family_id and s.is_source
    join documents d on d.id = r.document_id join versions v on v.id = d.current_version
    join documents e on e.id = s.document_id join versions w on w.id = e.current_version
    where not r.is_source
"""


def create_reuse_schema(db: sqlite_utils.Database) -> None:
    """Create the tables of shared passages and stock phrases, empty."""
    for name, columns in TABLES.items():
        create_table(db, name, columns, KEYS.get(name, "id"), FOREIGN.get(name, ()), is_sorted=name in KEYS)
    db.create_view("shared_passages", _VIEW)


def store_reuse(db: sqlite_utils.Database, workers: int = 1) -> None:
    """Find and store anew what the current versions of all documents share; reads only what the database holds already."""
    for table in ("reuse", "reuse_families", "stock_phrases"):
        db.execute(f"delete from {table}")
    stream = read_stream(list(_read_documents(db)))
    with beside(partial(count_shares, stream), workers if len(stream.codes) > WORTH_A_PROCESS else 1) as counted:
        _store_families(db, find_families(stream))
        shares = counted()
    _store_shares(db, shares)
    phrases = find_stock_phrases(stream, group_copies(shares), _read_terms(db))
    _insert(db, "stock_phrases", ((p.text, p.documents, p.total) for p in phrases))


def _read_documents(db: sqlite_utils.Database) -> Iterator[Document]:
    sql = """
        select d.id, coalesce(d.issued_on, d.published_on, substr(d.id, 4, 4)), v.id, v.text
        from documents d join versions v on v.id = d.current_version order by d.id
    """
    for document_id, date, version_id, text in db.execute(sql).fetchall():
        noise = db.execute("select start, end from noise where version_id = ? order by start", [version_id]).fetchall()
        yield Document(document_id, text, tuple(_read_units(db, document_id, text, noise)), date)


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


def _read_terms(db: sqlite_utils.Database) -> list[str]:
    """What a curator names in a vocabulary is the documents' subject, however common."""
    sql = """
        select word from lexicon union select word from synonyms union select name from themes union select name from audiences
        union select value from agencies, json_each(agencies.forms)
    """
    return [row[0] for row in db.execute(sql)]


def _store_shares(db: sqlite_utils.Database, shares: list[Shares]) -> None:
    """Store the shares of those documents of which any is another: thousands of documents have millions, most as they were."""
    own = {one.document: [(one.document, one.characters, *one.shared)] for one in shares}
    with_others = {one.document: [(one.document, other, *sums) for other, sums in sorted(one.with_others.items())] for one in shares}
    for table, after in (("reuse_documents", own), ("reuse_shares", with_others)):
        before = groupby(db.execute(f"select * from {table} order by {', '.join(_key_of(table))}"), key=itemgetter(0))
        same = {document for document, rows in before if list(rows) == after.get(document)}
        gone = [row for row in db.execute(f"select distinct document_id from {table}").fetchall() if row[0] not in same]
        db.conn.executemany(f"delete from {table} where document_id = ?", gone)
        _insert(db, table, (row for document in sorted(after.keys() - same) for row in after[document]))


def _key_of(table: str) -> tuple[str, ...]:
    key = KEYS[table]
    return (key,) if isinstance(key, str) else key


def _store_families(db: sqlite_utils.Database, families: list[Family]) -> None:
    _insert(db, "reuse_families", (_family_row(number, family) for number, family in enumerate(families, 1)))
    ids = count(1)
    _insert(db, "reuse", ((next(ids), *row) for number, family in enumerate(families, 1) for row in _place_rows(number, family)))


def _family_row(number: int, family: Family) -> tuple[Any, ...]:
    source, members = family
    whole = (source.start, source.end)
    is_verbatim = all(m.is_verbatim and (m.source_start, m.source_end) == whole for m in members)
    longest = max(source.length, *(member.length for member in members))
    return number, family.documents, 1 + len(members), longest, "verbatim" if is_verbatim else "near"


def _place_rows(number: int, family: Family) -> Iterator[tuple[Any, ...]]:
    yield number, *family.source, 1, None, None, None, None
    for m in family.members:
        kind = "verbatim" if m.is_verbatim else "near"
        yield number, m.document, m.unit, m.start, m.end, m.length, 0, kind, _round_down(m.identical), m.source_start, m.source_end


def _round_down(share: float) -> float:
    """Four decimals that promise no more than there is: what is not verbatim never reads 1.0."""
    return int(share * 10_000) / 10_000


def _insert(db: sqlite_utils.Database, table: str, rows: Any) -> None:
    columns = ", ".join(f"[{name}]" for name in TABLES[table])
    marks = ", ".join("?" * len(TABLES[table]))
    db.conn.executemany(f"insert into {table} ({columns}) values ({marks})", rows)

