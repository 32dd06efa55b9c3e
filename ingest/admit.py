"""Admit the versions of a document that can be read; put aside those that cannot, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.corpus import DocumentFolder, VersionFile
from ingest.judge import judge
from ingest.parse import parse
from ingest.read import read
from ingest.records import Parsed, SourceError


@dataclass(frozen=True)
class Refused:
    """A captured file that was put aside."""

    path: Path
    reason: str  # one line, without the file's name


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
            parsed = parse(read(version.path))
            judge(parsed, version.path)
            fit.append((version, parsed))
        except SourceError as error:
            refused.append(Refused(version.path, str(error).removeprefix(f"{version.path}: ")))
    return Admitted(
        replace(folder, versions=tuple(version for version, _ in fit)), tuple(one for _, one in fit), tuple(refused)
    )
