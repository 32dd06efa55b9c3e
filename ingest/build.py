"""Build kb.db from a corpus: beside the old one, then swapped in."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.account import account
from ingest.admit import Refused, admit
from ingest.align import align
from ingest.corpus import DocumentFolder, load_corpus, read_yaml
from ingest.facts import FactStore, learn_themes
from ingest.index import Indexer
from ingest.parse import parse
from ingest.publish import Published, Version, publish
from ingest.published import check_folders, path_of, read_published, write_published
from ingest.read import read
from ingest.records import Parsed, SourceError
from ingest.reuse import store_reuse
from ingest.stamp import hash_corpus, hash_tool
from ingest.store import connect, create_schema, finish, provision_rows, store_document, store_published
from ingest.vocabulary import Vocabulary, load_vocabulary
from lang.words import cutter

Progress = Callable[[Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True)
class Built:
    """What a build made; ``unsaved`` are lists of published addresses that could not be written to the corpus."""

    db: Path
    counts: dict[str, int]
    unsaved: tuple[Path, ...] = ()


def build(corpus: Path, db: Path, progress: Progress = lambda items: items) -> Built:
    """Build a database from a corpus folder and put it in the place of ``db``.

    The old database stays whole until the new one is complete: a reader, an error or a crash
    never sees half of one. Raises SourceError, in one line, before anything is swapped.
    """
    corpus, db = corpus.resolve(), db.resolve()
    documents = load_corpus(corpus)
    check_folders(corpus, (folder.id for folder in documents))
    about = _about(corpus)
    if not db.parent.is_dir():
        raise SourceError(f"{db.parent}: no such folder; name one that is there with --db")
    _sweep(db)
    # Not *.db: Datasette's configuration-directory mode would serve a half-built one.
    handle, name = tempfile.mkstemp(prefix=f"{db.name}.building-{os.getpid()}-", dir=db.parent)
    os.close(handle)
    beside = Path(name)
    try:
        counts, unsaved = _build_into(beside, corpus, documents, about, progress)
        os.chmod(beside, 0o644)
        os.replace(beside, db)
    finally:
        beside.unlink(missing_ok=True)
    return Built(db, counts, unsaved)


def _build_into(
    path: Path, corpus: Path, documents: Iterable[DocumentFolder], about: dict[str, Any], progress: Progress
) -> tuple[dict[str, int], tuple[Path, ...]]:
    db = connect(path)
    try:
        vocabulary = load_vocabulary(corpus)
        create_schema(db, vocabulary)
        db["quarantine"].create({"source_file": str, "document_id": str, "reason": str}, pk="source_file")
        db["lexicon"].insert_all({"word": word} for word in vocabulary.lexicon)
        cut = cutter(vocabulary.lexicon)
        indexer = Indexer(db, cut, vocabulary.synonyms)
        published: dict[str, Published] = {}
        loose: set[str] = set()  # the id of a file outside any folder is only proposed: no address of it is promised yet
        facts = FactStore(db, vocabulary, learn_themes(vocabulary, _labelled(documents, vocabulary), cut))
        refused: list[Refused] = []
        # Numbered in an order that has nothing to do with place or year, so that the first units of
        # the index are a fair sample of all when a query is too broad to count.
        for folder in progress(sorted(documents, key=lambda d: hashlib.sha256(d.id.encode()).hexdigest())):
            admitted = admit(folder)
            refused += admitted.refused
            for version, one in zip(admitted.folder.versions, admitted.parsed):
                problems = account(one)
                if problems:
                    raise SourceError(f"{version.path}: the accounting fails, please report it: {problems[0]}")
            if admitted.parsed:
                folder, parsed = admitted.folder, list(admitted.parsed)
                published[folder.id] = _publish(corpus, folder, parsed, str(about.get("corpus_version", "")))
                loose.update([folder.id] if folder.is_loose else [])
                with db.conn:
                    store_document(db, indexer, facts, folder, parsed, corpus.parent)
                    store_published(db, folder.id, published[folder.id])
        if refused and not db["documents"].count:
            raise SourceError(f"{refused[0].path}: {refused[0].reason}")
        with db.conn:
            db["quarantine"].insert_all(
                {"source_file": r.path.relative_to(corpus.parent).as_posix(), "document_id": r.document_id, "reason": r.reason}
                for r in sorted(refused, key=lambda r: r.path)
            )
            facts.finish()
            indexer.finish()
            store_reuse(db)
            align(db, vocabulary.alignments, indexer.words)
            # The hash is of the corpus with these lists, so that the build that extends them is not stale at once.
            unsaved = _write_lists(corpus, {id_: one for id_, one in published.items() if id_ not in loose})
            finish(db, {**about, "corpus_sha256": hash_corpus(corpus), "tool_sha256": hash_tool()})
        counted = ("documents", "provisions", "indicators", "noise", "doubts", "quarantine")
        return {name: db[name].count for name in counted}, unsaved
    finally:
        db.conn.close()


def _publish(corpus: Path, folder: DocumentFolder, parsed: list[Parsed], release: str) -> Published:
    versions = [
        Version(version.number, one, list(provision_rows(folder.id, f"{folder.id}@v{version.number}", one)))
        for version, one in zip(folder.versions, parsed)
    ]
    path = path_of(corpus, folder.id)
    return publish(folder.id, read_published(path), versions, release, path)


def _write_lists(corpus: Path, published: dict[str, Published]) -> tuple[Path, ...]:
    """Write the lists of published addresses; return those that a corpus for reading only keeps from being written."""
    paths = {document_id: path_of(corpus, document_id) for document_id in sorted(published)}
    return tuple(
        path for document_id, path in paths.items() if not write_published(path, document_id, published[document_id].listed)
    )


def _labelled(documents: Iterable[DocumentFolder], vocabulary: Vocabulary) -> dict[str, list[dict[str, Any]]]:
    """The provision rows of the documents whose themes a curator has decided."""
    known = {folder.id: folder for folder in documents}
    for document_id in vocabulary.labels:
        if document_id not in known:
            raise SourceError(f"labels/{document_id}.yml: no such document in the corpus; rename or remove the file")
    return {
        document_id: list(provision_rows(document_id, "", parse(read(known[document_id].versions[-1].path))))
        for document_id in vocabulary.labels
    }


def _about(corpus: Path) -> dict[str, Any]:
    path = corpus / "corpus.yml"
    about = read_yaml(path) if path.exists() else {}
    unknown = set(about) - {"name", "version", "released_on"}
    if unknown:
        raise SourceError(f"{path}: unknown key {sorted(unknown)[0]!r}; the keys are name, version, released_on")
    return {f"corpus_{key}": value for key, value in about.items()}


def _sweep(db: Path) -> None:
    """Remove what a build that was killed has left; one that still runs keeps its file."""
    for left in db.parent.glob(f"{db.name}.building-*"):
        try:
            os.kill(int(left.name.split("building-")[1].split("-")[0]), 0)
        except (ProcessLookupError, ValueError):
            left.unlink(missing_ok=True)
        except PermissionError:
            pass
