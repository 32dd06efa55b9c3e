"""List the site's pages for search engines: sitemap.xml, an index of several where one cannot hold them, robots.txt."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from urllib.parse import quote

from lxml import etree
from lxml.builder import ElementMaker

from query.addresses import write_address
from query.database import one, rows

MOST_ADDRESSES = 50_000  # that one sitemap may hold
FIXED_PAGES = ("/", "/d", "/themes", "/indicators", "/agencies", "/measures", "/ledger", "/about")
#: Without end, or of no use to a reader who searches elsewhere.
CLOSED = ("/search", "/compare", "/suggest.json", "/suggest-documents.json", "/counterparts/", "/kb", "/-/")

_E = ElementMaker(namespace="http://www.sitemaps.org/schemas/sitemap/0.9", nsmap={None: "http://www.sitemaps.org/schemas/sitemap/0.9"})

Absolute = Callable[[str], str]


def write_sitemap(conn: sqlite3.Connection, absolute: Absolute, number: int | None = None, most: int = MOST_ADDRESSES) -> bytes | None:
    """Return the sitemap; where it would be too long, the index of its pieces, or the piece of a number (from 1).

    A page's day is that of the capture of its document, where it is known. None where there is no such piece.
    """
    pages = _list_pages(conn)
    total = len(pages) + one(conn, "SELECT count(*) AS n FROM provisions")["n"]
    pieces = range(1, -(-total // most) + 1)
    if number is None and len(pieces) > 1:
        return _write(_E.sitemapindex(*(_E.sitemap(_E.loc(absolute(f"/sitemap-{piece}.xml"))) for piece in pieces)))
    if number is not None and number not in pieces:
        return None
    first = ((number or 1) - 1) * most
    shown = pages[first : first + most]
    shown += _list_provisions(conn, most - len(shown), max(0, first - len(pages)))
    entries = []
    for path, day in shown:
        entry = _E.url(_E.loc(absolute(path)))
        if day:
            entry.append(_E.lastmod(day))
        entries.append(entry)
    return _write(_E.urlset(*entries))


def write_robots(absolute: Absolute, base: str = "") -> str:
    """Return robots.txt: everything but endless pages may be read."""
    lines = ["User-agent: *", *(f"Disallow: {base}{path}" for path in CLOSED), "", f"Sitemap: {absolute('/sitemap.xml')}", ""]
    return "\n".join(lines)


def _list_pages(conn: sqlite3.Connection) -> list[tuple[str, str | None]]:
    """The paths of all pages but those of provisions, each with its day or None."""
    paths: list[tuple[str, str | None]] = [(path, None) for path in FIXED_PAGES]
    for section in ("themes", "agencies", "measures"):
        paths += [(f"/{section}/{quote(str(row['id']), safe='')}", None) for row in rows(conn, f"SELECT id FROM {section} ORDER BY id")]
    sql = "SELECT d.id, v.captured_on FROM documents d JOIN versions v ON v.id = d.current_version ORDER BY d.id"
    return paths + [(write_address(row["id"]), row["captured_on"]) for row in rows(conn, sql)]


def _list_provisions(conn: sqlite3.Connection, limit: int, offset: int) -> list[tuple[str, str | None]]:
    sql = """
        SELECT p.document_id, p.eid, v.captured_on FROM provisions p JOIN versions v ON v.id = p.version_id
        ORDER BY p.document_id, p.seq LIMIT ? OFFSET ?
    """
    return [(write_address(row["document_id"], row["eid"]), row["captured_on"]) for row in rows(conn, sql, [limit, offset])]


def _write(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)
