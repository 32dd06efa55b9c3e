"""Compare documents two by two, and store their counterparts as the curator has decided on them."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import Any

import numpy as np
import sqlite_utils

from align.counterparts import load_model, match_document
from align.explain import explain
from align.provisions import Encoded, Provision, Weights, encode, stack
from align.tables import read_provisions
from ingest.gather import note_pending
from ingest.neighbours import drop_pairs
from ingest.spread import in_batches, spread
from ingest.vocabulary import Alignment

MOST_ENCODED = 50_000  # provisions that each worker keeps encoded (some 6 kB each): a document is compared with many others
SCORE_DIGITS = 8  # with four, many are 1.0, and which of these gather first would hang on their numbers
CURATOR = "curator"


@dataclass(frozen=True)
class Pair:
    """Two provisions that are counterparts."""

    left: str
    right: str
    score: float
    kind: str  # whole, passing
    origin: str
    why: str  # JSON


@dataclass(frozen=True)
class _Desk:
    """What comparing has at hand: the documents' provisions, what words weigh, and what a curator has decided."""

    provisions: Mapping[str, Sequence[Provision]]
    weights: Weights
    decisions: Mapping[tuple[str, ...], Sequence[Alignment]]

    @cached_property
    def words(self) -> dict[int, str]:
        return {number: word for word, (number, _) in self.weights.words.items()}

    @cached_property
    def encoded(self) -> Callable[[str], Encoded]:
        at_once = MOST_ENCODED * len(self.provisions) // max(sum(map(len, self.provisions.values())), 1)
        return lru_cache(maxsize=at_once)(lambda document: encode(self.provisions[document], self.weights))


def compare_pending(db: sqlite_utils.Database, weights: Weights, alignments: Sequence[Alignment], workers: int) -> None:
    """Compare the pairs of documents that are to be compared, on all cores; commits every few seconds."""
    decisions: dict[tuple[str, ...], list[Alignment]] = defaultdict(list)
    for alignment in alignments:
        if alignment.kind != "label":
            decisions[tuple(sorted(p.partition("__")[0] for p in alignment.provisions))].append(alignment)
    others: dict[str, list[str]] = defaultdict(list)
    for document, other in db.execute("select document_id, other_id from pending_pairs order by document_id, other_id").fetchall():
        others[document].append(other)
    with db.atomic():
        for document, some in others.items():
            drop_pairs(db, document, some)
    compared = {
        document: [other for other in some if _is_pinned(decisions.get((document, other), ())) or _are_neighbours(db, document, other)]
        for document, some in others.items()
    }  # fmt: skip
    desk = _Desk(_read_provisions(db, compared), weights, decisions)
    measured = "select 1 from measure_provisions where document_id = ?"
    new = {name for name in desk.provisions if not db.execute(measured, [name]).fetchone()}
    items = [(document, compared[document]) for document in _by_neighbourhood(compared)]
    work = partial(_compare_one, desk=desk)
    for some in in_batches(spread(work, items, workers, work)):  # what killed a worker is tried here
        with db.atomic():
            for document, pairs in some:
                _store(db, document, pairs, new)
                db.execute("delete from pending_pairs where document_id = ?", [document])


def _is_pinned(decided: Iterable[Alignment]) -> bool:
    return any(alignment.kind == "pin" for alignment in decided)


def _read_provisions(db: sqlite_utils.Database, compared: Mapping[str, Sequence[str]]) -> dict[str, list[Provision]]:
    names = sorted({*compared, *chain.from_iterable(compared.values())})
    return {name: read_provisions(db.conn, [name]) for name in names}


def _by_neighbourhood(compared: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Documents in an order in which those that are compared with the same ones come one after the other."""
    beside: dict[str, list[str]] = defaultdict(list)
    for document, others in compared.items():
        for other in others:
            beside[document].append(other)
            beside[other].append(document)
    seen: set[str] = set()
    for first in compared:
        waiting = deque([first])
        while waiting:
            document = waiting.popleft()
            if document not in seen:
                seen.add(document)
                waiting.extend(beside[document])
                if document in compared:
                    yield document


def _compare_one(item: tuple[str, Sequence[str]], desk: _Desk) -> tuple[str, list[Pair]]:
    document, others = item
    if not others:
        return document, []
    decided = {other: desk.decisions[document, other] for other in others if (document, other) in desk.decisions}
    right = stack([desk.encoded(other) for other in others])
    return document, list(_compare(desk.encoded(document), right, decided, desk.words))


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
                yield Pair(one, other, round(float(score), SCORE_DIGITS), kind, "model", _write(explain(left, i, j, values, words, right)))
    mine = {p.id for p in left.provisions}
    for pair, alignment in said.items():
        if alignment.kind == "pin":
            one, other = sorted(pair, key=lambda id_: id_ not in mine)
            yield Pair(one, other, 1.0, "whole", CURATOR, _write({"reason": alignment.reason}))


def _write(why: Mapping[str, Any]) -> str:
    return json.dumps(why, ensure_ascii=False)


def _store(db: sqlite_utils.Database, document: str, pairs: Sequence[Pair], new: Collection[str]) -> None:
    of: dict[tuple[str, str], list[tuple[float, str, Pair]]] = defaultdict(list)
    for pair in pairs:
        of[pair.left, pair.right.partition("__")[0]].append((-pair.score, pair.right, pair))
        of[pair.right, document].append((-pair.score, pair.left, pair))
    place = _read_places(db, {mine for mine, _ in of})  # which are all, since of each pair both sides are here
    db.conn.executemany(
        "insert into counterparts(provision_id, other_id, document_id, score, rank, kind, origin, why) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (mine, other, theirs, pair.score, rank, pair.kind, pair.origin, pair.why)
            for (mine, theirs), some in of.items()
            for rank, (_, other, pair) in enumerate(sorted(some, key=lambda s: (s[0], place[s[1]][1])), 1)
        ),
    )
    note_pending(db, [(number, False) for number, _ in place.values()])
    # A new document's provisions are gathered in any case.
    linked = {p.left for p in pairs if p.kind == "whole" and p.right.partition("__")[0] not in new} if document not in new else ()
    note_pending(db, [(place[mine][0], True) for mine in linked])


def _read_places(db: sqlite_utils.Database, ids: set[str]) -> dict[str, tuple[int, int]]:
    """The number of each provision, and where it stands in its document."""
    sql = "select provision_id, rowid, seq from compared_provisions where provision_id in (select value from json_each(?))"
    return {id_: (number, seq) for id_, number, seq in db.execute(sql, [json.dumps(sorted(ids))])}
