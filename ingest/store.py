"""Store parsed versions in a database: records in, tables out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlite_utils

from ingest.align import INDEXES as ALIGNMENT_INDEXES
from ingest.align import TABLES as ALIGNMENT_TABLES
from ingest.align import create_alignment_schema
from ingest.facts import INDEXES as FACT_INDEXES
from ingest.facts import TABLES as FACT_TABLES
from ingest.facts import create_fact_schema
from ingest.index import DOCUMENT_SHIFT, SEARCH_TABLES, create_search_schema, index_text, kind_facets
from ingest.reuse import INDEXES as REUSE_INDEXES
from ingest.reuse import create_reuse_schema
from ingest.tables import create_table
from ingest.vocabulary import Vocabulary

_PROVISION = dict(
    id=str, document_id=str, version_id=str, parent_id=str, eid=str, kind=str, number=str, num=int,
    number_inferred=int, heading=str, text=str, label=str, depth=int, seq=int, start=int, own_end=int, end=int,
    sha256=str, cells=str, group_name=str, unit_id=str,
)  # fmt: skip
TABLES: dict[str, dict[str, Any]] = {
    "documents": dict(
        id=str, province_code=str, province=str, title=str, title_supplied=int, doc_number=str, doc_type=str,
        issuers=str, issued_on=str, published_on=str, period_start=int, period_end=int, source_url=str,
        current_version=str, withdrawn_on=str, withdrawn_reason=str,
    ),
    "versions": dict(
        id=str, document_id=str, source_file=str, source_sha256=str, media_type=str, encoding=str, text=str,
        captured_on=str, note=str,
    ),
    "provisions": _PROVISION,
    "past_provisions": _PROVISION,
    "aliases": dict(old_id=str, new_id=str, since=str),
    "retired": dict(
        id=str, document_id=str, version_id=str, eid=str, kind=str, since=str, reason=str, start=int, end=int, text=str,
    ),
    "successions": dict(
        document_id=str, from_version=int, to_version=int, old_eid=str, new_eid=str, change=str, seq=int,
    ),
    "metadata": dict(id=int, version_id=str, field=str, value=str, start=int, end=int, reason=str),
    "noise": dict(id=int, version_id=str, start=int, end=int, text=str, rule=str, reason=str),
    "doubts": dict(id=int, version_id=str, provision_id=str, start=int, end=int, kind=str, message=str),
    "indicators": dict(
        id=str, document_id=str, provision_id=str, box_id=str, group_name=str, name=str, part_of=str, value=float,
        value_text=str, unit=str, op=str, cumulative=int, period=str, nature=str, seq=int, concept_id=str,
    ),
    "quarantine": dict(source_file=str, document_id=str, message=str, reason=str),
    "ingested": dict(name=str, document_id=str, number=int, files=str, fingerprint=str, is_stored=int),
    "pending_lists": dict(document_id=str, text=str, before=str),
    "build": dict(key=str, value=str),
}
_PK = {"build": "key", "quarantine": "source_file", "ingested": "name", "pending_lists": "document_id", "aliases": "old_id", "successions": ("document_id", "from_version", "seq")}
_SORTED = {"quarantine", "ingested", "pending_lists", "build"}
_FOREIGN = {
    "versions": [("document_id", "documents", "id")],
    "provisions": [("document_id", "documents", "id"), ("version_id", "versions", "id"), ("parent_id", "provisions", "id")],
    "past_provisions": [
        ("document_id", "documents", "id"), ("version_id", "versions", "id"), ("parent_id", "past_provisions", "id"),
    ],
    "retired": [("document_id", "documents", "id"), ("version_id", "versions", "id")],
    "successions": [("document_id", "documents", "id")],
    "metadata": [("version_id", "versions", "id")],
    "noise": [("version_id", "versions", "id")],
    "doubts": [("version_id", "versions", "id"), ("provision_id", "provisions", "id")],
    "indicators": [
        ("document_id", "documents", "id"), ("provision_id", "provisions", "id"), ("box_id", "provisions", "id"),
        ("part_of", "indicators", "id"),
    ],
}  # fmt: skip
_INDEXES = {
    "provisions": [["document_id", "seq"], ["document_id", "kind"], ["parent_id"], ["kind"], ["unit_id"], ["document_id", "eid"]],
    "past_provisions": [["version_id", "seq"], ["version_id", "eid"], ["parent_id"]],
    "aliases": [["new_id"]],
    "retired": [["document_id"]],
    "versions": [["document_id"]],
    "metadata": [["version_id"]],
    "noise": [["version_id"]],
    "doubts": [["version_id"], ["provision_id"]],
    "indicators": [["document_id"], ["box_id"]],
    "search_units": [["document_id"], ["provision_id"]],
    "unit_facets": [["facet", "value"]],
}
_VIEW = """
    select p.id, p.document_id, d.title as document_title, d.province, d.issued_on, p.eid, p.number, p.num,
           p.heading, p.text, p.label, p.seq, p.parent_id
    from provisions p join documents d on d.id = p.document_id where p.kind = '{kind}'
