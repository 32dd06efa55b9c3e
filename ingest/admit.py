"""Admit the versions of a document that can be read; put aside those that cannot, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.corpus import DocumentFolder, VersionFile
from ingest.guard import bounded
from ingest.judge import judge
from ingest.parse import parse
from ingest.read import read
from ingest.records import Doubt, Parsed, SourceError, UnfitError

LONGEST_TEXT = 2_000_000  # characters; the longest plan seen has a tenth


@dataclass(frozen=True)
class Refused:
    """A captured file that was put aside."""

    path: Path
    reason: str  # one line, without the file's name
    document_id: str | None  # None: a loose file whose id can't be told


@dataclass(frozen=True)
class Admitted:
    """A document with the versions that were read, their parses, and what was put aside."""

    folder: DocumentFolder
    parsed: tuple[Parsed, ...]
    refused: tuple[Refused, ...]


def admit(folder: DocumentFolder) -> Admitted:
    """Read and parse the versions of a document; a file that is unfit is put aside and stops nothing else."""
    fit: list[tuple[VersionFile, Parsed]] = []
    refused: list[Refused] = []
    for version in folder.versions:
        try:
            if folder.unfit is not None:
                raise UnfitError(folder.unfit)
            parsed = parse_file(version.path)
            fit.append((version, _doubt_loose(parsed, folder.id) if folder.is_loose else parsed))
        except SourceError as error:
            refused.append(Refused(version.path, str(error).removeprefix(f"{version.path}: "), folder.id or None))
    return Admitted(
        replace(folder, versions=tuple(version for version, _ in fit)), tuple(one for _, one in fit), tuple(refused)
    )


def parse_file(path: Path) -> Parsed:
    """Return the parse of a captured file. Raises SourceError for one that cannot be read or is no policy document."""
    with bounded(path):
        reading = read(path)
        if len(reading.text) > LONGEST_TEXT:
            raise UnfitError(f"{path}: has {len(reading.text):,} characters, no document has; save the part that is the document")
        parsed = parse(reading)
        judge(parsed, path)
    return parsed


def _doubt_loose(parsed: Parsed, document_id: str) -> Parsed:
    message = f"文件散放在corpus/，没有document.yml；编号{document_id}由正文推定，请用kb add收录"
    return replace(parsed, doubts=(Doubt(0, len(parsed.reading.text), "no-document-file", message), *parsed.doubts))
