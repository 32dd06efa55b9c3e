"""Gather counterparts into measures, and tell which document covers which measure how."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlite_utils

from align.cover import name_cover
from align.gathering import ONE, Join, gather
from align.measures import LEAST_LINK, name_measure
from align.provisions import Provision
from align.reuse import shared_shares
from align.tables import read_named
from ingest.index import DOCUMENT_SHIFT
from ingest.tables import insert_rows
from ingest.vocabulary import Alignment

Row = dict[str, Any]
PASSING = "passing"  # a document that has no provision of a measure, but one that takes it up in passing
_LEAST = round(LEAST_LINK * ONE)
_AT_ONCE = 2_000  # measures: what is in memory at one time


@dataclass(frozen=True, slots=True)
class _Link:
    """A counterpart of a provision, whole or in passing."""

    other: str
    document: str
    seq: int  # where it stands in its document
    score: float


def note_pending(db: sqlite_utils.Database, provisions: Iterable[tuple[int, bool]]) -> None:
    """Note provisions by number whose counterparts have changed: whether they are to be gathered anew, or described only.

    Of a whole counterpart that comes or goes one side is to be gathered anew, the side that comes or goes if one does.
    """
    sql = "insert into pending_measures values (?, ?) on conflict do update set is_linked = max(is_linked, excluded.is_linked)"
    db.conn.executemany(sql, provisions)


def note_lost(db: sqlite_utils.Database, links: Iterable[tuple[int, int, float]]) -> None:
    """Note whole counterparts that are no more, from the side that is to be gathered anew: numbers, and how likely it was."""
    sql = "insert into pending_links values (?, ?, ?) on conflict do update set score = max(score, excluded.score)"
    db.conn.executemany(sql, links)


def gather_pending(db: sqlite_utils.Database, alignments: Sequence[Alignment]) -> None:
    """Gather anew what changed counterparts reach, and describe anew the measures of which any counterpart has changed.

    Comes to the same as if all were gathered from nothing (see ``align.gathering``).
    """
    pending = dict(db.execute("select id, is_linked from pending_measures").fetchall())
    here = set(_read_ids(db, pending))
    new = {row[0] for row in db.execute("select rowid from compared_provisions where provision_id not in (select provision_id from measure_provisions)")}
    if not pending and not new:
        return
    numbers = _read_numbers(db, {provision for alignment in alignments for provision in alignment.provisions})
    apart = [(numbers[a], numbers[b]) for a, b in (d.provisions for d in alignments if d.kind == "forbid") if {a, b} <= numbers.keys()]
    gathered = gather(
        new | {number for number in here if pending[number]},
        pending.keys() - here,
        lambda number: number >> DOCUMENT_SHIFT,
        lambda numbers: _read_strengths(db, numbers),
        _LEAST,
        apart,
        _Joins(db) if db["measures"].count else None,
        _read_lost(db),
    )
    for joined, join in gathered.joins.items():
        db.execute("delete from measure_joins where joined = ?", [joined])
        if join:
            db.execute("insert into measure_joins(joined, round, kept, mean) values (?, ?, ?, ?)", [joined, *join])
    ids = _read_ids(db, chain(here, *gathered.groups))
    groups = [[ids[number] for number in group] for group in gathered.groups]
    changed = {provision for group in groups for provision in group}
    groups += _read_measures(db, {ids[number] for number in here} - changed)
    drop_measures(db, [provision for group in groups for provision in group])
    _store_measures(db, groups, alignments)
    db["pending_measures"].delete_where()
    db["pending_links"].delete_where()


class _Joins:
    """The joins that a database keeps."""

    def __init__(self, db: sqlite_utils.Database) -> None:
        self._of: dict[int, Join] = {}
        self._to: dict[int, list[Join]] = defaultdict(list)
        for joined, round, kept, mean in db.execute("select joined, round, kept, mean from measure_joins"):
            self._of[joined] = (round, kept, mean)
            self._to[kept].append((round, joined, mean))

    def join_of(self, name: int) -> Join | None:
        return self._of.get(name)

    def joins_to(self, name: int) -> Sequence[Join]:
        return self._to.get(name, ())


def drop_measures(db: sqlite_utils.Database, provisions: Sequence[str]) -> None:
    """Drop the measures that hold any of some provisions."""
    sql = "select distinct measure_id from measure_provisions where provision_id in (select value from json_each(?))"
    measures = db.execute(sql, [json.dumps(provisions)]).fetchall()
    for table, key in (("coverage", "measure_id"), ("measure_provisions", "measure_id"), ("measures", "id")):
        db.conn.executemany(f"delete from {table} where {key} = ?", measures)


def _read_numbers(db: sqlite_utils.Database, ids: Iterable[str]) -> dict[str, int]:
    sql = "select provision_id, rowid from compared_provisions where provision_id in (select value from json_each(?))"
    return dict(db.execute(sql, [json.dumps(sorted(ids))]).fetchall())


def _read_ids(db: sqlite_utils.Database, numbers: Iterable[int]) -> dict[int, str]:
    sql = "select rowid, provision_id from compared_provisions where rowid in (select value from json_each(?))"
    return dict(db.execute(sql, [json.dumps(list(numbers))]).fetchall())


def _read_measures(db: sqlite_utils.Database, provisions: Iterable[str]) -> list[list[str]]:
    """All provisions of each measure that holds any of some."""
    sql = """
        select measure_id, provision_id from measure_provisions where measure_id in (
            select measure_id from measure_provisions where provision_id in (select value from json_each(?))
        ) order by measure_id
    """
    found: dict[str, list[str]] = defaultdict(list)
    for measure, provision in db.execute(sql, [json.dumps(list(provisions))]):
        found[measure].append(provision)
    return list(found.values())


def _read_strengths(db: sqlite_utils.Database, numbers: Collection[int]) -> dict[int, dict[int, int]]:
    """How strongly whole counterparts hold a measure together, in parts of ONE."""
    sql = """
        select m.rowid, o.rowid, c.score, c.origin from compared_provisions m
        join counterparts c on c.provision_id = m.provision_id and c.kind = 'whole'
        join compared_provisions o on o.provision_id = c.other_id
        where m.rowid in (select value from json_each(?))
    """
    found: dict[int, dict[int, int]] = {number: {} for number in numbers}
    for number, other, score, origin in db.execute(sql, [json.dumps(list(numbers))]):
        # A pin says that two are counterparts, not that all about them is one matter.
        found[number][other] = _LEAST if origin == "curator" else round(score * ONE)
    return found


def _read_lost(db: sqlite_utils.Database) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for number, other, score in db.execute("select id, other_id, score from pending_links"):
        found[number][other] = round(score * ONE)
    return found


def _read_links(db: sqlite_utils.Database, provisions: Sequence[str]) -> dict[str, list[_Link]]:
    sql = """
        select c.provision_id, c.other_id, c.document_id, p.seq, c.score from counterparts c
        join compared_provisions p on p.provision_id = c.other_id
        where c.provision_id in (select value from json_each(?)) order by c.provision_id, c.other_id
    """
    links: dict[str, list[_Link]] = {provision: [] for provision in provisions}
    for provision, *link in db.execute(sql, [json.dumps(provisions)]):
        links[provision].append(_Link(*link))
    return links


def _store_measures(db: sqlite_utils.Database, groups: Sequence[Sequence[str]], alignments: Sequence[Alignment]) -> None:
    labels = {a.provisions[0]: a.label for a in alignments if a.kind == "label"}
    for first in range(0, len(groups), _AT_ONCE):
        _store_some(db, groups[first : first + _AT_ONCE], labels)


def _store_some(db: sqlite_utils.Database, groups: Sequence[Sequence[str]], labels: Mapping[str, str | None]) -> None:
    provisions = [provision for group in groups for provision in group]
    links = _read_links(db, provisions)
    known: dict[str, Provision] = {}
    place: dict[str, tuple[str, int]] = {}
    for seq, p in read_named(db.conn, provisions):
        known[p.id], place[p.id] = p, (p.document, seq)
    measures: list[Row] = []
    measure_provisions: list[Row] = []
    coverage: list[Row] = []
    for group in (sorted(group, key=place.__getitem__) for group in groups):
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
