"""Take in files that lie loose in the corpus folder: each is a document without a document.yml."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingest.admit import parse_file
from ingest.corpus import DocumentFolder, VersionFile
from ingest.identify import identify
from ingest.records import SourceError
from ingest.rules import load_rules


@dataclass(frozen=True)
class Identity:
    """What a loose file's text says that it is: the id it would have, or why it can't have one."""

    document_id: str | None
    unfit: str | None = None


def identify_file(path: Path) -> Identity:
    """Return the identity of a loose file."""
    try:
        identity = identify(parse_file(path), path.name)
    except SourceError as error:
        return Identity(None, str(error).removeprefix(f"{path}: "))
    proposed = identity.free_id(())
    if proposed is None:
        missing = [r for r in identity.remarks if "tells the province" in r or "no year" in r]
        return Identity(None, f"{' and '.join(missing)}: add it with kb add --id")
    return Identity(proposed)


def take_loose(files: Iterable[tuple[Path, Identity]], taken: Iterable[str]) -> list[DocumentFolder]:
    """Return a document for each file; ``unfit`` says why one can't be: of two with one id the first by name has it."""
    names = {entry["code"]: entry["name"] for entry in load_rules("provinces.yml")}
    ids = {document_id.casefold() for document_id in taken}
    documents = []
    for path, identity in sorted(files):
        document_id, unfit = identity.document_id or "", identity.unfit
        if document_id in ids:
            # It may be a new version of that document, or another one: who adds it decides.
            unfit = f"its id would be {document_id}, which is there already: add it with kb add, which tells a new version"
            document_id = ""
        elif document_id:
            ids.add(document_id)
        locality = document_id[:2] or "cn"
        documents.append(DocumentFolder(document_id, locality, names[locality], (VersionFile(1, path),), {}, is_loose=True, unfit=unfit))
    return documents
