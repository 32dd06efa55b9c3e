"""Keep every published address working: list what is new, find what a vanished one has become, refuse to lose one.

The functional core; ``ingest.published`` reads and writes the lists.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from align.succeed import Succession, passages, succeed
from ingest.published import RETIRED, Entry, Listed
from ingest.records import Parsed, SourceError
from ingest.recover import LEAST_HELD, Recovery, open_alike, open_with

Row = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """A version as it is published: its number, its parse and its rows of provisions."""

    number: int
    parsed: Parsed
    rows: Sequence[Row]

    @property
    def text(self) -> str:
        return self.parsed.reading.text


@dataclass(frozen=True)
class Published:
    """What a build publishes of a document: the list to keep, and the rows of the tables that answer old addresses."""

    listed: Listed
    aliases: tuple[Row, ...]
    retired: tuple[Row, ...]
    successions: tuple[tuple[int, int, Succession], ...]  # from one version to the next


def publish(document_id: str, listed: Listed, versions: Sequence[Version], release: str, path: object = "published") -> Published:
    """Bring a list up to what the versions now give, and tell what every address that was ever published leads to.

    ``release`` is the corpus version; ``path`` names the list in messages. Raises SourceError in one line where an
    address would be lost.
    """
    texts = {version.number: hash_shortly(version.text) for version in versions}
    entries: list[Entry] = []
    known = _by_version(listed.entries)
    for number in sorted(set(known) - set(texts)):
        raise SourceError(f"{path}: v{number} of {document_id} was published and its file is gone; put v{number} back")
    for version in versions:
        is_same_text = (listed.texts or {}).get(version.number) == texts[version.number]
        entries += _Keeper(version, release, is_same_text, path).bring_up(known[version.number])
    successions = tuple(
        (one.number, other.number, found)
        for one, other in zip(versions, versions[1:])
        for found in succeed(passages(one.rows, one.text), passages(other.rows, other.text))
    )
    aliases, retired = _answer(document_id, entries, versions, successions)
    return Published(Listed(tuple(entries), texts), tuple(aliases), tuple(retired), successions)


def hash_shortly(text: str) -> str:
    """Return the first 16 digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class _Keeper:
    """Brings the entries of one version up to its present parse."""

    def __init__(self, version: Version, release: str, is_same_text: bool, path: object) -> None:
        self.version, self.release, self.is_same_text, self.path = version, release, is_same_text, path
        self.rows = {row["eid"]: row for row in version.rows}
        self.recovery = Recovery(version.rows, ((noise.start, noise.end) for noise in version.parsed.noise))

    def bring_up(self, entries: Sequence[Entry]) -> list[Entry]:
        live = {entry.eid: entry for entry in entries if entry.is_live}
        closed = [entry for entry in entries if not entry.is_live]
        kept: list[Entry] = []
        closing: dict[str, Entry] = {}
        for eid, row in self.rows.items():
            known = live.get(eid)
            if known is None or self._means_same(known, row):
                kept.append(self._describe(row, known.since if known else self.release))
            else:
                # The address is in use for other words now: what it named must be findable under its new name.
                closing[eid] = self._close(known)
                kept.append(self._describe(row, self.release))
        for eid, entry in live.items():
            if eid not in self.rows:
                closing[eid] = self._close(entry)
        kept += closing.values()
        for entry in closed:
            kept.append(self._follow(entry, closing))
        return kept

    def _describe(self, row: Row, since: str) -> Entry:
        place = (row["start"], row["end"], row["sha256"][:16])
        return Entry(self.version.number, row["eid"], row["kind"], *place, since, "", "", "", open_with(row["text"]))

    def _means_same(self, entry: Entry, row: Row) -> bool:
        """True where an eid still names what it named: the same words, the same beginning, or what holds half of them."""
        if entry.start is None or entry.sha256 == row["sha256"][:16]:
            return True
        if not self.is_same_text:
            return open_alike(entry, row) >= LEAST_HELD
        if entry.kind == row["kind"] and entry.start == row["start"]:
            return True
        held = min(entry.end, row["end"]) - max(entry.start, row["start"])
        return held >= LEAST_HELD * (entry.end - entry.start)

    def _close(self, entry: Entry) -> Entry:
        row = self.recovery.find(entry, self.is_same_text)
        if row is None:
            raise SourceError(
                f"{self.path}: v{entry.version} {entry.eid} ({entry.opening}) was published and is lost: the text gives no such"
                f" unit now, and none has its words; in its line write the eid that it is now in the column becomes, or"
                f" {RETIRED} and a reason"
            )
        return replace(entry, becomes=row["eid"], changed=self.release)

    def _follow(self, entry: Entry, closing: Mapping[str, Entry]) -> Entry:
        """Keep what an alias leads to right when that itself was renamed in this build: chains collapse."""
        if entry.becomes == RETIRED:
            return entry
        if entry.becomes == entry.eid:
            raise SourceError(f"{self.path}: v{entry.version} {entry.eid} becomes itself; leave its column becomes empty")
        if entry.becomes in closing:
            return replace(entry, becomes=closing[entry.becomes].becomes)
        if entry.becomes not in self.rows:
            raise SourceError(
                f"{self.path}: v{entry.version} {entry.eid} becomes {entry.becomes}, which the text does not give;"
                f" write an eid that it gives, or {RETIRED} and a reason"
            )
        return entry


