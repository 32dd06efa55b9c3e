"""Compare documents two by two, and store their counterparts as the curator has decided on them."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sqlite_utils

from align.counterparts import load_model, match_document
from align.explain import explain
from align.provisions import Encoded, Weights, encode, stack
from align.tables import read_provisions
from ingest.gather import note_pending
from ingest.neighbours import drop_pairs
from ingest.vocabulary import Alignment

MOST_ENCODED = 1_000  # documents that are kept encoded: each is compared with many others
SECONDS_A_COMMIT = 5.0
CURATOR = "curator"


@dataclass(frozen=True)
class Pair:
    """Two provisions that are counterparts."""

    left: str
    right: str
    score: float
    kind: str  # whole, passing
    origin: str
    why: Mapping[str, Any]


def compare_pending(db: sqlite_utils.Database, weights: Weights, alignments: Sequence[Alignment]) -> None:
    """Compare the pairs of documents that are to be compared; commits every few seconds."""
    decisions: dict[tuple[str, ...], list[Alignment]] = defaultdict(list)
    for alignment in alignments:
        if alignment.kind != "label":
            decisions[tuple(sorted(p.partition("__")[0] for p in alignment.provisions))].append(alignment)
    others: dict[str, list[str]] = defaultdict(list)
    for document, other in db.execute("select document_id, other_id from pending_pairs order by document_id, other_id").fetchall():
        others[document].append(other)
    words = {number: word for word, (number, _) in weights.words.items()}

    @lru_cache(maxsize=MOST_ENCODED)
    def encoded(document: str) -> Encoded:
        return encode(read_provisions(db.conn, [document]), weights)

    waiting = list(others)
    while waiting:
        until = time.monotonic() + SECONDS_A_COMMIT
        with db.atomic():
            while waiting and time.monotonic() < until:
                document = waiting.pop(0)
                decided = {other: decisions[document, other] for other in others[document] if (document, other) in decisions}
                drop_pairs(db, document, others[document])
                pinned = {other for other, some in decided.items() if any(alignment.kind == "pin" for alignment in some)}
                compared = [other for other in others[document] if other in pinned or _are_neighbours(db, document, other)]
                if compared:
                    right = stack([encoded(other) for other in compared])
                    _store(db, document, _compare(encoded(document), right, decided, words))
                db.execute("delete from pending_pairs where document_id = ?", [document])


def _are_neighbours(db: sqlite_utils.Database, document: str, other: str) -> bool:
    # One by one: SQLite finds no pair of columns by an index when it is one of several.
    sql = "select 1 from neighbours where document_id = ? and other_id = ?"
    return any(db.execute(sql, pair).fetchone() for pair in ([document, other], [other, document]))


def _compare(left: Encoded, right: Encoded, decided: Mapping[str, Sequence[Alignment]], words: Mapping[int, str]) -> Iterator[Pair]:
    """The pairs of a document with others: what is found without what a curator forbids, and with what he pins."""
    model = load_model()
    said = {frozenset(a.provisions): a for some in decided.values() for a in some}
    columns: dict[str, list[int]] = defaultdict(list)
    for row, provision in enumerate(right.provisions):
        columns[provision.document].append(row)
    others = {name: np.array(rows) for name, rows in columns.items()}
    for found in match_document(left, np.arange(len(left.provisions)), right, others, model):
        for i, j, score, values in zip(found.left.tolist(), found.right.tolist(), found.probability, found.values):
            one, other = left.provisions[i].id, right.provisions[j].id
            if frozenset((one, other)) not in said:
                kind = "whole" if score >= model.whole else "passing"
                yield Pair(one, other, round(float(score), 4), kind, "model", explain(left, i, j, values, words, right))
    mine = {p.id for p in left.provisions}
    for pair, alignment in said.items():
        if alignment.kind == "pin":
            one, other = sorted(pair, key=lambda id_: id_ not in mine)
            yield Pair(one, other, 1.0, "whole", CURATOR, {"reason": alignment.reason})


def _store(db: sqlite_utils.Database, document: str, pairs: Iterator[Pair]) -> None:
    of: dict[tuple[str, str], list[tuple[float, str, Pair]]] = defaultdict(list)
    for pair in pairs:
        of[pair.left, pair.right.partition("__")[0]].append((-pair.score, pair.right, pair))
        of[pair.right, document].append((-pair.score, pair.left, pair))
    place = _read_places(db, {mine for mine, _ in of})  # which are all, since of each pair both sides are here
    db.conn.executemany(
        "insert into counterparts(provision_id, other_id, document_id, score, rank, kind, origin, why) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (mine, other, theirs, pair.score, rank, pair.kind, pair.origin, json.dumps(pair.why, ensure_ascii=False))
            for (mine, theirs), some in of.items()
            for rank, (_, other, pair) in enumerate(sorted(some, key=lambda s: (s[0], place[s[1]][1])), 1)
        ),
    )
    note_pending(db, [(place[mine][0], any(pair.kind == "whole" for *_, pair in some)) for (mine, _), some in of.items()])


def _read_places(db: sqlite_utils.Database, ids: set[str]) -> dict[str, tuple[int, int]]:
    """The number of each provision, and where it stands in its document."""
    sql = "select provision_id, rowid, seq from compared_provisions where provision_id in (select value from json_each(?))"
    return {id_: (number, seq) for id_, number, seq in db.execute(sql, [json.dumps(sorted(ids))])}
