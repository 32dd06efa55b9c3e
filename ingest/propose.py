"""Propose how a captured file enters the corpus: its id, its document.yml, what to look at before it is added.

Pure: records in, a proposal out; nothing is read or written here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import yaml

from ingest.identify import identify, title_of
from ingest.name import walk
from ingest.records import Parsed
from ingest.resemble import Overlap, overlap
from lang.tokens import fold

ALIKE = 0.3  # of the shorter text: plans that follow one national plan share less
SAME_TEXT = 0.8  # two texts without title or number
LONGEST_LINE = 60
_OUTLINED = re.compile(r"[0-9A-Z]\d{0,2}(?:[.．]\d{1,3}){0,6}")  # 4 and 4.2.1 of a standard, not 4. of a list
_MISSING = ("title", "doc_number", "issuers", "issued_on", "source_url", "captured_on")


@dataclass(frozen=True)
class Known:
    """A document that is there already, by its newest version; ``versions`` maps each file's hash to its number."""

    id: str
    title: str | None
    doc_number: str | None
    versions: dict[str, int]
    sketch: np.ndarray


@dataclass(frozen=True)
class Given:
    """What is known of a file besides its text: from the curator, or from the address it was fetched from."""

    name: str
    suffix: str
    id: str | None = None
    title: str | None = None
    source_url: str | None = None
    captured_on: str | None = None
    as_new: bool = False  # a document of its own, though it looks like a version of another


@dataclass(frozen=True)
class Alike:
    """A document that shares much text with a new one."""

    id: str
    title: str | None
    share: float  # of the shorter text


@dataclass(frozen=True)
class Proposal:
    """How a file would enter the corpus; with ``version`` above 1 as a new version of a document that is there.

    ``outline`` and ``doubts`` are lines to read; ``remarks`` say what the id rests on.
    """

    name: str
    id: str
    version: int
    suffix: str
    document_file: str  # the text of document.yml; of a new version the lines that are new
    title: str | None
    facts: dict[str, str]
    outline: tuple[str, ...]
    doubts: tuple[str, ...]
    remarks: tuple[str, ...]
    alike: tuple[Alike, ...]

    @property
    def file(self) -> str:
        """The captured file's name in the corpus."""
        return f"{self.id}/v{self.version}{self.suffix}"


class ProposalError(Exception):
    """A file that cannot be proposed; the message says in one line why and what to do."""


def propose(parsed: Parsed, sketched: np.ndarray, given: Given, known: Sequence[Known], taken: Collection[str]) -> Proposal:
    """Return how a parsed file would enter a corpus of ``known`` documents. Raises ProposalError.

    ``taken`` are ids that stand for something already, withdrawn documents' too.
    """
    there = next((k for k in known if parsed.reading.sha256 in k.versions), None)
    if there is not None:
        number = there.versions[parsed.reading.sha256]
        raise ProposalError(f"the same file is there already as {there.id}/v{number}; nothing to add")
    title = title_of(parsed) or given.title
    facts = _facts_of(parsed)
    shares = [(k, overlap(sketched, k.sketch)) for k in known]
    older = None if given.as_new else _older(title, facts.get("doc_number"), given.id, shares)
    identity = identify(parsed, given.name)
    remarks = [r for r in identity.remarks if not (given.title and "--title" in r)]
    if older is not None:
        document_id, version = older.id, max(older.versions.values()) + 1
        if given.id and given.id != older.id:
            raise ProposalError(f"looks like a new version of {older.id}: take --id off, or say --new for a document of its own")
        remarks = []
    else:
        if given.id and given.id in taken:
            raise ProposalError(f"id {given.id} is taken; name another one with --id")
        document_id = given.id or identity.free_id(taken)
        version = 1
        if document_id is None:
            missing = " and ".join(r for r in remarks if "tells the province" in r or "no year" in r)
            raise ProposalError(f"{missing}: name the id with --id, such as ln-2022-zhiye-jineng-peixun")
        remarks = [] if given.id else remarks
    if facts.get("title") is None and given.title is None and older is not None:
        title = older.title
    alike = [Alike(k.id, k.title, share.part) for k, share in shares if k is not older and share.part >= ALIKE]
    return Proposal(
        name=given.name,
        id=document_id,
        version=version,
        suffix=given.suffix,
        document_file=_write_version(version, given) if older is not None else _write_document_file(parsed, given, facts),
        title=title,
        facts=facts,
        outline=outline(parsed),
        doubts=tuple(f"{d.kind} at {d.eid or 'the head'}: {d.message}" for d in parsed.doubts),
        remarks=tuple(remarks),
        alike=tuple(sorted(alike, key=lambda a: (-a.share, a.id))),
    )


