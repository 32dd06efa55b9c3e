"""Find what a curator keeps in corpus/: one folder a document, its captured files, its document.yml."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ingest.read import MEDIA_TYPES
from ingest.records import SourceError
from ingest.rules import load_rules

ID = re.compile(r"(?P<locality>[a-z]{2})-(?P<year>(?:19|20)\d{2})-[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same in C: a large corpus has thousands of such files
VOCABULARIES = {"labels", "published"}  # folders of the corpus that hold no document
VOCABULARY_FILES = {"lexicon.txt"}  # what else has a suffix that documents have
_UNPRINTABLE = re.compile("[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
LARGEST_YAML = 1 << 20  # bytes; a document.yml has a thousand
_VERSION = re.compile(r"v(?P<number>[1-9]\d*)(?P<suffix>\.[a-z]+)\Z")


class Supplied(BaseModel):
    """A curated fact, and why it is supplied."""

    model_config = ConfigDict(extra="forbid")
    value: Any
    reason: str | None = None


def _with_reason(given: Any) -> Any:
    return given if isinstance(given, dict) else {"value": given}


Curated = Annotated[Supplied | None, BeforeValidator(lambda v: None if v is None else _with_reason(v))]


class VersionNote(BaseModel):
    """What document.yml may say of one version: when it was captured, and what a reader should know of it."""

    model_config = ConfigDict(extra="forbid")
    captured_on: Curated = None
    note: Curated = None


class DocumentFile(BaseModel):
    """What document.yml may say: facts that the text does not say or says wrongly.

    A fact is a value, or ``{value: …, reason: …}``. ``id`` may repeat the folder's name. ``captured_on`` is of the
    newest version; ``versions`` says it of each: ``{v1: {captured_on: 2022-07-01}, v2: …}``. ``withdrawn_on`` and
    ``withdrawn_reason`` say that the document no longer holds: its pages stay, with a notice.
    """

    model_config = ConfigDict(extra="forbid")
    id: str | None = None
    title: Curated = None
    doc_number: Curated = None
    doc_type: Curated = None
    issuers: Curated = None
    issued_on: Curated = None
    published_on: Curated = None
    period_start: Curated = None
    period_end: Curated = None
    source_url: Curated = None
    captured_on: Curated = None
    withdrawn_on: Curated = None
    withdrawn_reason: Curated = None
    versions: dict[str, VersionNote] | None = None


_DATES = ("issued_on", "published_on", "captured_on", "withdrawn_on")
_YEARS = ("period_start", "period_end")


@dataclass(frozen=True)
class VersionFile:
    """One captured text of a document, and what a curator says of it."""

    number: int
    path: Path
    captured_on: Supplied | None = None
    note: Supplied | None = None


@dataclass(frozen=True)
class DocumentFolder:
    """A document as the corpus keeps it; ``curated`` maps a field to its value and reason."""

    id: str
    province_code: str
    province: str
    versions: tuple[VersionFile, ...]
    curated: dict[str, Supplied]
    is_loose: bool = False  # a file that lies in the corpus folder itself: its id is told by its text
    unfit: str | None = None  # why a loose file is no document


def list_sources(corpus: Path) -> tuple[list[Path], list[Path]]:
    """Return a corpus's folders of documents and its loose files, by name.

    Raises SourceError with one line that names the file and the mend.
    """
    if not corpus.is_dir():
        raise SourceError(f"{corpus}: no such folder; name the corpus folder")
    folders = sorted(p for p in corpus.iterdir() if p.is_dir() and p.name not in VOCABULARIES and not p.name.startswith("."))
    loose = sorted(p for p in corpus.iterdir() if p.is_file() and p.suffix in MEDIA_TYPES and p.name not in VOCABULARY_FILES
                   and not p.name.startswith((".", "README")))  # fmt: skip
    if not folders and not loose:
        raise SourceError(f"{corpus}: no document folder in it; add one such as ln-2022-zhiye-jineng-peixun/v1.txt")
    for path in (*folders, *loose, *(inner for folder in folders if not folder.is_symlink() for inner in sorted(folder.iterdir()))):
        _check_place(path, corpus)
    seen: dict[str, Path] = {}
    provinces = {entry["code"]: entry["name"] for entry in load_rules("provinces.yml")}
    for folder in folders:
        match = ID.match(folder.name)
        if match is None:
            raise SourceError(f"{folder}: a document's id is <locality>-<year>-<slug> in a-z, 0-9 and -; rename the folder")
        if match["locality"] not in provinces:
            raise SourceError(f"{folder}: locality {match['locality']!r} is none of {', '.join(provinces)}; rename the folder")
        # A file system that tells Ln from ln may hold both; addresses do not tell them apart.
        other = seen.setdefault(folder.name.casefold(), folder)
        if other is not folder:
            raise SourceError(f"{folder}: has the same id as {other}; give one of the two another id")
    return folders, loose


def load_corpus(corpus: Path) -> tuple[DocumentFolder, ...]:
    """Return the documents of a corpus folder in the order of their ids. Raises SourceError."""
    folders, loose = list_sources(corpus)
    documents = [load_folder(folder) for folder in folders]
    if loose:
        from ingest.loose import identify_file, take_loose  # parses the files; a corpus without any need not load what parsing needs

        documents += take_loose([(path, identify_file(path)) for path in loose], [folder.name for folder in folders])
        documents.sort(key=lambda document: document.id)
    return tuple(documents)


def _check_place(path: Path, corpus: Path) -> None:
    """Raise SourceError for what is no file or folder of the corpus itself: a pipe, a device, a link to elsewhere.

    Nor may a name hold line breaks, bytes that are no characters or signs that turn the direction of writing.
    """
    if _UNPRINTABLE.search(path.name):
        shown = _UNPRINTABLE.sub(lambda sign: sign[0].encode("unicode_escape").decode(), path.name)
        raise SourceError(f"{path.parent / shown}: has signs in its name that can't be printed; rename it")
    try:
        is_inside = path.resolve().is_relative_to(corpus.resolve())
    except (OSError, RuntimeError):  # a link that leads to itself
        raise SourceError(f"{path}: is no plain file; take it out") from None
    if not is_inside:
        raise SourceError(f"{path}: is a link out of the corpus; put the file itself in its place")
    if not path.is_file() and not path.is_dir():
        raise SourceError(f"{path}: is no plain file; take it out")


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds; raises SourceError."""
    try:
        if path.stat().st_size > LARGEST_YAML:
            raise SourceError(f"{path}: is larger than {LARGEST_YAML >> 20} MB; mend the YAML")
        text = path.read_text(encoding="utf-8")
        # What is told once and named a thousand times, in things that are named in turn, has no end.
        if "*" in text and any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
            raise SourceError(f"{path}: names a value by * that stands elsewhere; write it out")
        data = yaml.load(text, _Loader)
    except UnicodeDecodeError:
        raise SourceError(f"{path}: is not UTF-8; save it as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise SourceError(f"{path}: {where}{getattr(error, 'problem', None) or ' '.join(str(error).split())}; mend the YAML") from None
    except RecursionError:
        raise SourceError(f"{path}: is nested too deeply; mend the YAML") from None
    except ValueError as error:  # 2022-13-40 looks like a date to YAML and is none
        raise SourceError(f"{path}: {error}: is not a date such as 2022-06-10; mend the value") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise SourceError(f"{path}: must be a mapping such as 'title: …'; mend the YAML")
    return data


def load_folder(folder: Path) -> DocumentFolder:
    """Return the document of a folder that list_sources gives. Raises SourceError."""
    declared = _load_document_file(folder / "document.yml")
    provinces = {entry["code"]: entry["name"] for entry in load_rules("provinces.yml")}
    if declared.id is not None and declared.id != folder.name:
        raise SourceError(
            f"{folder / 'document.yml'}: id {declared.id!r} is another document's than the folder {folder.name!r};"
            " rename the folder or take the line out"
        )
    curated = {
        name: supplied
        for name in DocumentFile.model_fields
        if name not in ("id", "versions") and (supplied := getattr(declared, name)) is not None
    }
    versions = _describe_versions(folder / "document.yml", _find_versions(folder), declared)
    return DocumentFolder(folder.name, folder.name[:2], provinces[folder.name[:2]], versions, curated)


def _describe_versions(path: Path, versions: tuple[VersionFile, ...], declared: DocumentFile) -> tuple[VersionFile, ...]:
    notes = declared.versions or {}
    known = [f"v{version.number}" for version in versions]
    for name, note in notes.items():
        if name not in known:
            raise SourceError(f"{path}: versions: {name!r} is none of {', '.join(known)}; mend the name")
        for key in VersionNote.model_fields:
            supplied = getattr(note, key)
            if supplied is not None:
                check_value(path, key, supplied.value)
    described = []
    for version in versions:
        note = notes.get(f"v{version.number}", VersionNote())
        newest = declared.captured_on if version is versions[-1] else None
        described.append(VersionFile(version.number, version.path, note.captured_on or newest, note.note))
    return tuple(described)


def _find_versions(folder: Path) -> tuple[VersionFile, ...]:
    versions: dict[int, Path] = {}
    for path in sorted(folder.iterdir()):
        match = _VERSION.match(path.name)
        if path.name == "document.yml" or path.name.startswith(".") or path.is_dir():
            continue
        if match is None or match["suffix"] not in MEDIA_TYPES:
            known = ", ".join(f"v1{suffix}" for suffix in MEDIA_TYPES)
            raise SourceError(f"{path}: is neither document.yml nor a captured file ({known}); rename it or take it out")
        number = int(match["number"])
        if number in versions:
            raise SourceError(f"{path}: version {number} is there already as {versions[number].name}; number it anew")
        versions[number] = path
    if not versions:
        raise SourceError(f"{folder}: no captured file in it; add v1.txt or v1.html")
    return tuple(VersionFile(number, versions[number]) for number in sorted(versions))


def _load_document_file(path: Path) -> DocumentFile:
    if not path.exists():
        raise SourceError(f"{path}: is missing; add it, empty if the text says everything")
    try:
        declared = DocumentFile.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"] if part != "Supplied")
        if first["type"] == "extra_forbidden":
            known = ", ".join(DocumentFile.model_fields)
            raise SourceError(f"{path}: unknown key {key!r}; the keys are {known}") from None
        raise SourceError(f"{path}: {key}: {first['msg']}; mend the value") from None
    for name in DocumentFile.model_fields:
        supplied = getattr(declared, name)
        if isinstance(supplied, Supplied):
            check_value(path, name, supplied.value)
    return declared


def check_value(path: Path, name: str, value: Any) -> None:
    """Raise SourceError for a value that document.yml may not give to that key."""
    if name == "issuers":
        good = isinstance(value, list) and all(isinstance(v, str) and v.strip() for v in value)
        wanted = "a list of names"
    elif name in _DATES:
        good = isinstance(value, date) or (isinstance(value, str) and _is_date(value))
        wanted = "a date such as 2022-06-10"
    elif name in _YEARS:
        good = isinstance(value, int) and 1949 <= value <= 2100
        wanted = "a year such as 2021"
    else:
        good = isinstance(value, str) and bool(value.strip())
        wanted = "a text"
    if name == "source_url" and good:
        good, wanted = bool(re.match(r"https?://[^\s<>\"]+\Z", value)), "an address that begins with http:// or https://"
    if not good:
        raise SourceError(f"{path}: {name}: {value!r} is not {wanted}; mend the value")


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
