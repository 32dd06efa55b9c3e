"""Themes: the vocabulary with its counts, theme by province, and what each province says on one of them.

A count is of units: clauses, articles, boxes and loose paragraphs that are about a theme. A unit may have
several themes, so the counts of themes do not add up to the number of units.
"""

from __future__ import annotations

import json
import re
import sqlite3
from itertools import groupby
from typing import Any

from query.addresses import number_of_version, write_address
from query.database import one, rows
from query.facts import figures_of_units
from query.layout import unbreak
from query.memo import once

MOST_A_PROVINCE = 24  # provisions shown of one province; the search has them all
MOST_WORDS = 16  # that speak for a theme
OPENING = 600  # characters of a text in which its first sentence is looked for
LONGEST_SENTENCE = 120

_FIRST_SENTENCE = re.compile(r"[^。；;\n]*[。；;]?")
#: Read off the provision's id: to look up each provision takes three times as long, ten times from a cold disk.
_DOCUMENT_OF_THEME = "substr(t.provision_id, 1, instr(t.provision_id, '__') - 1)"
_LIST_MARK = re.compile(r"\A(?:\d{1,2}[.．、]|[(（][一二三四五六七八九十\d]{1,3}[)）]|[①-⑳]|——)\s*")


def list_themes(conn: sqlite3.Connection) -> list[dict[str, Any]]:
    """List the vocabulary in its groups.

    Shape: ``[{"id", "name", "themes": [{"id", "name", "scope", "provisions", "documents", "provinces"}]}]``.
    """
    matrix = theme_matrix(conn)
    counted = {theme["id"]: theme for group in matrix["groups"] for theme in group["themes"]}
    scopes = {row["id"]: row["scope"] for row in rows(conn, "SELECT id, scope FROM themes")}
    return [
        {
            "id": group["id"],
            "name": group["name"],
            "themes": [
                {
                    "id": theme["id"],
                    "name": theme["name"],
                    "scope": scopes[theme["id"]],
                    "provisions": counted[theme["id"]]["total"],
                    "documents": counted[theme["id"]]["documents"],
                    "provinces": sum(bool(n) for n in theme["counts"].values()),
                }
                for theme in group["themes"]
            ],
        }
        for group in matrix["groups"]
    ]


