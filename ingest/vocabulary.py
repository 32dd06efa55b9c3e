"""Read the vocabularies that a curator keeps beside the documents: lexicon and synonyms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ingest.records import SourceError


@dataclass(frozen=True)
class Vocabulary:
    """Words that must not be cut apart, and groups of words that stand for the same thing."""

    lexicon: tuple[str, ...]
    synonyms: tuple[tuple[str, ...], ...]


def load_vocabulary(corpus: Path) -> Vocabulary:
    """Return the vocabularies of a corpus; each may be missing. Raises SourceError."""
    synonyms = _load_synonyms(corpus / "synonyms.yml")
    lexicon = _load_lexicon(corpus / "lexicon.txt")
    # A synonym that jieba cuts apart would never be met.
    return Vocabulary(tuple(dict.fromkeys([*lexicon, *(word for group in synonyms for word in group)])), synonyms)


def _load_lexicon(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise SourceError(f"{path}: is not UTF-8; save it as UTF-8") from None
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    for word in words:
        if " " in word:
            raise SourceError(f"{path}: {word!r} has a blank in it; put one word on a line")
    return words


def _load_synonyms(path: Path) -> tuple[tuple[str, ...], ...]:
    if not path.exists():
        return ()
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceError(f"{path}: {str(error).splitlines()[0]}; mend the YAML") from None
    groups: list[tuple[str, ...]] = []
    seen: dict[str, int] = {}
    for number, entry in enumerate(entries, 1):
        words = entry.get("words") if isinstance(entry, dict) else None
        if not isinstance(words, list) or len(words) < 2 or not all(isinstance(w, str) and w.strip() for w in words):
            raise SourceError(f"{path}: entry {number} needs a list of at least two words; mend the entry")
        for word in words:
            if word in seen:
                raise SourceError(f"{path}: {word!r} stands in entries {seen[word]} and {number}; keep it in one")
            seen[word] = number
        groups.append(tuple(words))
    return tuple(groups)
