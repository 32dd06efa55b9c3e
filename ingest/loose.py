"""Take in files that lie loose in the corpus folder: each is a document without a document.yml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingest.admit import parse_file
from ingest.corpus import DocumentFolder, VersionFile
from ingest.identify import identify
from ingest.records import SourceError
from ingest.rules import load_rules


def take_loose(files: Iterable[Path], taken: Iterable[str]) -> tuple[DocumentFolder, ...]:
    """Return a document for each file, its id told by the text; ``unfit`` says why a file can't have one."""
    names = {entry["code"]: entry["name"] for entry in load_rules("provinces.yml")}
    ids = set(taken)
    documents = []
    for path in files:
        document_id, locality, unfit = "", "cn", None
        try:
            identity = identify(parse_file(path), path.name)
            proposed = identity.free_id(())
            if proposed is None:
                missing = [r for r in identity.remarks if "tells the province" in r or "no year" in r]
                unfit = f"{' and '.join(missing)}: add it with kb add --id"
            elif proposed in ids:
                # It may be a new version of that document, or another one: who adds it decides.
                unfit = f"its id would be {proposed}, which is there already: add it with kb add, which tells a new version"
            else:
                document_id, locality = proposed, str(identity.locality)
                ids.add(proposed)
        except SourceError as error:
            unfit = str(error).removeprefix(f"{path}: ")
        version = VersionFile(1, path)
        documents.append(DocumentFolder(document_id, locality, names[locality], (version,), {}, is_loose=True, unfit=unfit))
    return tuple(documents)