"""


#: Tables whose rows each belong to one document: a row's rowid is the document's number << 28 | its place there, so that
#: what a table holds does not depend on the order in which documents came, and one document's rows lie together.
OF_DOCUMENTS = (
    "documents", "versions", "provisions", "past_provisions", "aliases", "retired", "successions", "metadata", "noise", "doubts",
    "indicators", "quantities", "responsibilities", "citations", "provision_themes", "provision_audiences", "provision_force",
    "search_units", "document_facets", "unit_facets", "compared_provisions",
)  # fmt: skip
#: What a build tells the next one: on what the rows of documents, the words' weights, the shared wording and the alignment rest.
IS_NEW = "is_new"  # stands in ``build`` until a database that was begun empty is finished
STATE = ("ground_sha256", "basis_sha256", "alignments")
_COLUMNS = {**TABLES, **FACT_TABLES, **SEARCH_TABLES, **ALIGNMENT_TABLES}
Row = dict[str, Any]
_FULL_TEXT = {"search_index": ("heading", "body", "facets"), "search_headings": ("heading", "facets")}


def create_schema(db: sqlite_utils.Database, vocabulary: Vocabulary = Vocabulary((), ())) -> None:
    """Create the tables and views of the contract; only the vocabularies have rows yet."""
    for name, columns in TABLES.items():
        create_table(db, name, columns, _PK.get(name, "id"), _FOREIGN.get(name, ()), is_sorted=name in _SORTED)
    db.create_view("clauses", _VIEW.format(kind="clause"))
    db.create_view("boxes", _VIEW.format(kind="box"))
    create_fact_schema(db, vocabulary)
    create_search_schema(db)
    create_reuse_schema(db)
    create_alignment_schema(db)
    db["lexicon"].insert_all({"word": word} for word in vocabulary.lexicon)
    db["synonyms"].insert_all(
        {"word": word, "group_id": number} for number, group in enumerate(vocabulary.synonyms, 1) for word in sorted(group)
    )
    db["facets"].insert_all(kind_facets())


def store_document(db: sqlite_utils.Database, number: int, tables: Mapping[str, Sequence[Row]]) -> None:
    """Store a document's rows by table under its number."""
    for name in OF_DOCUMENTS:
        _insert(db, name, ({"rowid": number << DOCUMENT_SHIFT | place, **row} for place, row in enumerate(tables.get(name, ()), 1)))
    for name in _FULL_TEXT:
        _insert(db, name, tables.get(name, ()))
    _insert(db, "facets", tables.get("facets", ()), "or ignore")


def delete_document(db: sqlite_utils.Database, number: int) -> None:
    """Delete all rows of the document that has a number, and facet values that no other document has."""
    within = [number << DOCUMENT_SHIFT, (number + 1 << DOCUMENT_SHIFT) - 1]
    values = db.execute(
        "select facet, value from document_facets where rowid between ? and ?"
        " union select facet, value from unit_facets where rowid between ? and ?", within * 2
    ).fetchall()  # fmt: skip
    _delete_full_text(db, within)
    for name in (*OF_DOCUMENTS, "unit_vectors", "provision_vectors"):
        db.execute(f"delete from [{name}] where rowid between ? and ?", within)
    db.conn.executemany(
        "delete from facets where facet = ? and value = ? and not exists (select 1 from document_facets d where d.facet = facets.facet"
        " and d.value = facets.value) and not exists (select 1 from unit_facets u where u.facet = facets.facet and u.value = facets.value)",
        values,
    )