def theme_matrix(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return how many units of each province are about each theme.

    Shape: ``{"provinces": [{"code", "name", "documents"}], "groups": [{"id", "name", "themes": [{"id", "name",
    "total", "documents", "counts": {province code: n}}]}], "provisions": units that have a theme, "largest": of the
    counts}``; a province without any is missing from ``counts``.
    """
    return once(conn, _count_matrix)


def group_matrix(conn: sqlite3.Connection) -> dict[str, Any]:
    """Return how many units of each province are about each group of themes, a unit once a group.

    Shape: ``{"provinces": as theme_matrix gives them, each with "counts": {group id: n}, "groups": [{"id", "name"}],
    "provisions", "largest"}``.
    """
    return once(conn, _count_groups)


def read_theme(conn: sqlite3.Connection, theme_id: str) -> dict[str, Any] | None:
    """Return what each province says on a theme; None when there is no such theme.

    Shape: the columns of ``themes``, ``total``, ``origins`` (units by who decided), ``words`` (``[{"word", "count"}]``:
    those that spoke for it, and in how many units), ``before`` and ``after`` (neighbours in the vocabulary),
    ``provinces``: ``[{"code", "name", "total", "shown", "documents": [{"id", "title", …, "provisions": [...]}]}]`` and
    ``silent``: the provinces of the corpus that have nothing on it.
    A provision has ``id``, ``eid``, ``kind``, ``label``, ``heading``, ``opening`` (its first sentence), ``address``
    (current) and ``pinned``, ``rank`` (0: its main theme), ``origin``, ``score``, ``evidence``, ``figures`` and
    ``more_figures``. Of one province at most ``MOST_A_PROVINCE`` are shown, those that it is mainly about first.
    """
    theme = one(conn, "SELECT id, group_id, group_name, name, scope, seq FROM themes WHERE id = ?", [theme_id])
    if theme is None:
        return None
    found = rows(
        conn,
        """
        WITH of_theme AS (
            SELECT t.provision_id, t.score, t.origin, t.evidence, t.rank, p.document_id, p.seq, d.province_code,
                   row_number() OVER (PARTITION BY d.province_code
                                      ORDER BY t.rank > 0, d.issued_on DESC, p.document_id, p.seq) AS place
            FROM provision_themes t JOIN provisions p ON p.id = t.provision_id JOIN documents d ON d.id = p.document_id
            WHERE t.theme_id = :theme
        )
        SELECT p.id, p.document_id, p.eid, p.kind, p.number, p.heading, p.label, substr(p.text, 1, :opening) AS text,
               p.cells IS NOT NULL AS is_table, p.version_id, o.score, o.origin, o.evidence, o.rank, d.title, d.title_supplied, d.province,
               d.province_code, d.issued_on
        FROM of_theme o JOIN provisions p ON p.id = o.provision_id JOIN documents d ON d.id = p.document_id
        WHERE o.place <= :most
        ORDER BY d.province_code, d.issued_on DESC, d.id, o.rank > 0, p.seq
        """,
        {"theme": theme_id, "most": MOST_A_PROVINCE, "opening": OPENING},
    )
    figures = figures_of_units(conn, [row["id"] for row in found])
    matrix = theme_matrix(conn)
    order = [entry for group in matrix["groups"] for entry in group["themes"]]
    counts = next(entry["counts"] for entry in order if entry["id"] == theme_id)
    place = [entry["id"] for entry in order].index(theme_id)
    origins = rows(
        conn, "SELECT origin, count(*) AS n FROM provision_themes WHERE theme_id = ? GROUP BY origin ORDER BY n DESC", [theme_id]
    )
    return {
        **theme,
        "total": sum(counts.values()),
        "origins": {row["origin"]: row["n"] for row in origins},
        "words": rows(
            conn,
            """
            SELECT e.value AS word, count(*) AS count FROM provision_themes t, json_each(t.evidence) e
            WHERE t.theme_id = ? GROUP BY e.value ORDER BY count DESC, word LIMIT ?
            """,
            [theme_id, MOST_WORDS],
        ),
        "before": _name(order[place - 1]) if place else None,
        "after": _name(order[place + 1]) if place + 1 < len(order) else None,
        "provinces": _by_province(found, figures, counts),
        "silent": [province for province in matrix["provinces"] if province["code"] not in counts],
    }


def themes_of_units(conn: sqlite3.Connection, document_id: str) -> dict[str, list[dict[str, str]]]:
    """Return the themes of a document's units, the main one first: ``{provision id: [{"id", "name"}]}``."""
    themes: dict[str, list[dict[str, str]]] = {}
    for row in rows(
        conn,
        """
        SELECT t.provision_id, t.theme_id AS id, th.name FROM provision_themes t JOIN themes th ON th.id = t.theme_id
        WHERE t.provision_id IN (SELECT id FROM provisions WHERE document_id = ? AND unit_id = id)
        ORDER BY t.provision_id, t.rank
        """,
        [document_id],
    ):
        themes.setdefault(row["provision_id"], []).append({"id": row["id"], "name": row["name"]})
    return themes


def first_sentence(unit: dict[str, Any]) -> str:
    """Return the first sentence of a unit's ``text`` after its number and heading, cut when it is long; of a table none."""
    if unit["is_table"]:  # its cells are no sentences
        return ""
    words = unit["text"]
    for opening in (unit["number"], unit["heading"]):
        if opening and words.lstrip().startswith(opening):
            words = words.lstrip()[len(opening) :]
    words = unbreak(words.lstrip(" \t\u3000。．.:：\n"))
    if unit["kind"] == "box":
        words = _LIST_MARK.sub("", words)
    sentence = _FIRST_SENTENCE.match(words)[0].strip()
    if len(sentence) < 12:  # a heading of an item stands before the words
        sentence = words[: LONGEST_SENTENCE + 1]
    return sentence if len(sentence) <= LONGEST_SENTENCE else sentence[:LONGEST_SENTENCE] + "……"


def _count_matrix(conn: sqlite3.Connection) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {}
    documents: dict[str, int] = {}
    for row in rows(
        conn,
        f"""
        SELECT t.theme_id, d.province_code, count(*) AS n, count(DISTINCT d.id) AS documents
        FROM provision_themes t JOIN documents d ON d.id = {_DOCUMENT_OF_THEME} GROUP BY t.theme_id, d.province_code
        """,
    ):
        counts.setdefault(row["theme_id"], {})[row["province_code"]] = row["n"]
        documents[row["theme_id"]] = documents.get(row["theme_id"], 0) + row["documents"]
    themes = rows(conn, "SELECT id, name, group_id, group_name FROM themes ORDER BY seq")
    return {
        "provinces": rows(
            conn,
            """
            SELECT province_code AS code, province AS name, count(*) AS documents FROM documents
            GROUP BY province_code ORDER BY province_code
            """,
        ),
        "groups": [
            {
                "id": group_id,
                "name": group_name,
                "themes": [
                    {
                        "id": theme["id"],
                        "name": theme["name"],
                        "total": sum(counts.get(theme["id"], {}).values()),
                        "documents": documents.get(theme["id"], 0),
                        "counts": counts.get(theme["id"], {}),
                    }
                    for theme in members
                ],
            }
            for (group_id, group_name), members in groupby(themes, key=lambda row: (row["group_id"], row["group_name"]))
        ],
        "provisions": one(conn, "SELECT count(DISTINCT provision_id) AS n FROM provision_themes")["n"],
        "largest": max((n for some in counts.values() for n in some.values()), default=0),
    }


def _count_groups(conn: sqlite3.Connection) -> dict[str, Any]:
    matrix = theme_matrix(conn)
    counts: dict[str, dict[str, int]] = {}
    sql = f"""
        SELECT th.group_id, d.province_code, count(DISTINCT t.provision_id) AS n
        FROM provision_themes t JOIN themes th ON th.id = t.theme_id JOIN documents d ON d.id = {_DOCUMENT_OF_THEME}
        GROUP BY th.group_id, d.province_code
    """
    for row in rows(conn, sql):
        counts.setdefault(row["province_code"], {})[row["group_id"]] = row["n"]
    return {
        "provinces": [{**province, "counts": counts.get(province["code"], {})} for province in matrix["provinces"]],
        "groups": [{"id": group["id"], "name": group["name"]} for group in matrix["groups"]],
        "provisions": matrix["provisions"],
        "largest": max((n for some in counts.values() for n in some.values()), default=0),
    }


def _by_province(
    found: list[dict[str, Any]], figures: dict[str, list[dict[str, Any]]], counts: dict[str, int]
) -> list[dict[str, Any]]:
    provinces = []
    for code, members in groupby(found, key=lambda row: row["province_code"]):
        members = list(members)
        documents = []
        for document_id, units in groupby(members, key=lambda row: row["document_id"]):
            units = list(units)
            first = units[0]
            documents.append(
                {
                    "id": document_id,
                    "title": first["title"],
                    "title_supplied": first["title_supplied"],
                    "issued_on": first["issued_on"],
                    "provisions": [_describe(unit, figures.get(unit["id"], [])) for unit in units],
                }
            )
        provinces.append(
            {
                "code": code,
                "name": members[0]["province"],
                "total": counts[code],
                "shown": len(members),
                "documents": documents,
            }
        )
    return provinces


def _describe(unit: dict[str, Any], figures: list[dict[str, Any]], most_figures: int = 5) -> dict[str, Any]:
    return {
        **{key: unit[key] for key in ("id", "document_id", "eid", "kind", "label", "heading", "rank", "origin", "score")},
        "opening": first_sentence(unit),
        "address": write_address(unit["document_id"], unit["eid"]),
        "pinned": write_address(unit["document_id"], unit["eid"], number_of_version(unit["version_id"])),
        "evidence": json.loads(unit["evidence"] or "[]"),
        "figures": figures[:most_figures],
        "more_figures": max(0, len(figures) - most_figures),
    }


def _name(theme: dict[str, Any]) -> dict[str, str]:
    return {"id": theme["id"], "name": theme["name"]}
