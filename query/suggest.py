"""What a reader may mean while typing: themes, agencies, audiences, targets, headings and frequent words."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from lang.tokens import fold
from query.database import rows
from query.memo import once

MOST = 8
LONGEST_TYPED = 40
LONGEST_HEADING = 24  # a longer one is read in the results, not in a list
MOST_WORDS = 4_000

#: The kinds of suggestions; of two that match alike the kind that is named first comes first.
KINDS = ("theme", "agency", "audience", "indicator", "word", "heading")


@dataclass(frozen=True)
class _Entry:
    """A thing to suggest: ``weight`` is how many places bear it."""

    folded: str
    text: str
    kind: str
    id: str | None
    weight: int


def suggest(conn: sqlite3.Connection, typed: str, limit: int = MOST) -> list[dict[str, Any]]:
    """Return what begins with, then what holds, the typed words: ``[{"text", "kind", "id"}]``, at most ``limit``.

    Both sides are folded as the search folds them: Traditional, full width, upper case. ``id`` is that of a theme,
    agency, audience or compared target, None for words and headings. A text is suggested once.
    """
    sought = fold(typed[:LONGEST_TYPED]).strip()
    if not sought:
        return []
    begins: dict[str, _Entry] = {}
    holds: dict[str, _Entry] = {}
    for entry in once(conn, _list_entries):
        if sought not in entry.folded or (entry.folded == sought and not entry.id):
            continue
        if entry.folded.startswith(sought):
            begins.setdefault(entry.folded, entry)
            if len(begins) == limit:
                break
        elif len(holds) < limit:
            holds.setdefault(entry.folded, entry)
    chosen = list({**begins, **holds}.values())[:limit]
    return [{"text": entry.text, "kind": entry.kind, "id": entry.id} for entry in chosen]


def _list_entries(conn: sqlite3.Connection) -> tuple[_Entry, ...]:
    """All that can be suggested, in the order of preference: by kind, then what stands in most places, the shorter."""
    sources = {
        "theme": "SELECT t.name AS text, t.id, count(*) AS n FROM themes t JOIN provision_themes p ON p.theme_id = t.id GROUP BY t.id",
        "agency": """
            SELECT a.name AS text, a.id, count(*) AS n FROM agencies a JOIN responsibilities r ON r.agency_id = a.id GROUP BY a.id
            UNION ALL
            SELECT agency_printed, agency_id, count(*) FROM responsibilities WHERE agency_id IS NOT NULL AND length(agency_printed) > 3
            GROUP BY agency_printed, agency_id
        """,
        "audience": """
            SELECT a.name AS text, a.id, count(*) AS n FROM audiences a JOIN provision_audiences p ON p.audience_id = a.id GROUP BY a.id
        """,
        "indicator": """
            SELECT c.name AS text, c.id, count(*) AS n FROM indicator_concepts c JOIN indicators i ON i.concept_id = c.id GROUP BY c.id
            UNION ALL SELECT name, NULL, count(*) FROM indicators WHERE concept_id IS NULL AND length(name) <= :longest GROUP BY name
        """,
        # Of the words that meaning is learned from, those of two characters are mostly parts of terms.
        "word": """
            SELECT word AS text, NULL AS id, CAST(-1000 * idf AS INTEGER) AS n FROM words
            WHERE length(word) > 2 OR word IN (SELECT word FROM lexicon) ORDER BY idf LIMIT :words
        """,
        "heading": """
            SELECT heading AS text, NULL AS id, count(*) AS n FROM provisions
            WHERE heading IS NOT NULL AND length(heading) BETWEEN 2 AND :longest AND kind != 'row' GROUP BY heading
        """,
    }
    limits = {"longest": LONGEST_HEADING, "words": MOST_WORDS}
    entries = [
        _Entry(fold(row["text"]).strip(), row["text"].strip(), kind, row["id"], row["n"])
        for kind, sql in sources.items()
        for row in rows(conn, sql, limits)
        if "\n" not in row["text"]
    ]
    return tuple(sorted(entries, key=lambda e: (KINDS.index(e.kind), -e.weight, len(e.folded), e.folded)))