def _delete_full_text(db: sqlite_utils.Database, within: Sequence[int]) -> None:
    """An index without content forgets a row only when told what it held; the tokens are made once more."""
    tokens: dict[int, list[str]] = {}
    of_document = "select f.token from document_facets d join facets f using (facet, value) where d.rowid between ? and ?"
    shared = ["all", *(row[0] for row in db.execute(of_document, within))]
    sql = "select u.unit_id, f.token from unit_facets u join facets f using (facet, value) where u.rowid between ? and ?"
    for unit, token in db.execute(sql, within):
        tokens.setdefault(unit, []).append(token)
    sql = """
        select s.id, coalesce(p.heading, ''), s.text, k.token from search_units s join provisions p on p.id = s.provision_id
        join facets k on k.facet = 'kind' and k.value = p.kind where s.rowid between ? and ?
    """
    for unit, heading, text, kind in db.execute(sql, within).fetchall():
        held = {"heading": index_text(heading), "body": index_text(text), "facets": " ".join([*shared, kind, *tokens.get(unit, ())])}
        for name, columns in _FULL_TEXT.items():
            if name == "search_index" or heading:
                marks = ", ".join("?" * len(columns))
                db.execute(
                    f"insert into {name}({name}, rowid, {', '.join(columns)}) values ('delete', ?, {marks})",
                    [unit, *(held[column] for column in columns)],
                )


def _insert(db: sqlite_utils.Database, table: str, rows: Iterable[Row], otherwise: str = "") -> None:
    columns = ["rowid", *_FULL_TEXT[table]] if table in _FULL_TEXT else [*_COLUMNS[table]]
    if table in OF_DOCUMENTS:  # a whole number as id is the rowid itself
        columns = ["rowid", *(name for name in columns if name != "id" or _COLUMNS[table][name] is not int)]
    names, marks = ", ".join(f"[{column}]" for column in columns), ", ".join("?" * len(columns))
    db.conn.executemany(
        f"insert {otherwise} into [{table}] ({names}) values ({marks})", ([row.get(column) for column in columns] for row in rows)
    )


def create_indexes(db: sqlite_utils.Database) -> None:
    """Create the indexes that are not there yet: after the documents, which come in faster without, and before all that asks for them."""
    for table, indexes in {**_INDEXES, **FACT_INDEXES, **ALIGNMENT_INDEXES, **REUSE_INDEXES}.items():
        for columns in indexes:
            db[table].create_index(columns, if_not_exists=True)


def finish(db: sqlite_utils.Database, facts: Mapping[str, Any]) -> None:
    """Write the build's facts and what the query planner needs."""
    is_new = IS_NEW in {row["key"] for row in db["build"].rows}
    counted = [name for name in (*TABLES, *FACT_TABLES) if name not in ("build", "ingested", "pending_lists")]
    counts = {f"count_{name}": db[name].count for name in counted}
    state = {row["key"]: row["value"] for row in db["build"].rows if row["key"] in STATE}
    db["build"].delete_where()
    db["build"].insert_all({"key": k, "value": str(v)} for k, v in sorted({**state, **facts, **counts}.items()))
    if is_new:  # after a few documents more it would take as long again, and change next to nothing
        for index in _FULL_TEXT:
            db.execute(f"insert into {index}({index}) values ('optimize')")
        db.analyze()


def connect(path: Path) -> sqlite_utils.Database:
    """Open a database for writing a build: what is committed outlives a crash, and no other process writes in it.

    Raises sqlite3.DatabaseError where another process has it, or where the file is no database.
    """
    connection = sqlite3.connect(path, timeout=0)
    try:
        for pragma in ("locking_mode = exclusive", "synchronous = normal", "cache_size = -131072"):
            connection.execute(f"pragma {pragma}")
        connection.execute("begin exclusive")
        connection.commit()
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return sqlite_utils.Database(connection)
