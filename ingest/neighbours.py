"""Rank for each document the others that it is compared with: the nearest in the space of meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
import sqlite_utils

from align.counterparts import choose_nearest, measure_nearness
from align.provisions import Weights, find_places
from ingest.gather import note_lost, note_pending
from ingest.vocabulary import Alignment

_BATCH = 5_000
Ranked = dict[str, float]  # the neighbours of a document and how near each is, the nearest first


def rank_pending(db: sqlite_utils.Database, weights: Weights, alignments: Sequence[Alignment]) -> None:
    """Find the neighbours of documents that are new or have lost one, and of those that a new one is nearer to.

    Notes which pairs of documents are to be compared, and drops the counterparts of those that are neighbours no more.
    """
    new = _place_provisions(db, weights)
    pending = new | {row[0] for row in db.execute("select document_id from pending_neighbours")}
    if not pending:
        return
    names, starts, vectors = _read_places(db)
    rows = {name: slice(a, b) for name, a, b in zip(names, starts, [*starts[1:], len(vectors)])}
    before = _read_neighbours(db)
    after = dict(before)
    for name in sorted(pending & set(names)):
        near = dict(zip(names, measure_nearness(vectors[rows[name]], vectors, starts).tolist()))
        after[name] = {other: near[other] for other in choose_nearest(near, [other for other in names if other != name])}
    for name in sorted(set(names) - pending):
        near = dict(after.get(name, {}))
        for newcomer in new:  # as the document that was there sees it
            near[newcomer] = float(measure_nearness(vectors[rows[name]], vectors[rows[newcomer]], [0])[0])
        after[name] = {other: near[other] for other in choose_nearest(near, list(near))}
    changed = {name for name in after if after[name] != before.get(name)}
    _store(db, {name: after[name] for name in sorted(changed)})
    _note_pairs(db, before, after, changed, new, {tuple(sorted(_documents(a))) for a in alignments if a.kind == "pin"})
    db["pending_neighbours"].delete_where()


def _place_provisions(db: sqlite_utils.Database, weights: Weights) -> set[str]:
    """Write where provisions lie that have no place yet; return their documents."""
    sql = """
        select c.rowid, c.document_id, c.heading || char(10) || p.text from compared_provisions c
        join provisions p on p.id = c.provision_id left join provision_vectors v on v.id = c.rowid
        where v.id is null and c.rowid > ? order by c.rowid limit ?
    """
    documents: set[str] = set()
    last = 0
    while batch := db.execute(sql, [last, _BATCH]).fetchall():
        places = find_places([weights.cut(text) for *_, text in batch], weights)
        db.conn.executemany(
            "insert into provision_vectors(id, vector) values (?, ?)",
            ((row, place.astype(np.int8).tobytes()) for (row, *_), place in zip(batch, places)),
        )
        documents.update(document for _, document, _ in batch)
        last = batch[-1][0]
    return documents


def _read_places(db: sqlite_utils.Database) -> tuple[list[str], list[int], np.ndarray]:
    """Return the documents, the first row of each, and the places of all provisions."""
    sql = """
        select c.document_id, v.vector from compared_provisions c join provision_vectors v on v.id = c.rowid
        order by c.document_id, c.seq
    """
    rows = db.execute(sql).fetchall()
    names, starts = [], []
    for place, (name, _) in enumerate(rows):
        if not names or names[-1] != name:
            names.append(name)
            starts.append(place)
    vectors = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.int8).astype(np.float32)
    return names, starts, vectors.reshape(len(rows), -1)


def _read_neighbours(db: sqlite_utils.Database) -> dict[str, Ranked]:
    found: dict[str, Ranked] = {}
    for name, other, nearness in db.execute("select document_id, other_id, nearness from neighbours order by document_id, rank"):
        found.setdefault(name, {})[other] = nearness
    return found


def _store(db: sqlite_utils.Database, neighbours: Mapping[str, Ranked]) -> None:
    for name, ranked in neighbours.items():
        db.execute("delete from neighbours where document_id = ?", [name])
        db.conn.executemany(
            "insert into neighbours(document_id, other_id, nearness, rank) values (?, ?, ?, ?)",
            [(name, other, nearness, rank) for rank, (other, nearness) in enumerate(ranked.items(), 1)],
        )


def _note_pairs(
    db: sqlite_utils.Database, before: Mapping[str, Ranked], after: Mapping[str, Ranked], changed: set[str], new: set[str],
    pinned: set[tuple[str, ...]],
) -> None:
    """Note pairs of documents of which one is a neighbour of the other now; drop the counterparts of those that were."""
    def is_pair(neighbours: Mapping[str, Ranked], pair: tuple[str, str]) -> bool:
        return pair[0] in neighbours.get(pair[1], ()) or pair[1] in neighbours.get(pair[0], ())

    pairs = {tuple(sorted((name, other))) for name in changed for other in chain(before.get(name, ()), after[name])}
    pairs |= {pair for pair in pinned if set(pair) & new}
    for pair in sorted(pairs):
        if is_pair(after, pair) or pair in pinned:
            if set(pair) & new or not is_pair(before, pair):
                db.execute("insert or ignore into pending_pairs values (?, ?)", pair)
        else:
            drop_pairs(db, pair[0], pair[1:])


def drop_pairs(db: sqlite_utils.Database, document: str, others: Sequence[str]) -> None:
    """Drop the counterparts of a document and others; the provisions that had some are to be gathered anew."""
    sql = """
        select c.provision_id, c.other_id, m.rowid, o.rowid, c.kind = 'whole', c.score from compared_provisions m
        join counterparts c on c.provision_id = m.provision_id and c.document_id in (select value from json_each(?))
        join compared_provisions o on o.provision_id = c.other_id where m.document_id = ?
    """
    pairs = db.execute(sql, [json.dumps(others), document]).fetchall()
    both = [pair for mine, other, *_ in pairs for pair in ((mine, other), (other, mine))]
    db.conn.executemany("delete from counterparts where provision_id = ? and other_id = ?", both)
    note_lost(db, [(number, theirs, score) for _, _, number, theirs, is_whole, score in pairs if is_whole])
    note_pending(db, [(number, is_whole) for _, _, number, _, is_whole, _ in pairs])
    note_pending(db, [(theirs, False) for _, _, _, theirs, _, _ in pairs])


def _documents(alignment: Alignment) -> set[str]:
    return {provision.partition("__")[0] for provision in alignment.provisions}
