"""Learn which words stand near each other, and place every unit of search among them.

Latent semantic analysis over words: TF-IDF, then the first dimensions of its SVD. It is learned from a basis: the
documents with the lowest numbers, as many as hold MOST_LEARNED units. Numbers come from hashes, so that the basis is a
fair sample, and a document that comes to a large corpus hardly ever changes it: what words and bigrams weigh stays, and
with it all that was computed of other documents.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import log

import numpy as np
import sqlite_utils
from scipy.sparse import csr_matrix

from ingest.index import DOCUMENT_SHIFT, SENTENCE
from lang.tokens import index_tokens
from lang.words import Cutter

DIMENSIONS = 96
MOST_LEARNED = 5_000
LEAST_SEEN = 2  # provisions of the basis that hold a bigram whose weight is stored
FEWEST_UNITS = 12  # below it there is nothing to learn from
_BATCH = 5_000

Cut = Callable[[str], Sequence[str]]


def word_reader(cutter: Cutter) -> Cut:
    """Return what cuts a text into the words that meaning is learned from, sentence by sentence, each cut once."""

    @lru_cache(maxsize=100_000)
    def cut(sentence: str) -> tuple[str, ...]:
        return tuple(word for word in cutter.cut(sentence) if len(word) > 1 and not word.isnumeric())

    return lambda text: [word for sentence in SENTENCE.findall(text) for word in cut(sentence)]


def choose_basis(db: sqlite_utils.Database) -> tuple[int, str]:
    """Return the highest number of a document of the basis, and a hash of which documents it holds in which state."""
    digest, last, units = hashlib.sha256(), 0, 0
    sql = "select number, document_id, fingerprint from ingested where number is not null order by number"
    for number, document_id, fingerprint in db.execute(sql).fetchall():
        within = [number << DOCUMENT_SHIFT, (number + 1 << DOCUMENT_SHIFT) - 1]
        units += db.execute("select count(*) from search_units where id between ? and ?", within).fetchone()[0]
        digest.update(f"{document_id}\0{fingerprint}\0".encode())
        last = number
        if units >= MOST_LEARNED:
            break
    return last, digest.hexdigest()


def learn_meaning(db: sqlite_utils.Database, last: int, cut: Cut) -> None:
    """Write what words and bigrams weigh, and where words lie, from the documents up to the number ``last``.

    The tables ``words``, ``bigrams`` and ``unit_vectors`` are emptied first.
    """
    for table in ("words", "bigrams", "unit_vectors"):
        db.execute(f"delete from {table}")
    within = [last + 1 << DOCUMENT_SHIFT]
    _learn_words(db, [row[0] for row in db.execute("select text from search_units where id < ? order by id", within)], cut)
    sql = """
        select c.heading || char(10) || p.text from compared_provisions c join provisions p on p.id = c.provision_id
        where c.rowid < ?
    """
    _weigh_bigrams(db, [row[0] for row in db.execute(sql, within)])


def place_units(db: sqlite_utils.Database, cut: Cut) -> None:
    """Write the place of each unit of search that has none yet: its words' places, weighed as in the basis."""
    stored = db.execute("select word, idf, length, vector from words order by word").fetchall()
    if not stored:
        return
    known = {word: (number, idf) for number, (word, idf, _, _) in enumerate(stored)}
    vectors = np.frombuffer(b"".join(row[3] for row in stored), dtype="<f2").astype(np.float64).reshape(len(stored), -1)
    vectors *= np.array([row[2] for row in stored])[:, None]
    sql = """
        select s.id, s.text from search_units s left join unit_vectors v on v.id = s.id
        where v.id is null and s.id > ? order by s.id limit ?
    """
    last = 0
    while batch := db.execute(sql, [last, _BATCH]).fetchall():
        places = _weigh([cut(text) for _, text in batch], known) @ vectors
        db.conn.executemany("insert into unit_vectors(id, vector) values (?, ?)", zip((row[0] for row in batch), pack(places)))
        last = batch[-1][0]


def _learn_words(db: sqlite_utils.Database, texts: Sequence[str], cut: Cut) -> None:
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from threadpoolctl import threadpool_limits

    if len(texts) < FEWEST_UNITS:
        return
    vectorizer = TfidfVectorizer(analyzer=cut, sublinear_tf=True, min_df=2)
    # One thread: the order of sums must not depend on the machine's load, or two builds would differ.
    with threadpool_limits(limits=1):
        try:
            weights = vectorizer.fit_transform(texts)
        except ValueError:  # no word stands twice in the corpus: nothing can be near anything
            return
        dimensions = min(DIMENSIONS, min(weights.shape) - 1)
        if dimensions < 2:
            return
        # Not ARPACK: where values are equal, as in a small corpus, it goes on from numbers that the last call left.
        svd = TruncatedSVD(dimensions, n_iter=7, n_oversamples=2 * DIMENSIONS, random_state=0).fit(weights)
    lengths = np.linalg.norm(svd.components_, axis=0)
    db["words"].insert_all(
        {"word": str(name), "idf": round(float(idf), 4), "length": round(float(length), 6), "vector": vector}
        for name, idf, length, vector in zip(vectorizer.get_feature_names_out(), vectorizer.idf_, lengths, pack(svd.components_.T))
    )


def _weigh_bigrams(db: sqlite_utils.Database, texts: Sequence[str]) -> None:
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update({token for token in index_tokens(text) if len(token) > 1})
    db["bigrams"].insert_all(
        {"bigram": bigram, "idf": round(log((1 + len(texts)) / (1 + count)) + 1, 4)}
        for bigram, count in sorted(seen.items())
        if count >= LEAST_SEEN
    )


def _weigh(texts: Sequence[Sequence[str]], known: dict[str, tuple[int, float]]) -> csr_matrix:
    """Sublinear TF-IDF; the rows' lengths don't matter, since places are brought to unit length."""
    data, columns, starts = [], [], [0]
    for words in texts:
        counts = Counter(word for word in words if word in known)
        for word in sorted(counts):
            number, idf = known[word]
            columns.append(number)
            data.append((1 + log(counts[word])) * idf)
        starts.append(len(columns))
    return csr_matrix((data, columns, starts), shape=(len(texts), len(known)))


def pack(vectors: np.ndarray) -> list[bytes]:
    """Pack each row, brought to unit length, into half-precision floats; zero stays zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return [row.tobytes() for row in (vectors / np.where(norms, norms, 1.0)).astype("<f2")]