def _answer(
    document_id: str, entries: Sequence[Entry], versions: Sequence[Version], successions: Sequence[tuple[int, int, Succession]]
) -> tuple[list[Row], list[Row]]:
    """Return the rows of ``aliases`` and ``retired``: what each address answers that is no provision any more."""
    current = versions[-1]
    texts = {version.number: version.text for version in versions}
    rows = {version.number: {row["eid"]: row for row in version.rows} for version in versions}
    # What each unit of an older version is in the current one, or in which version it was no more; the newest are known first.
    became: dict[tuple[int, str], tuple[int, str | None]] = {(current.number, eid): (current.number, eid) for eid in rows[current.number]}
    for number, other, found in reversed(successions):
        if found.old:
            became[number, found.old] = became[other, found.new] if found.new else (other, None)
    own = _by_version(entries)
    since = {version.number: _first_release(own[version.number]) for version in versions}
    aliases: dict[str, Row] = {}
    retired: dict[str, Row] = {}

    def add_alias(old_id: str, new_id: str, when: str) -> None:
        aliases.setdefault(old_id, {"old_id": old_id, "new_id": new_id, "since": when or None})

    def retire(old_id: str, entry: Entry, when: str, reason: str) -> None:
        row = rows[entry.version].get(entry.eid)
        start, end = (row["start"], row["end"]) if row else (entry.start, entry.end)
        words = row["text"] if row else texts[entry.version][start:end] if start is not None else entry.opening
        retired.setdefault(old_id, {
            "id": old_id, "document_id": document_id, "version_id": f"{document_id}@v{entry.version}", "eid": entry.eid,
            "kind": entry.kind, "since": when or None, "reason": reason, "start": start, "end": end, "text": words,
        })  # fmt: skip

    # The newest version decides what an address without a version leads to; in a version, what the text still gives.
    for entry in sorted(entries, key=lambda entry: (-entry.version, not entry.is_live, _newest_first(entry))):
        pinned, plain = f"{document_id}@v{entry.version}__{entry.eid}", f"{document_id}__{entry.eid}"
        if entry.becomes == RETIRED:
            retire(pinned, entry, entry.changed, entry.reason)
        elif entry.becomes:
            add_alias(pinned, f"{document_id}@v{entry.version}__{entry.becomes}", entry.changed)
        if entry.version != current.number and entry.eid in rows[current.number]:
            continue  # the address names a unit of the current version
        if plain in aliases or plain in retired or entry.version == current.number and entry.is_live:
            continue
        if entry.becomes == RETIRED:
            retire(plain, entry, entry.changed, entry.reason)
            continue
        number, after = became[entry.version, entry.becomes or entry.eid]
        if after is None:
            retire(plain, entry, since[number], f"第{number}版中已没有这一条")
        else:
            add_alias(plain, f"{document_id}__{after}", entry.changed if entry.version == current.number else since[number])
    return sorted(aliases.values(), key=lambda row: row["old_id"]), sorted(retired.values(), key=lambda row: row["id"])


def _newest_first(entry: Entry) -> tuple:
    # Of several things that an address has named, the last one counts: versions of a corpus are numbers with dots.
    return tuple(-int(part) if part.isdecimal() else 0 for part in entry.changed.split(".")), entry.becomes


def _by_version(entries: Sequence[Entry]) -> dict[int, list[Entry]]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.version].append(entry)
    return found


def _first_release(entries: Sequence[Entry]) -> str:
    found = [entry.since for entry in entries if entry.since]
    return min(found, default="", key=lambda release: [int(p) if p.isdecimal() else 0 for p in release.split(".")])


def iterate_successions(document_id: str, published: Published) -> Iterator[Row]:
    """Yield the rows of ``successions``: what each unit of a version became in the next one, in the order of that."""
    for seq, (number, other, found) in enumerate(published.successions):
        yield {
            "document_id": document_id, "from_version": number, "to_version": other, "old_eid": found.old, "new_eid": found.new,
            "change": found.change, "seq": seq,
        }  # fmt: skip
