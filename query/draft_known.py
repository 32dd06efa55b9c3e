"""Read what a draft is compared with: where all provisions lie, and of the nearest documents all that is weighed.

The build has stored where provisions lie in the space of meaning. That tells which documents are near; only of these is
more needed, and what was made of a document is kept for the next draft.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from align.counterparts import choose_nearest, measure_nearness
from align.provisions import Encoded, Provision, Rarities, Weights, encode, find_places, stack
from align.tables import read_provisions, read_weights
from query.memo import once
from query.relate import load_meaning

MOST_KEPT = 120  # documents; some half a megabyte each
_BLOCK = 50_000  # provisions whose places are multiplied at a time


@dataclass(frozen=True)
class Known:
    """What one draft is compared with: provisions of some documents, and the words of each document together."""

    encoded: Encoded
    weights: Weights
    words: Mapping[int, str]
    documents: Sequence[str]  # by their number in the encoding
    sums: np.ndarray  # documents × words, each of unit length


class Library:
    """What drafts are compared with: made once for a database, and shared by those who check drafts at the same time."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.weights = read_weights(conn, load_meaning(conn).cut.cut)
        self.words = {number: word for word, (number, _) in self.weights.words.items()}
        self.documents, self._starts, self._places = _read_places(conn)
        self._encoded: OrderedDict[str, Encoded] = OrderedDict()
        self._lock = threading.Lock()

    def find_nearest(self, provisions: Sequence[Provision]) -> list[str]:
        """Return the documents that a draft is compared with, the nearest first."""
        cut = self.weights.cut
        places = find_places([cut(f"{p.heading}\n{p.text}") for p in provisions], self.weights)
        near: dict[str, float] = {}
        for first, last in self._blocks():
            rows = self._places[self._starts[first] : self._starts[last]].astype(np.float32)
            starts = [start - self._starts[first] for start in self._starts[first:last]]
            near.update(zip(self.documents[first:last], measure_nearness(places, rows, starts).tolist()))
        return choose_nearest(near, self.documents)

    def open(self, conn: sqlite3.Connection, documents: Sequence[str]) -> Known:
        """Return what is known of some documents; its weights take nothing from a draft that is encoded by them."""
        with self._lock:  # numbers are given to bigrams one after another
            missing = [id_ for id_ in documents if id_ not in self._encoded]
            by_document: dict[str, list[Provision]] = {}
            for provision in read_provisions(conn, missing) if missing else []:
                by_document.setdefault(provision.document, []).append(provision)
            for id_, provisions in by_document.items():
                self._encoded[id_] = encode(provisions, self.weights)
            chosen = sorted(id_ for id_ in documents if id_ in self._encoded)
            for id_ in chosen:
                self._encoded.move_to_end(id_)
            parts = [self._encoded[id_] for id_ in chosen]
            while len(self._encoded) > max(MOST_KEPT, len(chosen)):
                self._encoded.popitem(last=False)
            frozen = replace(self.weights, bigrams=_Frozen(self.weights.bigrams))
        encoded = stack(parts) if parts else encode([], frozen)
        sums = [bring_to_unit(np.asarray(part.words.sum(axis=0)).ravel()) for part in parts]
        return Known(encoded, frozen, self.words, chosen, np.array(sums).reshape(len(parts), encoded.words.shape[1]))

    def _blocks(self):
        """Numbers of documents, from and to, whose places are multiplied together."""
        first = 0
        for last in range(1, len(self.documents) + 1):
            if last == len(self.documents) or self._starts[last + 1] - self._starts[first] > _BLOCK:
                yield first, last
                first = last


class _Frozen(Rarities):
    """Rarities as they are now: what only a draft holds gets no number, and nothing of it is kept."""

    def __init__(self, rarities: Rarities) -> None:
        super().__init__(rarities.known, rarities.rarest)
        self.is_frozen = True
        self._numbers = dict(rarities._numbers)


def load_library(conn: sqlite3.Connection) -> Library:
    """Return what drafts are compared with, made once for a database."""
    return once(conn, Library)


def _read_places(conn: sqlite3.Connection) -> tuple[list[str], list[int], np.ndarray]:
    """The documents, the first row of each and one beyond the last, and where all provisions lie."""
    sql = """
        select c.document_id, v.vector from compared_provisions c join provision_vectors v on v.id = c.rowid
        order by c.document_id, c.seq
    """
    documents, starts, vectors = [], [], bytearray()
    rows = 0
    for document, vector in conn.execute(sql):
        if not documents or documents[-1] != document:
            documents.append(document)
            starts.append(rows)
        vectors += vector
        rows += 1
    return documents, [*starts, rows], np.frombuffer(bytes(vectors), dtype=np.int8).reshape(rows, -1) if rows else np.zeros((0, 1), np.int8)


def bring_to_unit(row: np.ndarray) -> np.ndarray:
    """Return a row of length 1; one of zeros stays as it is."""
    norm = np.linalg.norm(row)
    return row / norm if norm else row
