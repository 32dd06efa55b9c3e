"""Survey a corpus: what documents are made of, each with a fingerprint that changes when its rows may."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.corpus import DocumentFolder, list_sources, load_folder
from ingest.loose import Identity, identify_file, take_loose
from ingest.published import path_of
from ingest.spread import DIED, spread
from ingest.stamp import hash_files

NUMBER_BITS = 30  # of a document's number: with a row's place in the document an id stays below 2 ** 58


@dataclass(frozen=True)
class Source:
    """A document's folder or loose file as it lies in the corpus.

    ``document_id`` is what a loose file's text proposes, also where another document has that id; ``number`` is None
    for a file that can't be a document; ``folder`` is None for what is unchanged, since nobody needs to read it.
    """

    name: str
    document_id: str | None
    number: int | None
    files: str  # hash of names and bytes; of a loose file with the reason why it can't be a document
    fingerprint: str
    folder: DocumentFolder | None

    def is_as(self, row: Mapping[str, Any] | None) -> bool:
        """Whether a row of ``ingested`` is of this document in this state."""
        return row is not None and self.number == row["number"] and self.fingerprint in (row["fingerprint"], row["before"])


def survey(corpus: Path, known: Mapping[str, Mapping[str, Any]], workers: int) -> list[Source]:
    """Return the sources of a corpus; ``known`` are the rows of ``ingested`` by name.

    Raises SourceError where what is new or changed has a document.yml that can't be used.
    """
    folders, loose = list_sources(corpus)
    identities = _identify(corpus, loose, known, workers)
    taken = {Path(document.versions[0].path).name: document for document in take_loose(
        [(path, identities[path.name]) for path in loose], [folder.name for folder in folders])}  # fmt: skip
    ids = [folder.name for folder in folders] + [document.id for document in taken.values() if document.id]
    numbers = assign_numbers(ids)
    sources = []
    for folder in folders:
        files = hash_folder(folder)
        fingerprint = add_list(files, _read(path_of(corpus, folder.name)))
        source = Source(folder.name, folder.name, numbers[folder.name], files, fingerprint, None)
        sources.append(source if source.is_as(known.get(folder.name)) else _with(source, load_folder(folder)))
    for path in loose:
        document = taken[path.name]
        files = _mark(hash_files(corpus, [path]), document.unfit)
        sources.append(
            Source(path.name, identities[path.name].document_id, numbers.get(document.id), files, add_list(files, None), document)
        )
    return sources


def assign_numbers(ids: Iterable[str]) -> dict[str, int]:
    """Return a number for each document id: a hash, so that it hardly ever depends on what other documents there are.

    Where two have the same hash the later id has the next free number. Numbers have nothing to do with place or year,
    so that the first units of the index are a fair sample of all when a query is too broad to count.
    """
    numbers: dict[str, int] = {}
    last = 0
    for value, document_id in sorted((_hash_id(document_id), document_id) for document_id in ids):
        last = numbers[document_id] = max(value, last + 1)
    return numbers


def hash_folder(folder: Path) -> str:
    """Return one hash over the names and bytes of a document's files."""
    return hash_files(folder, [p for p in folder.iterdir() if p.is_file() and not p.name.startswith(".")])


def add_list(files: str, listed: bytes | None) -> str:
    """Return the fingerprint of a document's files and of its list of published addresses."""
    return hashlib.sha256(files.encode() + b"\0" + (listed or b"")).hexdigest()


def _identify(corpus: Path, loose: list[Path], known: Mapping[str, Mapping[str, Any]], workers: int) -> dict[str, Identity]:
    """What each loose file is, by name; an unchanged one is not read again."""
    identities, unknown = {}, []
    for path in loose:
        row = known.get(path.name)
        digest = hash_files(corpus, [path])
        before = row["files"].partition(" ") if row else ("", "", "")
        if before[0] == digest:
            identities[path.name] = Identity(row["document_id"], None if row["document_id"] else before[2])
        else:
            unknown.append(path)
    identities.update(spread(_identify_named, unknown, workers, lambda path: (path.name, Identity(None, DIED))))
    return identities


def _identify_named(path: Path) -> tuple[str, Identity]:
    return path.name, identify_file(path)


def _mark(digest: str, unfit: str | None) -> str:
    return f"{digest} {unfit}" if unfit else digest


def _with(source: Source, folder: DocumentFolder) -> Source:
    return Source(source.name, source.document_id, source.number, source.files, source.fingerprint, folder)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _hash_id(document_id: str) -> int:
    # Never 0, so that the first row of the first document has an id above 2 ** 28.
    return 1 + int.from_bytes(hashlib.sha256(document_id.encode()).digest()[:8]) % ((1 << NUMBER_BITS) - 1)
