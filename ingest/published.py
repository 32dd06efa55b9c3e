"""Read and write the list of what was ever published of a document: ``corpus/published/<document-id>.tsv``.

Curated data: a build adds to it, a curator may write in its column ``becomes``, git keeps it. It stands beside the
documents' folders rather than in them, so that a folder that is renamed or taken away is missed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from ingest.records import SourceError

FOLDER = "published"
RETIRED = "retired"
_NUMBERS = {"version", "start", "end"}
_ABOUT = """\
# Every address ever published of {id}, one a line; a build adds to it, and none is ever taken out.
# An eid that the text no longer gives has in `becomes` the eid that it is now, or `retired` with a reason.
# start, end and sha256 (the first 16 digits, of provisions.text) are of the version's reading text.
"""


@dataclass(frozen=True)
class Entry:
    """An address: an eid of a version, where its words stood, and what became of it.

    ``since`` and ``changed`` are versions of the corpus; ``becomes`` is empty as long as the text gives the eid.
    """

    version: int
    eid: str
    kind: str
    start: int | None
    end: int | None
    sha256: str
    since: str
    becomes: str
    changed: str
    reason: str
    opening: str  # its first words, for who reads the list

    @property
    def is_live(self) -> bool:
        return not self.becomes


@dataclass(frozen=True)
class Listed:
    """What a file lists: the entries, and by version the hash of the reading text that their places are of."""

    entries: tuple[Entry, ...] = ()
    texts: Mapping[int, str] | None = None


COLUMNS = tuple(field.name for field in fields(Entry))


def path_of(corpus: Path, document_id: str) -> Path:
    """Return where the list of a document is."""
    return corpus / FOLDER / f"{document_id}.tsv"


def read_published(path: Path) -> Listed:
    """Return what a file lists, nothing where there is none. Raises SourceError with the line and the mend."""
    if not path.exists():
        return Listed((), {})
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise SourceError(f"{path}: is not UTF-8; save it as UTF-8") from None
    texts: dict[int, str] = {}
    entries: list[Entry] = []
    is_headed = False
    for number, line in enumerate(lines, 1):
        words = line.split()
        if words[:2] == ["#", "text"] and len(words) == 4 and words[2].isdecimal():
            texts[int(words[2])] = words[3]
        elif not line.strip() or line.startswith("#"):
            continue
        elif not is_headed:
            if line.split("\t") != list(COLUMNS):
                raise SourceError(f"{path}: line {number}: the columns are {' '.join(COLUMNS)}, set apart by tabs; mend the line")
            is_headed = True
        else:
            entries.append(_read_line(path, number, line))
    return Listed(tuple(entries), texts)


def write_published(path: Path, text: str) -> bool:
    """Write a list where it differs from the file, in one step; return False where the corpus cannot be written."""
    body = text.encode()
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists() and path.read_bytes() == body:
            return True
        path.parent.mkdir(exist_ok=True)
        beside.write_bytes(body)
        os.replace(beside, path)
    except OSError:
        return False
    finally:
        try:
            beside.unlink(missing_ok=True)
        except OSError:
            pass
    return True


def format_published(document_id: str, listed: Listed) -> str:
    """Return the file's text: entries in the order of version and place."""
    lines = [_ABOUT.format(id=document_id).rstrip("\n")]
    lines += [f"# text {version} {digest}" for version, digest in sorted((listed.texts or {}).items())]
    lines.append("\t".join(COLUMNS))
    for entry in sorted(listed.entries, key=_order):
        values = (getattr(entry, name) for name in COLUMNS)
        lines.append("\t".join("" if value is None else str(value) for value in values).rstrip("\t"))
    return "\n".join(lines) + "\n"


def check_folders(corpus: Path, document_ids: Iterable[str]) -> None:
    """Raise SourceError where a document was published whose folder is no longer there."""
    known = set(document_ids)
    for path in sorted((corpus / FOLDER).glob("*.tsv")):
        if not path.name.startswith(".") and path.stem not in known:
            raise SourceError(
                f"{path}: {path.stem} was published and its folder is gone; put the folder back"
                " (a document that no longer holds says so by withdrawn_on in its document.yml)"
            )


def _order(entry: Entry) -> tuple:
    place = (1, 0, 0) if entry.start is None else (0, entry.start, -(entry.end or 0))
    return (entry.version, *place, len(entry.eid), entry.eid, not entry.is_live, entry.becomes)


def _read_line(path: Path, number: int, line: str) -> Entry:
    values = [value.strip() for value in line.split("\t")]
    values += [""] * (len(COLUMNS) - len(values))
    if len(values) > len(COLUMNS):
        raise SourceError(f"{path}: line {number}: has more than {len(COLUMNS)} columns; mend the line")
    given: dict[str, object] = dict(zip(COLUMNS, values))
    for name in _NUMBERS:
        value = str(given[name])
        if not (value.isascii() and value.isdecimal()) and (value or name == "version"):
            raise SourceError(f"{path}: line {number}: {name} {value!r} is no number; mend the line")
        given[name] = int(value) if value else None
    entry = Entry(**given)
    if not entry.eid:
        raise SourceError(f"{path}: line {number}: has no eid; mend the line")
    if entry.becomes == RETIRED and not entry.reason:
        raise SourceError(f"{path}: line {number}: {entry.eid} is retired without a reason; write one in the column reason")
    return entry
