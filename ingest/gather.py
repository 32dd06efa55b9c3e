"""Gather counterparts into measures, and tell which document covers which measure how."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlite_utils

from align.cover import name_cover
from align.measures import LEAST_LINK, gather, name_measure
from align.provisions import Provision
from align.reuse import shared_shares
from align.tables import read_named
from ingest.tables import insert_rows
from ingest.vocabulary import Alignment

Row = dict[str, Any]
PASSING = "passing"  # a document that has no provision of a measure, but one that takes it up in passing


@dataclass(frozen=True, slots=True)
class _Link:
    """A counterpart of a provision; ``strength`` is how strongly it holds a measure together."""

    other: str
    document: str
    seq: int  # where it stands in its document
    score: float
    is_whole: bool
    strength: float


def gather_pending(db: sqlite_utils.Database, alignments: Sequence[Alignment]) -> None:
    """Gather anew the provisions whose counterparts have changed, and all that counterparts connect with them.

    What nothing connects with these is gathered as it was: measures are made along counterparts only.
    """
    sql = """
        select provision_id from pending_measures where provision_id in (select provision_id from compared_provisions)
        union select provision_id from compared_provisions where provision_id not in (select provision_id from measure_provisions)
    """
    touched = {row[0] for row in db.execute(sql)}
    links = _read_links(db, touched)
    provisions = read_named(db.conn, list(links))
    drop_measures(db, list(links))
    _store_measures(db, provisions, links, alignments)
    db["pending_measures"].delete_where()


def drop_measures(db: sqlite_utils.Database, provisions: Sequence[str]) -> None:
    """Drop the measures that hold any of some provisions."""
    sql = "select distinct measure_id from measure_provisions where provision_id in (select value from json_each(?))"
    measures = db.execute(sql, [json.dumps(provisions)]).fetchall()
    for table, key in (("coverage", "measure_id"), ("measure_provisions", "measure_id"), ("measures", "id")):
        db.conn.executemany(f"delete from {table} where {key} = ?", measures)


def _read_links(db: sqlite_utils.Database, touched: set[str]) -> dict[str, list[_Link]]:
    """The counterparts of provisions, and of all that whole counterparts connect with them."""
    sql = """
        select c.provision_id, c.other_id, c.document_id, p.seq, c.score, c.kind, c.origin from counterparts c
        join compared_provisions p on p.provision_id = c.other_id
        where c.provision_id in (select value from json_each(?)) order by c.provision_id, c.document_id, c.rank
    """
    links: dict[str, list[_Link]] = {}
    waiting = touched
    while waiting:
        links.update((provision, []) for provision in waiting)
        for provision, other, document, seq, score, kind, origin in db.execute(sql, [json.dumps(sorted(waiting))]):
            # A pin says that two are counterparts, not that all about them is one matter.
            strength = LEAST_LINK if origin == "curator" else score
            links[provision].append(_Link(other, document, seq, score, kind == "whole", strength))
        waiting = {link.other for provision in waiting for link in links[provision] if link.is_whole} - links.keys()
    return links


def _store_measures(
    db: sqlite_utils.Database, provisions: Sequence[tuple[int, Provision]], links: Mapping[str, Sequence[_Link]], alignments: Sequence[Alignment]
) -> None:
    known = {p.id: p for _, p in provisions}
    place = {p.id: (p.document, seq) for seq, p in provisions}
    forbidden = [a.provisions for a in alignments if a.kind == "forbid" and set(a.provisions) <= set(known)]
    labels = {a.provisions[0]: a.label for a in alignments if a.kind == "label"}
    groups = gather(
        [(p.id, p.document) for _, p in provisions],
        [
            (mine, link.other, link.strength)
            for mine in sorted(known, key=place.__getitem__)
            for link in sorted(links[mine], key=lambda link: (link.document, link.seq))
            if link.is_whole and place[mine] < (link.document, link.seq)
        ],
        forbidden,
    )
    measures: list[Row] = []
    measure_provisions: list[Row] = []
    coverage: list[Row] = []
    for group in groups:
        members = [known[id_] for id_ in group]
        measure = name_measure({p.id: p.heading for p in members})
        curated = next((labels[id_] for id_ in group if id_ in labels), None)
        themes = Counter(p.themes[0] for p in members if p.themes)
        by_document: dict[str, list[Provision]] = defaultdict(list)
        for p in members:
            by_document[p.document].append(p)
        document, seq = place[group[0]]
        measures.append(
            {
                "id": measure, "label": curated or known[measure].heading or members[0].text.strip()[:24],
                "theme_id": min(themes, key=lambda t: (-themes[t], t)) if themes else None,
                "documents": len(by_document), "provisions": len(members),
                "origin": "curator" if curated else "model", "seq": f"{document}__{seq:06}",
            }
        )  # fmt: skip
        together = set(group)
        strength = {id_: sum(link.score for link in links[id_] if link.other in together) for id_ in group}
        covered: list[tuple[str, str, float | None, str]] = []
        texts = ["\n".join(p.text for p in own) for own in by_document.values()]
        for (document, own), shared in zip(by_document.items(), shared_shares(texts, list(by_document))):
            own.sort(key=lambda p: (-strength[p.id], place[p.id]))
            covered.append((document, name_cover(shared), round(shared, 4), own[0].id))
            measure_provisions += [
                {"measure_id": measure, "provision_id": p.id, "document_id": document, "rank": rank} for rank, p in enumerate(own, 1)
            ]
        for document, provision in _in_passing(group, links).items():
            if document not in by_document:
                covered.append((document, PASSING, None, provision))
        coverage += [
            {"measure_id": measure, "document_id": document, "state": state, "shared": shared, "provision_id": provision}
            for document, state, shared, provision in sorted(covered)
        ]
    for table, rows in (("measures", measures), ("measure_provisions", measure_provisions), ("coverage", coverage)):
        insert_rows(db, table, rows)


def _in_passing(members: Sequence[str], links: Mapping[str, Sequence[_Link]]) -> dict[str, str]:
    """Of each other document the provision that is likeliest a counterpart of a member, though of no measure with it."""
    best: dict[str, _Link] = {}
    for link in (link for member in members for link in links[member]):
        known = best.get(link.document)
        if known is None or (-link.score, link.seq) < (-known.score, known.seq):
            best[link.document] = link
    return {document: link.other for document, link in best.items()}
