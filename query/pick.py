"""Find the documents that a reader means by what was typed: an id, an address, a province, words of the title.

A list that names all documents serves while they are few (``MOST_LISTED``); of thousands one is found by typing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lang.tokens import fold
from query.addresses import split_address
from query.database import rows
from query.memo import once

MOST_LISTED = 40  # documents that are offered as a list; a longer one is not looked through
MOST_OFFERED = 12  # that are offered where what was typed may mean several
LONGEST_TYPED = 120

#: What parts the words of a name as pages print it: 辽宁：辽宁省“十四五”职业技能培训规划, 《…》
_BETWEEN = re.compile(r"[\s:：《》“”‘’\"'、,，;；]+")
_IN_ADDRESS = re.compile(r"(?:\A|/)d/([^/?#\s]+)")


@dataclass(frozen=True)
class Picked:
    """What was typed for one document: ``id`` where it is clear which one, else what it may mean, out of ``total``."""

    typed: str
    id: str = ""
    offered: tuple[Mapping[str, Any], ...] = ()
    total: int = 0


def list_names(conn: sqlite3.Connection) -> Mapping[str, Mapping[str, Any]]:
    """Return by id what a document is called: ``{"id", "title", "province", "province_code", "doc_number", "issued_on"}``."""
    return once(conn, _read_names)[0]


def find_documents(conn: sqlite3.Connection, typed: str, most: int = MOST_OFFERED) -> tuple[list[Mapping[str, Any]], int]:
    """Return the documents that what was typed may mean, at most ``most``, and how many there are.

    An id or an address of a document means that one alone. Else all words must stand in its title, province, number,
    year or id, folded as the search folds them. The title itself comes first, then those that begin so, then the newest.
    """
    names, entries = once(conn, _read_names)
    typed = typed[:LONGEST_TYPED].strip()
    known = names.get(_read_id(typed))
    if known:
        return [known], 1
    words = [word for word in _BETWEEN.split(fold(typed)) if word]
    if not words:
        return [], 0
    joined = "".join(words)
    found = [
        (0 if joined.endswith(title) else 1 if title.startswith(joined) else 2, place)
        for place, (title, text) in enumerate(entries)
        if all(word in text for word in words)
    ]
    found.sort()
    order = list(names.values())
    return [order[place] for _, place in found[:most]], len(found)


def pick(conn: sqlite3.Connection, typed: str) -> Picked:
    """Say which document was meant."""
    found, total = find_documents(conn, typed) if typed else ([], 0)
    return Picked(typed, found[0]["id"] if total == 1 else "", tuple(found), total)


def clean_typed(given: str | None) -> str:
    """Return what was typed for a document as it can be written back; a lone surrogate cannot be."""
    return (given or "").encode("utf-8", "replace").decode().strip()[:LONGEST_TYPED]


def _read_id(typed: str) -> str:
    in_address = _IN_ADDRESS.search(typed)
    parsed = split_address(in_address[1] if in_address else typed)
    return parsed[0] if parsed else ""


def _read_names(conn: sqlite3.Connection) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str]]]:
    """The documents, the newest first, and of each its title and all that can be typed of it, folded."""
    sql = """
        SELECT id, title, province, province_code, doc_number, issued_on FROM documents
        ORDER BY issued_on IS NULL, issued_on DESC, province_code, id
    """
    found = rows(conn, sql)
    entries = []
    for row in found:
        told = (row["province"], row["title"], row["doc_number"], row["issued_on"] and row["issued_on"][:4], row["id"])
        # One word may span two of them only where the words are apart in what was typed as well.
        entries.append((_solid(row["title"]), "\n".join(_solid(words) for words in told if words)))
    return {row["id"]: row for row in found}, entries


def _solid(words: str) -> str:
    return "".join(_BETWEEN.split(fold(words)))
