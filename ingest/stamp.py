"""Tell whether a database still fits its corpus; imports next to nothing, so that serving starts at once."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

#: What a curator keeps for all documents; alignments.yml concerns those that it names.
VOCABULARY_FILES = (
    "lexicon.txt", "synonyms.yml", "themes.yml", "theme-words.yml", "agencies.yml", "audiences.yml", "indicators.yml",
)  # fmt: skip
ROOT = Path(__file__).resolve().parent.parent


def is_stale(corpus: Path, db: Path) -> bool:
    """True when the database is missing, or was built from another corpus or by other code."""
    if not db.is_file():
        return True
    try:
        connection = sqlite3.connect(f"{db.resolve().as_uri()}?mode=ro", uri=True)
        try:
            facts = dict(connection.execute("select key, value from build"))
        finally:
            connection.close()
    except sqlite3.Error:
        return True
    return facts.get("corpus_sha256") != hash_corpus(corpus.resolve()) or facts.get("tool_sha256") != hash_tool()


def hash_corpus(corpus: Path) -> str:
    """Return one hash over everything that a curator keeps in the corpus."""
    return hash_files(corpus, corpus_files(corpus)) if corpus.is_dir() else ""


def hash_tool() -> str:
    """Return one hash over the code and the rules that make kb.db, and the libraries they are locked to."""
    files = [p for folder in ("ingest", "lang", "align") for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".yml", ".json")]
    lock = ROOT / "requirements.lock"
    return hash_files(ROOT, [*files, *([lock] if lock.exists() else [])])


def hash_ground(corpus: Path, labelled: Iterable[str]) -> str:
    """Return one hash over all that the rows of every document depend on.

    The code, the vocabularies, and the documents whose themes a curator has decided, since the others' are learned
    from them. A database on the same ground can be brought up to a corpus; any other is built from nothing.
    """
    files = [corpus / name for name in VOCABULARY_FILES if (corpus / name).is_file()]
    files += [p for name in ("labels", *labelled) for p in (corpus / name).glob("*") if p.is_file()]
    return hashlib.sha256(f"{hash_tool()}\0{corpus.name}\0{hash_files(corpus, files)}".encode()).hexdigest()


def hash_files(root: Path, paths: list[Path]) -> str:
    """Return one SHA-256 over the names and the bytes of files."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(f"{path.relative_to(root).as_posix()}\0{path.stat().st_size}\0".encode(errors="surrogateescape"))
        digest.update(path.read_bytes())
    return digest.hexdigest()


def corpus_files(corpus: Path) -> list[Path]:
    """Return the files that a build depends on."""
    return [p for p in corpus.rglob("*") if p.is_file() and not any(part.startswith(".") for part in p.parts[-2:])]
