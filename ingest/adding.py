"""Add to a corpus: read what is there, propose, and write all or nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.account import account
from ingest.admit import parse_file
from ingest.corpus import ID, DocumentFolder, VOCABULARIES, check_value, load_corpus
from ingest.identify import title_of
from ingest.propose import Given, Known, Proposal, ProposalError, extend_document_file, propose
from ingest.records import Parsed, SourceError
from ingest.resemble import sketch
from ingest.rules import load_rules
from ingest.survey import hash_folder


@dataclass
class Desk:
    """A corpus to which files are added; it knows what is there, and what was proposed since."""

    corpus: Path
    known: list[Known] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @classmethod
    def open(cls, corpus: Path, db: Path | None = None) -> "Desk":
        """Learn what is there: from a database where that has a document as it is, else from its files.

        Raises SourceError for a corpus that is broken already; an empty one is none.
        """
        desk = cls(corpus)
        try:
            folders = load_corpus(corpus)
        except SourceError:
            if any(p.is_dir() and p.name not in VOCABULARIES and not p.name.startswith(".") for p in corpus.iterdir()):
                raise
            folders = ()
        loose = {folder.id for folder in folders if folder.is_loose}
        stored = dict(_read_stored(db)) if db is not None else {}
        desk.known = [_recall(folder, stored.get(folder.id)) or _know(folder) for folder in folders if not folder.is_loose]
        # What was published once keeps its id; what lies loose gets its own by being added.
        published = {path.stem for path in (corpus / "published").glob("*.tsv")}
        desk.taken = ({folder.id for folder in folders} | published | VOCABULARIES) - loose
        return desk

    def propose(self, path: Path, name: str, suffix: str, given: Mapping[str, Any]) -> Proposal | str:
        """Return how a staged file would enter the corpus, or in one line why it can't."""
        try:
            _check_given(given)
            parsed = parse_file(path)
            problems = account(parsed)
            if problems:
                return f"the accounting fails, please report it: {problems[0]}"
            sketched = sketch(parsed.reading.text)
            proposal = propose(parsed, sketched, Given(name=name, suffix=suffix, **given), self.known, self.taken)
        except SourceError as error:
            return str(error).removeprefix(f"{path}: ").removeprefix(f"{name}: ")
        except ProposalError as error:
            return str(error)
        self.taken.add(proposal.id)
        before = next((k for k in self.known if k.id == proposal.id), None)
        versions = {**(before.versions if before else {}), parsed.reading.sha256: proposal.version}
        self.known = [k for k in self.known if k is not before]
        self.known.append(Known(proposal.id, proposal.title, proposal.facts.get("doc_number"), versions, sketched))
        return proposal

    def write(self, proposals: Sequence[tuple[Proposal, Path]], staging: Path) -> list[Path]:
        """Put the staged files into the corpus, all or none of them; returns the paths written.

        Everything is made and checked beside the corpus first; then folders are moved in, a document that gets a
        new version last. Raises SourceError and leaves the corpus as it was.
        """
        made = staging / "made"
        for proposal, staged in proposals:
            folder = made / proposal.id
            if not folder.exists():
                there = self.corpus / proposal.id
                if there.exists():
                    shutil.copytree(there, folder, symlinks=True)
                else:
                    folder.mkdir(parents=True)
            declared = folder / "document.yml"
            if proposal.version > 1:
                text, remark = extend_document_file(declared.read_text(encoding="utf-8"), proposal.version, proposal.document_file)
                if remark:
                    raise SourceError(f"{self.corpus / proposal.id}: {remark}")
            else:
                text = proposal.document_file
            declared.write_text(text, encoding="utf-8")
            shutil.copyfile(staged, folder / f"v{proposal.version}{proposal.suffix}")
        try:
            load_corpus(made)
        except SourceError as error:
            raise SourceError(str(error).replace(str(made), str(self.corpus))) from None
        return _move_in(made, self.corpus, staging / "before", [self.corpus / proposal.file for proposal, _ in proposals])


def _move_in(made: Path, corpus: Path, before: Path, wanted: list[Path]) -> list[Path]:
    """Move made folders into the corpus; where one fails, take back those that were moved."""
    before.mkdir()
    moved: list[Path] = []
    try:
        for folder in sorted(made.iterdir(), key=lambda f: ((corpus / f.name).exists(), f.name)):
            target = corpus / folder.name
            if target.exists():
                os.rename(target, before / folder.name)
            moved.append(target)
            os.rename(folder, target)
    except BaseException:
        for target in reversed(moved):
            if (before / target.name).exists():
                if target.exists():
                    shutil.rmtree(target)
                os.rename(before / target.name, target)
            elif target.exists():
                shutil.rmtree(target)
        raise
    return wanted


@dataclass(frozen=True)
class _Stored:
    """A document as a database has it: the hash of its files, and of each captured text its hash and number."""

    files: str
    title: str | None
    doc_number: str | None
    versions: dict[str, int]
    text: str


def _read_stored(db: Path) -> Iterator[tuple[str, _Stored]]:
    """Yield the documents that a database holds; none where it can't be read or is older than this program."""
    if not db.is_file():
        return
    connection = sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True)
    try:
        versions: dict[str, dict[str, int]] = {}
        for document, sha256, name in connection.execute("select document_id, source_sha256, id from versions"):
            versions.setdefault(document, {})[sha256] = int(name.rpartition("@v")[2])
        sql = """
            select d.id, i.files, d.title, d.doc_number, v.text from documents d join ingested i on i.name = d.id
            join versions v on v.id = d.current_version
        """
        for document, files, title, doc_number, text in connection.execute(sql):
            yield document, _Stored(files, title, doc_number, versions[document], text)
    except sqlite3.Error:
        return
    finally:
        connection.close()


def _recall(folder: DocumentFolder, stored: _Stored | None) -> Known | None:
    if stored is None or stored.files != hash_folder(folder.versions[0].path.parent) or len(stored.versions) != len(folder.versions):
        return None
    return Known(folder.id, stored.title, stored.doc_number, stored.versions, sketch(stored.text))


def _know(folder: DocumentFolder) -> Known:
    """What a document that is there is compared by; one whose newest text can't be read has only its files."""
    curated = {name: supplied.value for name, supplied in folder.curated.items()}
    hashes = {_sha256(version.path): version.number for version in folder.versions}
    try:
        parsed: Parsed | None = parse_file(folder.versions[-1].path)
    except SourceError:
        parsed = None
    title = curated.get("title") or (parsed and title_of(parsed))
    number = curated.get("doc_number") or next((f.value for f in parsed.facts if f.field == "doc_number"), None) if parsed else None
    return Known(folder.id, title, number, hashes, sketch(parsed.reading.text if parsed else ""))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_given(given: Mapping[str, Any]) -> None:
    for name in ("title", "source_url", "captured_on"):
        if given.get(name) is not None:
            check_value(Path("kb add"), name, given[name])
    document_id = given.get("id")
    if document_id is not None:
        match = ID.match(document_id)
        codes = [entry["code"] for entry in load_rules("provinces.yml")]
        if match is None or match["locality"] not in codes:
            raise SourceError(f"id {document_id!r} is not <locality>-<year>-<slug> such as ln-2022-zhiye-jineng-peixun; name another one")
