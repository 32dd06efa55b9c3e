"""Atom feeds: documents that are new, captured anew or withdrawn; and what a search or a theme finds in them.

Nobody noted on which day a document entered the collection. An entry's day is therefore the first that is known of:
capture, publication, signature, release of the collection; and the entry says which one it is.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker

from query.addresses import number_of_version, write_address
from query.database import rows
from query.export import keep_to_xml
from query.memo import once
from query.provisions import label_shortly
from query.search import LARGEST_PAGE, search

MOST_ENTRIES = 50
MOST_HITS = 8  # of a document that an entry names
_MOST_PAGES = 10  # of hits that are looked through
MEDIA_TYPE = "application/atom+xml"
TAG_YEAR = "2026"  # a tag: URI names a year in which its authority held its name

_E = ElementMaker(namespace="http://www.w3.org/2005/Atom", nsmap={None: "http://www.w3.org/2005/Atom"})
_H = ElementMaker(namespace="http://www.w3.org/1999/xhtml", nsmap={None: "http://www.w3.org/1999/xhtml"})

Absolute = Callable[[str], str]


@dataclass(frozen=True)
class Entry:
    """An entry of a feed; ``key`` is what its id is made of, ``links`` are (words, path)."""

    key: str
    day: str
    title: str
    path: str
    summary: str
    authors: tuple[str, ...] = ()
    category: str | None = None
    links: tuple[tuple[str, str], ...] = ()


def list_changes(conn: sqlite3.Connection) -> list[Entry]:
    """List what happened to the collection, the latest first: a document entered, was captured anew, was withdrawn."""
    return list(once(conn, _list_changes))


def list_found(conn: sqlite3.Connection, q: str, chosen: Mapping[str, Sequence[str]], scope: str = "provision") -> list[Entry]:
    """List the documents in which a search finds something, the latest first, each with the first of its provisions."""
    found: dict[str, list[dict[str, Any]]] = {}
    after = None
    for _ in range(_MOST_PAGES):
        answer = search(conn, q, limit=LARGEST_PAGE, after=after, scope=scope, sort="date", chosen=chosen)
        for hit in answer["hits"]:
            found.setdefault(hit["document_id"], []).append(hit)
        after = answer["next"]
        if not after or len(found) > MOST_ENTRIES:
            break
    mark = hashlib.sha256(json.dumps([q, sorted((k, sorted(v)) for k, v in chosen.items()), scope]).encode()).hexdigest()[:12]
    newest = {event["id"]: event for event in _list_events(conn, list(found)) if event["n"]}
    return _latest([_write_hits(newest[document_id], hits, mark) for document_id, hits in found.items()])


def write_atom(
    entries: Sequence[Entry], *, site: str, title: str, path: str, page: str, authority: str, absolute: Absolute, updated: str
) -> bytes:
    """Return a feed as Atom 1.0 in UTF-8.

    ``site`` is the name of the collection, ``path`` the feed's own, ``page`` that of the page it belongs to,
    ``authority`` the host name that its ``tag:`` ids are made with, ``updated`` the day of an empty feed.
    """
    feed = _E.feed(
        _E.id(_tag(authority, path)),
        _E.title(_clean(title)),
        _E.updated(_moment(max([entry.day for entry in entries] or [updated]))),
        _E.link(rel="self", type=MEDIA_TYPE, href=absolute(path)),
        _E.link(rel="alternate", type="text/html", href=absolute(page)),
        _E.author(_E.name(_clean(site))),
    )
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", "zh-CN")
    for entry in entries:
        feed.append(_write_entry(entry, authority, absolute))
    return etree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _list_changes(conn: sqlite3.Connection) -> tuple[Entry, ...]:
    return tuple(_latest([_write_event(event) for event in _list_events(conn)]))


def _list_events(conn: sqlite3.Connection, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """One row a version and a withdrawal, with the day and what it is the day of; ``n`` is None for a withdrawal.

    Of all documents, or of some.
    """
    released = {row["key"]: row["value"] for row in rows(conn, "SELECT key, value FROM build")}.get("corpus_released_on")
    sql = """
        SELECT d.*, v.id AS version_id, v.captured_on FROM versions v JOIN documents d ON d.id = v.document_id
        WHERE :ids IS NULL OR d.id IN (SELECT value FROM json_each(:ids))
    """
    events = []
    for row in rows(conn, sql, {"ids": None if ids is None else json.dumps(list(ids))}):
        row["issuers"] = json.loads(row["issuers"] or "[]")
        n = number_of_version(row["version_id"])
        known = [("采集", row["captured_on"])]
        if n == 1:
            known += [("发布", row["published_on"]), ("成文", row["issued_on"])]
        events.append({**row, "n": n, **_first_known(known, released)})
        if row["version_id"] == row["current_version"] and (row["withdrawn_on"] or row["withdrawn_reason"]):
            events.append({**row, "n": None, **_first_known([("撤回", row["withdrawn_on"])], released)})
    return events


def _first_known(known: Sequence[tuple[str, str | None]], released: str | None) -> dict[str, str]:
    for deed, day in known:
        if day:
            return {"day": day, "day_is": f"{deed}日期"}
    missing = "、".join(deed for deed, _ in known)
    return {"day": released or "1970-01-01", "day_is": f"语料发布日期（{missing}日期不详）"}


def _write_event(event: Mapping[str, Any]) -> Entry:
    title = _title(event)
    if event["n"] is None:
        key, what, path = f"d/{event['id']}/withdrawn", "撤回", write_address(event["id"])
        said = event["withdrawn_reason"] or ""
    else:
        key, what, path = f"d/{event['version_id']}", "收录" if event["n"] == 1 else f"第{event['n']}版", write_address(event["id"], None, event["n"])
        said = "新收录的文件。" if event["n"] == 1 else "文件有了新的文本，页面上可以看到逐词的改动。"
    return Entry(key, event["day"], f"{what}：{title}", path, f"{_describe(event)}{said}", tuple(event["issuers"]), event["province"])


def _write_hits(event: Mapping[str, Any], hits: list[dict[str, Any]], mark: str) -> Entry:
    links = tuple((label_shortly(hit), write_address(hit["document_id"], hit["eid"], event["n"])) for hit in hits[:MOST_HITS])
    summary = f"{_describe(event)}其中符合的 {len(hits)} 条。"
    path = write_address(event["id"], None, event["n"])
    return Entry(f"d/{event['version_id']}/found/{mark}", event["day"], _title(event), path, summary, tuple(event["issuers"]), event["province"], links)


def _title(event: Mapping[str, Any]) -> str:
    return f"{event['province'] or ''}《{event['title']}》" + ("（题名代拟）" if event["title_supplied"] else "")


def _describe(event: Mapping[str, Any]) -> str:
    number = f"{event['doc_number']}。" if event["doc_number"] else ""
    return f"{number}本条所标的 {event['day']} 是{event['day_is']}。"


def _latest(entries: list[Entry]) -> list[Entry]:
    entries.sort(key=lambda entry: entry.key)
    return sorted(entries, key=lambda entry: entry.day, reverse=True)[:MOST_ENTRIES]


def _write_entry(entry: Entry, authority: str, absolute: Absolute) -> etree._Element:
    element = _E.entry(
        _E.id(_tag(authority, f"/{entry.key}")),
        _E.title(_clean(entry.title)),
        _E.updated(_moment(entry.day)),
        _E.link(rel="alternate", type="text/html", href=absolute(entry.path)),
        *(_E.author(_E.name(_clean(author))) for author in entry.authors if _clean(author).strip()),
        _E.summary(_clean(entry.summary)),
    )
    if entry.category:
        element.append(_E.category(term=_clean(entry.category)))
    if entry.links:
        items = (_H.li(_H.a(_clean(words), href=absolute(path))) for words, path in entry.links)
        element.append(_E.content(_H.div(_H.p(_clean(entry.summary)), _H.ul(*items)), type="xhtml"))
    return element


def _tag(authority: str, path: str) -> str:
    return f"tag:{authority},{TAG_YEAR}:{path.lstrip('/')}"


def _moment(day: str) -> str:
    """A day as RFC 3339 wants it; midnight in China."""
    return f"{day}T00:00:00+08:00"


def _clean(words: str) -> str:
    return keep_to_xml(words)