def _older(
    title: str | None, number: str | None, given_id: str | None, shares: Sequence[tuple[Known, Overlap]]
) -> Known | None:
    """The document that a text is a new version of: the same number or title and much of the text, or nearly all of it."""
    for known, share in sorted(shares, key=lambda pair: -pair[1].both):
        if known.id == given_id:
            return known
        same_number = bool(number and known.doc_number) and _plain(number) == _plain(known.doc_number)
        same_title = bool(title and known.title) and _plain(title) == _plain(known.title)
        if number and known.doc_number and not same_number:
            continue  # the same plan, issued anew under another number, is another document
        if (same_number and share.part >= 0.2) or (same_title and share.part >= 0.2):
            return known
        if title is None and share.both >= SAME_TEXT:
            return known
    return None


def _plain(text: str | None) -> str:
    return re.sub(r"[\W_]+", "", fold(text or ""))


def _facts_of(parsed: Parsed) -> dict[str, str]:
    facts: dict[str, str] = {}
    for fact in parsed.facts:
        if fact.field in ("title", "notice_title", "doc_number", "doc_type", "issued_on", "published_on", "period_start", "period_end"):
            facts.setdefault(fact.field, fact.value)
    issuers = dict.fromkeys(f.value for f in parsed.facts if f.field == "issuer")
    if issuers:
        facts["issuers"] = "、".join(issuers)
    return facts


def _write_document_file(parsed: Parsed, given: Given, facts: dict[str, str]) -> str:
    """document.yml says only what the text does not say; what nobody knows is named in its comment."""
    supplied: dict[str, object] = {}
    if given.title and title_of(parsed) is None:
        supplied["title"] = {"value": given.title, "reason": "捕获的文本没有标题，录入时补充"}
    if given.source_url:
        supplied["source_url"] = given.source_url
    if given.captured_on:
        supplied["captured_on"] = given.captured_on
    read = {"title": "notice_title" in facts or "title" in facts, **{name: name in facts for name in _MISSING[1:4]}}
    told = [name for name in _MISSING if read.get(name)]
    unknown = [name for name in _MISSING if name not in supplied and not read.get(name)]
    lines = [f"# Read from the text: {', '.join(told)}."] if told else []
    if unknown:
        lines.append(f"# Not in the text and not known, and so left out: {', '.join(unknown)}.")
    return "".join(f"{line}\n" for line in lines) + (_dump(supplied) if supplied else "")


def _write_version(version: int, given: Given) -> str:
    note: dict[str, object] = {}
    if given.captured_on:
        note["captured_on"] = given.captured_on
    if given.source_url:
        note["note"] = f"采集自 {given.source_url}"
    return _dump({f"v{version}": note}) if note else ""


def _dump(data: dict[str, object]) -> str:
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1000)


def extend_document_file(text: str, version: int, lines: str) -> tuple[str, str | None]:
    """Return document.yml with what is said of a new version, its comments kept, and a remark where a hand is needed.

    ``captured_on`` at the top is the newest version's: it moves to the version that it was said of.
    """
    top = re.search(r"(?m)^captured_on:[ \t]*(?P<value>[^\s#{][^\n#]*)(?:#[^\n]*)?\n?", text)
    moved = ""
    if top is not None:
        moved = f"v{version - 1}:\n  captured_on: {top['value'].strip()}\n"
        text = text[: top.start()] + text[top.end() :]
    elif re.search(r"(?m)^captured_on:", text):
        return text, f"document.yml: captured_on was v{version - 1}'s; put it below versions: v{version - 1}"
    entries = "".join(f"  {line}\n" for line in (moved + lines).splitlines())
    if not entries:
        return text, None
    if text and not text.endswith("\n"):
        text += "\n"
    listed = re.search(r"(?m)^versions:[ \t]*(?:#[^\n]*)?\n", text)
    if listed is None:
        return f"{text}versions:\n{entries}", None
    indent = re.match(r"[ \t]+", text[listed.end() :])
    if indent is not None and indent[0] != "  ":
        entries = "".join(f"{indent[0]}{line[2:]}\n" for line in entries.splitlines())
    return text[: listed.end()] + entries + text[listed.end() :], None


def outline(parsed: Parsed) -> tuple[str, ...]:
    """Return the marked units of a parse, one a line, indented by depth; rows and items (but 1 and 1.1 of a standard) are left out."""
    lines: list[str] = []
    for unit, depth, _ in walk(parsed.units):
        is_outlined = unit.kind == "item" and _OUTLINED.fullmatch(unit.number or "") is not None
        if unit.kind in ("paragraph", "row", "note", "goal", "item") and not is_outlined:
            continue
        heading = unit.heading or ""
        if not heading and unit.number and unit.kind != "box":
            heading = parsed.reading.text[unit.start : unit.end].strip()[len(unit.number or "") :]
        line = " ".join(f"{unit.number or ''} {heading}".split())
        inner = [child.kind for child, _, _ in walk(unit.children) if child.kind in ("row", "item")]
        count = f" ({len(inner)} rows and items)" if inner and unit.kind == "box" else ""
        lines.append("  " * depth + (line[:LONGEST_LINE] or unit.kind) + count)
    return tuple(lines)
