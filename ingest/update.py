"""Bring a database up to a corpus: take over what is unchanged, prepare the rest on all cores, then relate all.

A full build is the same from an empty database. Each step commits and writes down in the database itself what is still
to do, so that a build that was interrupted goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlite_utils

from ingest.admit import Refused
from ingest.align import align, forget_alignment, release_document
from ingest.corpus import load_folder
from ingest.facts import FactReader, learn_themes, resolve_citations
from ingest.meaning import choose_basis, learn_meaning, place_units, word_reader
from ingest.parse import parse
from ingest.prepare import Desk, Prepared, prepare
from ingest.published import path_of, write_published
from ingest.read import read
from ingest.records import SourceError
from ingest.reuse import store_reuse
from ingest.rows import Row, provision_rows
from ingest.refuse import say_refusal
from ingest.spread import DIED, in_batches, spread
from ingest.store import create_indexes, delete_document, store_document
from ingest.survey import Source, add_list, survey
from ingest.vocabulary import Vocabulary
from lang.words import Cutter, cutter

#: Gets what comes and how much will come; yields it on, and may show how far it is.
Progress = Callable[[Iterable[Any], int], Iterable[Any]]
UNFINISHED = "unfinished"  # stands in ``build`` while documents were stored and the rest is still to do


@dataclass(frozen=True)
class Updated:
    """What an update did: how many documents it prepared, the lists it could not write, and the seconds of each step."""

    prepared: int
    unsaved: tuple[Path, ...]
    seconds: Mapping[str, float]


class _Clock:
    """Notes how long each step takes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def note(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self._last = now - self._last, now


def update(
    db: sqlite_utils.Database, corpus: Path, vocabulary: Vocabulary, release: str, workers: int, progress: Progress
) -> Updated:
    """Bring a database up to a corpus.

    ``release`` is the corpus version. Raises SourceError, in one line; what was stored until then stays stored.
    """
    clock = _Clock()
    cut = cutter(vocabulary.lexicon)
    known = _read_ingested(db)
    sources = survey(corpus, known, workers)
    _check_labels(vocabulary, sources)
    changed = [source for source in sources if not source.is_as(known.get(source.name))]
    names = {source.name for source in sources} - {source.name for source in changed}
    with db.atomic():
        for row in known.values():
            if row["name"] not in names:
                _forget(db, corpus, row)
    clock.note("survey")
    if changed:
        tagger = learn_themes(vocabulary, read_labelled(corpus, vocabulary), cut)
        _store_all(db, changed, Desk(corpus, release, FactReader(vocabulary, tagger)), workers, progress)
    _check_not_empty(db, corpus)
    with db.atomic():
        create_indexes(db)
    clock.note("documents")
    _relate(db, vocabulary, cut, workers, clock)
    return Updated(len(changed), _write_lists(db, corpus), clock.seconds)


def _read_ingested(db: sqlite_utils.Database) -> dict[str, Row]:
    """The rows of ``ingested`` by name; ``before`` is the fingerprint where a list of addresses is still to be written."""
    sql = "select i.*, p.before from ingested i left join pending_lists p on p.document_id = i.document_id and i.is_stored"
    return {row["name"]: row for row in db.query(sql)}


def _store_all(db: sqlite_utils.Database, sources: Sequence[Source], desk: Desk, workers: int, progress: Progress) -> None:
    prepared = spread(partial(_prepare, desk=desk), sources, workers, _bury)
    for some in in_batches(progress(prepared, len(sources))):
        with db.atomic():
            for source, one in some:
                _store(db, desk.corpus, source, one)


def _prepare(source: Source, desk: Desk) -> tuple[Source, Prepared]:
    assert source.folder is not None
    return source, prepare(source.folder, source.number or 0, desk)


def _bury(source: Source) -> tuple[Source, Prepared]:
    assert source.folder is not None
    refused = tuple(Refused(version.path, DIED, source.folder.id) for version in source.folder.versions)
    return source, Prepared(source.folder, {}, refused)


def _store(db: sqlite_utils.Database, corpus: Path, source: Source, prepared: Prepared) -> None:
    fingerprint = source.fingerprint
    if prepared.tables and source.number is not None:
        store_document(db, source.number, prepared.tables)
        _keep(db, UNFINISHED, "1")
    if prepared.listed is not None:
        # The list is part of the fingerprint, as it will be when it is written.
        fingerprint = add_list(source.files, prepared.listed.encode())
        row = {"document_id": source.document_id, "text": prepared.listed, "before": source.fingerprint}
        db["pending_lists"].insert(row, replace=True)
    db["quarantine"].insert_all(
        {
            "source_file": r.path.relative_to(corpus.parent).as_posix(),
            "document_id": r.document_id or None,
            "message": say_refusal(r.reason),
            "reason": r.reason,
        }
        for r in prepared.refused
    )
    row: Row = {
        "name": source.name, "document_id": source.document_id, "number": source.number, "files": source.files,
        "fingerprint": fingerprint, "is_stored": int(bool(prepared.tables)),
    }  # fmt: skip
    db["ingested"].insert(row)


def _forget(db: sqlite_utils.Database, corpus: Path, row: Row) -> None:
    if row["is_stored"]:
        release_document(db, row["number"])
        delete_document(db, row["number"])
    within = f"{corpus.name}/{row['name']}"
    db.execute("delete from quarantine where source_file = ? or substr(source_file, 1, ?) = ?", [within, len(within) + 1, f"{within}/"])
    db.execute("delete from pending_lists where document_id = ?", [row["document_id"]])
    db.execute("delete from ingested where name = ?", [row["name"]])


def _relate(db: sqlite_utils.Database, vocabulary: Vocabulary, cut: Cutter, workers: int, clock: _Clock) -> None:
    """Bring up to date what concerns all documents: citations, meaning, shared wording, counterparts and measures."""
    state = {row["key"]: row["value"] for row in db["build"].rows}
    words = word_reader(cut)
    last, basis = choose_basis(db)
    with db.atomic():
        resolve_citations(db)
        if state.get("basis_sha256") != basis:
            learn_meaning(db, last, words)
            forget_alignment(db)
            _keep(db, "basis_sha256", basis)
        place_units(db, words)
    clock.note("meaning")
    with db.atomic():
        store_reuse(db, workers)
    clock.note("shared wording")
    align(db, vocabulary.alignments, words, workers)
    clock.note("alignment")


def _keep(db: sqlite_utils.Database, key: str, value: str) -> None:
    db["build"].insert({"key": key, "value": value}, replace=True)


def _check_labels(vocabulary: Vocabulary, sources: Sequence[Source]) -> None:
    folders = {source.name for source in sources}
    for document_id in vocabulary.labels:
        if document_id not in folders:
            raise SourceError(f"labels/{document_id}.yml: no such document in the corpus; rename or remove the file")


def _check_not_empty(db: sqlite_utils.Database, corpus: Path) -> None:
    if not db["documents"].count:
        first = next(db["quarantine"].rows_where(order_by="source_file"))
        raise SourceError(f"{corpus.parent / first['source_file']}: {first['reason']}")


def read_labelled(corpus: Path, vocabulary: Vocabulary) -> dict[str, list[Row]]:
    """The provision rows of the documents whose themes a curator has decided."""
    return {
        document_id: list(provision_rows(document_id, "", parse(read(load_folder(corpus / document_id).versions[-1].path))))
        for document_id in vocabulary.labels
    }


def _write_lists(db: sqlite_utils.Database, corpus: Path) -> tuple[Path, ...]:
    """Write the lists of published addresses; return those that a corpus for reading only keeps from being written."""
    lists = [(path_of(corpus, row["document_id"]), row["text"]) for row in db["pending_lists"].rows_where(order_by="document_id")]
    unsaved = tuple(path for path, text in lists if not write_published(path, text))
    db["pending_lists"].delete_where()
    return unsaved
