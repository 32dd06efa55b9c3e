"""Prepare one document: its files in, the rows of every table out; nothing here knows of any other document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.account import account
from ingest.admit import Refused, admit
from ingest.corpus import DocumentFolder
from ingest.facts import FactReader
from ingest.guard import bounded
from ingest.index import index_document
from ingest.publish import Version, iterate_successions, publish
from ingest.published import format_published, path_of, read_published
from ingest.records import Parsed, UnfitError
from ingest.rows import (
    Row, compared_rows, document_row, doubt_rows, indicator_rows, metadata_rows, noise_rows, provision_rows, version_row,
)  # fmt: skip


@dataclass(frozen=True)
class Prepared:
    """A document as rows by table, none where nothing of it could be read; what was put aside; its list of addresses."""

    folder: DocumentFolder
    tables: Mapping[str, Sequence[Row]]
    refused: tuple[Refused, ...]
    listed: str | None = None  # the text of its list of published addresses


@dataclass(frozen=True)
class Desk:
    """What preparing takes beside the document: the corpus folder, its release, and what reads facts."""

    corpus: Path
    release: str
    facts: FactReader


def prepare(folder: DocumentFolder, number: int, desk: Desk) -> Prepared:
    """Prepare a document under a number; versions that are unfit are put aside, each with its reason.

    Raises SourceError where an address that was published would be lost.
    """
    admitted = admit(folder)
    fit, refused = [], list(admitted.refused)
    for version, parsed in zip(admitted.folder.versions, admitted.parsed):
        problems = account(parsed)
        if problems:
            refused.append(Refused(version.path, f"the accounting fails, please report it: {problems[0]}", folder.id))
        else:
            fit.append((version, parsed))
    if fit:
        folder = replace(folder, versions=tuple(version for version, _ in fit))
        newest = folder.versions[-1].path
        try:
            with bounded(newest):
                tables, listed = _tabulate(folder, [parsed for _, parsed in fit], number, desk)
            return Prepared(folder, tables, tuple(refused), listed)
        except UnfitError as error:
            reason = str(error).removeprefix(f"{newest}: ")
            refused += [Refused(version.path, reason, folder.id) for version, _ in fit]
    return Prepared(folder, {}, tuple(refused))


def _tabulate(folder: DocumentFolder, parsed: Sequence[Parsed], number: int, desk: Desk) -> tuple[dict[str, list[Row]], str | None]:
    """Return the rows of a document with all its versions; provisions, facts and search units are the current version's.

    Provisions of older versions go to ``past_provisions``, under ids that begin with the version's.
    """
    current = parsed[-1]
    ids = [f"{folder.id}@v{version.number}" for version in folder.versions]
    document = document_row(folder, current, ids[-1])
    rows = list(provision_rows(folder.id, ids[-1], current))
    past = [list(provision_rows(folder.id, id_, one, owner=id_)) for id_, one in zip(ids[:-1], parsed[:-1])]
    facts, unit_facets = desk.facts.read(folder.id, current, rows)
    path = path_of(desk.corpus, folder.id)
    versions = [
        Version(version.number, one, rows if one is current else list(provision_rows(folder.id, id_, one)))
        for version, id_, one in zip(folder.versions, ids, parsed)
    ]
    published = publish(folder.id, read_published(path), versions, desk.release, path)
    tables: dict[str, list[Row]] = {
        "documents": [document],
        "versions": [version_row(folder, version, one, desk.corpus.parent) for version, one in zip(folder.versions, parsed)],
        "provisions": rows,
        "past_provisions": [row for some in past for row in some],
        "aliases": list(published.aliases),
        "retired": list(published.retired),
        "successions": list(iterate_successions(folder.id, published)),
        "metadata": [row for id_, one in zip(ids, parsed) for row in metadata_rows(folder, id_, one, is_current=one is current)],
        "noise": [row for id_, one in zip(ids, parsed) for row in noise_rows(id_, one)],
        "doubts": [row for id_, one in zip(ids, parsed) for row in doubt_rows(folder.id, id_, one, one is current)],
        "indicators": list(indicator_rows(folder.id, current, desk.facts.concept)),
        "compared_provisions": list(compared_rows(rows, len(current.reading.text))),
        **facts,
        **index_document(number, document, rows, unit_facets),
    }
    # The id of a file outside any folder is only proposed: no address of it is promised yet.
    return tables, None if folder.is_loose else format_published(folder.id, published.listed)
