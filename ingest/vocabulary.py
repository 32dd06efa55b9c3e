"""Read the vocabularies that a curator keeps beside the documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ingest.address import Audience
from ingest.records import SourceError


@dataclass(frozen=True)
class Theme:
    """An entry of themes.yml with its group, and the words that mark it."""

    id: str
    name: str
    scope: str
    group_id: str
    group_name: str
    words: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Alignment:
    """A curator's decision on provisions: a pair that is pinned or forbidden, or the label of one's measure."""

    kind: str  # pin, forbid, label
    provisions: tuple[str, ...]  # ids; two, or one for a label
    label: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The curated vocabularies: words, groups of synonyms, themes, public bodies, audiences, targets, labels."""

    lexicon: tuple[str, ...]
    synonyms: tuple[tuple[str, ...], ...]
    themes: tuple[Theme, ...] = ()
    agencies: tuple[Mapping[str, Any], ...] = ()
    audiences: tuple[Audience, ...] = ()
    concepts: tuple[Mapping[str, Any], ...] = ()
    labels: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)  # by document, by eid
    alignments: tuple[Alignment, ...] = ()


def load_vocabulary(corpus: Path) -> Vocabulary:
    """Return the vocabularies of a corpus; each may be missing. Raises SourceError."""
    synonyms = _load_synonyms(corpus / "synonyms.yml")
    lexicon = _load_lexicon(corpus / "lexicon.txt")
    themes = _load_themes(corpus)
    return Vocabulary(
        # A synonym that jieba cuts apart would never be met.
        lexicon=tuple(dict.fromkeys([*lexicon, *(word for group in synonyms for word in group)])),
        synonyms=synonyms,
        themes=themes,
        agencies=_load_entries(corpus / "agencies.yml", {"id", "name", "forms"}, {"sentence"}),
        audiences=tuple(
            Audience(e["id"], e["name"], tuple(e["forms"]), tuple(e.get("not", ())))
            for e in _load_entries(corpus / "audiences.yml", {"id", "name", "forms"}, {"not"})
        ),
        concepts=_load_entries(corpus / "indicators.yml", {"id", "name", "names"}, {"note"}),
        labels=_load_labels(corpus / "labels", {theme.id for theme in themes}),
        alignments=_load_alignments(corpus / "alignments.yml"),
    )


def _load_themes(corpus: Path) -> tuple[Theme, ...]:
    path = corpus / "themes.yml"
    if not path.exists():
        return ()
    words = _load(corpus / "theme-words.yml") or {}
    themes = []
    try:
        for group in (_load(path) or {})["groups"]:
            for theme in group["themes"]:
                marks = words.get(theme["id"], {})
                themes.append(Theme(theme["id"], theme["name"], theme.get("scope", ""), group["id"], group["name"], marks))
    except (KeyError, TypeError) as error:
        raise SourceError(f"{path}: a theme or group lacks {error}; mend the entry") from None
    unknown = set(words) - {theme.id for theme in themes}
    if unknown:
        raise SourceError(f"{corpus / 'theme-words.yml'}: {sorted(unknown)[0]!r} is no theme of themes.yml; mend the id")
    return tuple(themes)


def _load_entries(path: Path, required: set[str], optional: set[str]) -> tuple[Mapping[str, Any], ...]:
    if not path.exists():
        return ()
    entries = _load(path) or []
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        keys = set(entry) if isinstance(entry, dict) else set()
        if not required <= keys:
            raise SourceError(f"{path}: entry {number} lacks {', '.join(sorted(required - keys))}; add it")
        if keys - required - optional:
            raise SourceError(f"{path}: entry {number}: unknown key {sorted(keys - required - optional)[0]!r}; take it out")
        if entry["id"] in seen:
            raise SourceError(f"{path}: id {entry['id']!r} stands twice; keep it in one entry")
        seen.add(entry["id"])
    return tuple(entries)


def _load_labels(folder: Path, themes: set[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    labels: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in sorted(folder.glob("*.yml")) if folder.is_dir() else ():
        given = _load(path) or {}
        if not isinstance(given, dict):
            raise SourceError(f"{path}: must map each eid to a list of themes; mend the YAML")
        for eid, some in given.items():
            unknown = [theme for theme in some or () if theme not in themes]
            if unknown:
                raise SourceError(f"{path}: {eid}: {unknown[0]!r} is no theme of themes.yml; mend the id")
        labels[path.stem] = {eid: tuple(some or ()) for eid, some in given.items()}
    return labels


def _load_alignments(path: Path) -> tuple[Alignment, ...]:
    alignments: list[Alignment] = []
    decided: dict[frozenset[str], int] = {}
    entries = _load(path) or []
    if not isinstance(entries, list):
        raise SourceError(f"{path}: must be a list of entries such as '- pin: [a/part_1__cl_1, b/part_1__cl_2]'; mend the YAML")
    for number, entry in enumerate(entries, 1):
        kinds = [kind for kind in ("pin", "forbid", "label") if isinstance(entry, dict) and kind in entry]
        if len(kinds) != 1 or set(entry) - {kinds[0], "of", "reason"}:
            raise SourceError(f"{path}: entry {number} needs one of pin, forbid, label, and may have of and reason; mend the entry")
        kind = kinds[0]
        named = [entry.get("of")] if kind == "label" else entry[kind]
        wanted = 1 if kind == "label" else 2
        good = isinstance(named, list) and len(named) == wanted and all(isinstance(n, str) and n.count("/") == 1 for n in named)
        if not good or len({n.split("/")[0] for n in named}) != wanted or (kind == "label" and not isinstance(entry["label"], str)):
            form = "'label: name' with 'of: document/eid'" if kind == "label" else f"'{kind}: [document/eid, other-document/eid]'"
            raise SourceError(f"{path}: entry {number} is not {form}; mend the entry")
        ids = tuple(n.replace("/", "__", 1) for n in named)
        other = decided.setdefault(frozenset(ids), number)
        if other != number:
            raise SourceError(f"{path}: entries {other} and {number} decide on the same; keep one")
        alignments.append(Alignment(kind, ids, entry["label"] if kind == "label" else None, entry.get("reason")))
    return tuple(alignments)


def _load(path: Path) -> Any:
    if not path.exists():
        return None
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceError(f"{path}: {str(error).splitlines()[0]}; mend the YAML") from None


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
    entries = _load(path) or []
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
