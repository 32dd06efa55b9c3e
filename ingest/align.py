"""Align the provisions of all documents: store counterparts, measures, and who covers which measure how."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Any

import numpy as np
import sqlite_utils

from align.counterparts import FEATURES, Model, load_model, match
from align.cover import name_cover
from align.explain import explain
from align.measures import LEAST_LINK, gather, name_measure
from align.provisions import Encoded, Provision, encode
from align.reuse import shared_shares
from align.tables import read_provisions, read_weights
from ingest.index import CONTAINER_KINDS, UNIT_KINDS
from ingest.records import SourceError
from ingest.vocabulary import Alignment
from lang.tokens import index_tokens

MOST_COUNTERPARTS = 40  # of one provision, the likeliest: hundreds of documents would hold millions of pairs
PASSING = "passing"  # a document that has no provision of a measure, but one that takes it up in passing
LEAST_SEEN = 2  # a bigram that stands in one provision only is shared by none

TABLES: dict[str, dict[str, Any]] = {
    "compared_provisions": dict(
        provision_id=str, document_id=str, seq=int, heading=str, part=str, place=float, characters=int
    ),
    "bigrams": dict(bigram=str, idf=float),
    "counterparts": dict(provision_id=str, other_id=str, document_id=str, score=float, rank=int, kind=str, origin=str, why=str),
    "measures": dict(id=str, label=str, theme_id=str, documents=int, provisions=int, origin=str, seq=int),
    "measure_provisions": dict(measure_id=str, provision_id=str, document_id=str, rank=int),
    "coverage": dict(measure_id=str, document_id=str, state=str, shared=float, provision_id=str),
}
KEYS: dict[str, Any] = {
    "compared_provisions": "provision_id",
    "bigrams": "bigram",
    "counterparts": ("provision_id", "other_id"),
    "measures": "id",
    "measure_provisions": ("measure_id", "provision_id"),
    "coverage": ("measure_id", "document_id"),
}
_PROVISION, _DOCUMENT = ("provision_id", "provisions", "id"), ("document_id", "documents", "id")
_MEASURE = ("measure_id", "measures", "id")
FOREIGN = {
    "compared_provisions": [_PROVISION, _DOCUMENT],
    "counterparts": [_PROVISION, ("other_id", "provisions", "id"), _DOCUMENT],
    "measure_provisions": [_MEASURE, _PROVISION, _DOCUMENT],
    "coverage": [_MEASURE, _DOCUMENT, _PROVISION],
}
INDEXES = {
    "compared_provisions": [["document_id", "seq"]],
    "counterparts": [["provision_id", "rank"]],
    "measures": [["seq"], ["theme_id"]],
    "measure_provisions": [["provision_id"], ["document_id"]],
    "coverage": [["document_id", "state"]],
}


@dataclass(frozen=True)
class Found:
    """Counterparts: pairs of rows of an encoding, each once, with probability and FEATURES."""

    left: np.ndarray
    right: np.ndarray
    probability: np.ndarray
    values: np.ndarray

    def take(self, kept: np.ndarray) -> Found:
        return Found(self.left[kept], self.right[kept], self.probability[kept], self.values[kept])


def create_alignment_schema(db: sqlite_utils.Database) -> None:
    """Create the tables of the alignment, empty."""
    for name, columns in TABLES.items():
        db[name].create(columns, pk=KEYS[name], foreign_keys=FOREIGN.get(name, ()))


def align(db: sqlite_utils.Database, alignments: Sequence[Alignment], cut: Callable[[str], Sequence[str]]) -> None:
    """Align all documents of a database that holds their provisions, themes, words and places of meaning.

    Raises SourceError when a curator's alignment names a provision that is not there.
    """
    prepare(db)
    provisions = read_provisions(db.conn)
    rows = {p.id: i for i, p in enumerate(provisions)}
    decided = _decisions(alignments, rows)
    weights = read_weights(db.conn, cut)
    encoded = encode(provisions, weights)
    model = load_model()
    found = find(encoded, model)
    words = {number: word for word, (number, _) in weights.words.items()}
    pairs = list(_curate(encoded, found, decided, words, model.whole))
    _store_counterparts(db, provisions, pairs)
    _store_measures(db, provisions, pairs, decided)


def prepare(db: sqlite_utils.Database) -> None:
    """Write which provisions are compared, and what bigrams weigh."""
    _choose_provisions(db)
    _weigh_bigrams(db)


def find(encoded: Encoded, model: Model) -> Found:
    """Return the counterparts among encoded provisions: the likeliest MOST_COUNTERPARTS of each."""
    found = [Found(np.zeros(0, int), np.zeros(0, int), np.zeros(0), np.zeros((0, len(FEATURES))))]
    for pairs in match(encoded, encoded, model):
        found.append(Found(pairs.left, pairs.right, pairs.probability, pairs.values))
    columns = zip(*((f.left, f.right, f.probability, f.values) for f in found))
    whole = Found(*(np.concatenate(column) for column in columns))
    return whole.take(_among_likeliest(whole))


def _among_likeliest(found: Found) -> np.ndarray:
    """Whether each pair is among the MOST_COUNTERPARTS of either of its provisions."""
    unit, other = np.concatenate([found.left, found.right]), np.concatenate([found.right, found.left])
    order = np.lexsort((other, -np.tile(found.probability, 2), unit))
    place = np.arange(len(order)) - np.searchsorted(unit[order], unit[order])
    kept = np.zeros(len(found.left), dtype=bool)
    kept[order[place < MOST_COUNTERPARTS] % max(len(kept), 1)] = True
    return kept


def _choose_provisions(db: sqlite_utils.Database) -> None:
    """Clauses, articles, boxes, and paragraphs that stand loose in a part are compared; these bear its heading."""
    sql = """
        select p.id, p.document_id, p.seq, p.kind, p.text, p.start * 1.0 / max(length(v.text), 1),
               coalesce(p.heading, ''), coalesce(q.kind, ''), coalesce(q.heading, '')
        from provisions p join versions v on v.id = p.version_id left join provisions q on q.id = p.parent_id
        order by p.document_id, p.seq
    """
    chosen = []
    for id_, document, seq, kind, text, place, heading, above, part in db.execute(sql):
        loose = kind == "paragraph" and (not above or above in CONTAINER_KINDS)
        if kind in UNIT_KINDS or loose:
            chosen.append(
                {"provision_id": id_, "document_id": document, "seq": seq, "heading": heading or (part if loose else ""),
                 "part": part, "place": round(place, 4), "characters": sum(not c.isspace() for c in text)}
            )  # fmt: skip
    db["compared_provisions"].insert_all(chosen)


def _weigh_bigrams(db: sqlite_utils.Database) -> None:
    seen: Counter[str] = Counter()
    sql = "select c.heading || char(10) || p.text from compared_provisions c join provisions p on p.id = c.provision_id"
    total = 0
    for (text,) in db.execute(sql):
        seen.update({token for token in index_tokens(text) if len(token) > 1})
        total += 1
    db["bigrams"].insert_all(
        {"bigram": bigram, "idf": round(log((1 + total) / (1 + count)) + 1, 4)}
        for bigram, count in sorted(seen.items())
        if count >= LEAST_SEEN
    )


def _decisions(alignments: Sequence[Alignment], rows: Mapping[str, int]) -> list[Alignment]:
    for alignment in alignments:
        for provision in alignment.provisions:
            if provision not in rows:
                raise SourceError(
                    f"alignments.yml: {provision.replace('__', '/', 1)} is no clause, article, box or loose paragraph"
                    " of the corpus; mend the entry"
                )
    return list(alignments)


@dataclass(frozen=True)
class _Pair:
    left: int
    right: int
    score: float
    kind: str  # whole, passing
    origin: str
    why: dict[str, Any]

    @property
    def link(self) -> float:
        """How strongly it holds a measure together: a pin says that two are counterparts, not that all about them is one matter."""
        return LEAST_LINK if self.origin == "curator" else self.score


def _curate(
    encoded: Encoded, found: Found, decided: Sequence[Alignment], words: Mapping[int, str], whole: float
) -> Iterator[_Pair]:
    """The pairs that were found without those that a curator forbids, and with those that he pins."""
    rows = {p.id: i for i, p in enumerate(encoded.provisions)}
    said = {frozenset(rows[p] for p in a.provisions): a for a in decided if a.kind != "label"}
    for left, right, score, values in zip(found.left.tolist(), found.right.tolist(), found.probability, found.values):
        if frozenset((left, right)) not in said:
            kind = "whole" if score >= whole else "passing"
            yield _Pair(left, right, round(float(score), 4), kind, "model", explain(encoded, left, right, values, words))
    for pair, alignment in said.items():
        if alignment.kind == "pin":
            left, right = sorted(pair)
            yield _Pair(left, right, 1.0, "whole", "curator", {"reason": alignment.reason})


def _store_counterparts(db: sqlite_utils.Database, provisions: Sequence[Provision], pairs: Sequence[_Pair]) -> None:
    of: dict[tuple[int, str], list[tuple[float, int, _Pair]]] = defaultdict(list)
    for pair in pairs:
        for mine, other in ((pair.left, pair.right), (pair.right, pair.left)):
            of[mine, provisions[other].document].append((-pair.score, other, pair))
    db["counterparts"].insert_all(
        {
            "provision_id": provisions[mine].id, "other_id": provisions[other].id, "document_id": document,
            "score": pair.score, "rank": rank, "kind": pair.kind, "origin": pair.origin, "why": json.dumps(pair.why, ensure_ascii=False),
        }
        for (mine, document), some in sorted(of.items())
        for rank, (_, other, pair) in enumerate(sorted(some, key=lambda s: s[:2]), 1)
    )  # fmt: skip


def _store_measures(
    db: sqlite_utils.Database, provisions: Sequence[Provision], pairs: Sequence[_Pair], decided: Sequence[Alignment]
) -> None:
    rows = {p.id: i for i, p in enumerate(provisions)}
    forbidden = [a.provisions for a in decided if a.kind == "forbid"]
    labels = {a.provisions[0]: a.label for a in decided if a.kind == "label"}
    groups = gather(
        [(p.id, p.document) for p in provisions],
        [(provisions[pair.left].id, provisions[pair.right].id, pair.link) for pair in pairs if pair.kind == "whole"],
        forbidden,
    )
    beside: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for pair in pairs:
        beside[pair.left].append((pair.score, pair.right))
        beside[pair.right].append((pair.score, pair.left))
    strength: Counter[int] = Counter()
    together = {id_: n for n, group in enumerate(groups) for id_ in group}
    for pair in pairs:
        if together[provisions[pair.left].id] == together[provisions[pair.right].id]:
            strength[pair.left] += pair.score
            strength[pair.right] += pair.score
    for seq, group in enumerate(groups):
        members = [provisions[rows[id_]] for id_ in group]
        measure = name_measure({p.id: p.heading for p in members})
        curated = next((labels[id_] for id_ in group if id_ in labels), None)
        themes = Counter(p.themes[0] for p in members if p.themes)
        by_document: dict[str, list[Provision]] = defaultdict(list)
        for p in members:
            by_document[p.document].append(p)
        db["measures"].insert(
            {
                "id": measure, "label": curated or provisions[rows[measure]].heading or members[0].text.strip()[:24],
                "theme_id": min(themes, key=lambda t: (-themes[t], t)) if themes else None,
                "documents": len(by_document), "provisions": len(members),
                "origin": "curator" if curated else "model", "seq": seq,
            }
        )  # fmt: skip
        covered: list[tuple[str, str, float | None, str]] = []
        texts = ["\n".join(p.text for p in own) for own in by_document.values()]
        for (document, own), shared in zip(by_document.items(), shared_shares(texts, list(by_document))):
            own.sort(key=lambda p: (-strength[rows[p.id]], rows[p.id]))
            covered.append((document, name_cover(shared), round(shared, 4), own[0].id))
            db["measure_provisions"].insert_all(
                {"measure_id": measure, "provision_id": p.id, "document_id": document, "rank": rank}
                for rank, p in enumerate(own, 1)
            )
        for document, provision in _in_passing([rows[id_] for id_ in group], beside, provisions).items():
            if document not in by_document:
                covered.append((document, PASSING, None, provision))
        db["coverage"].insert_all(
            {"measure_id": measure, "document_id": document, "state": state, "shared": shared, "provision_id": provision}
            for document, state, shared, provision in sorted(covered)
        )


def _in_passing(
    members: Sequence[int], beside: Mapping[int, Sequence[tuple[float, int]]], provisions: Sequence[Provision]
) -> dict[str, str]:
    """Of each other document the provision that is likeliest a counterpart of a member, though of no measure with it."""
    best: dict[str, tuple[float, int]] = {}
    for score, other in (pair for member in members for pair in beside.get(member, ())):
        document = provisions[other].document
        best[document] = max(best.get(document, (0.0, 0)), (score, -other))
    return {document: provisions[-other].id for document, (_, other) in best.items()}
