"""Make the search index: what is searched, under which tokens, and which words stand near each other.

A unit's id says where it belongs, so that scope and facets need no join:
``document << 28 | clause << 12 | box in it << 4 | kind``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import sqlite_utils

from lang.tokens import index_tokens
from lang.words import Cutter

KINDS = ("annex", "chapter", "section", "part", "article", "clause", "box", "paragraph", "item", "goal", "note", "row")
UNIT_KINDS = {"clause", "article", "box"}
CONTAINER_KINDS = {"annex", "chapter", "section", "part"}

DOCUMENT_SHIFT, CLAUSE_SHIFT, BOX_SHIFT = 28, 12, 4
MOST_CLAUSES, MOST_BOXES = 1 << 16, 1 << 8

LSA_DIMENSIONS = 96
MOST_LEARNED = 20_000
FEWEST_UNITS = 12  # below it there is nothing to learn from
_SENTENCE = re.compile(r"[^。；;\n]*[。；;\n]?")

SEARCH_TABLES: dict[str, dict[str, Any]] = {
    "search_units": dict(id=int, provision_id=str, document_id=str, text=str),
    "unit_vectors": dict(id=int, vector=bytes),
    "facets": dict(facet=str, value=str, label=str, token=str, code=int),
    "document_facets": dict(document_id=str, facet=str, value=str),
    "unit_facets": dict(unit_id=int, facet=str, value=str),
    "lexicon": dict(word=str),
    "synonyms": dict(word=str, group_id=int),
    "words": dict(word=str, idf=float, vector=bytes),
}  # fmt: skip


def create_search_schema(db: sqlite_utils.Database) -> None:
    """Create the tables of the index, empty."""
    for name, columns in SEARCH_TABLES.items():
        pk = {"facets": ("facet", "value"), "document_facets": ("document_id", "facet", "value"), "unit_facets": ("unit_id", "facet", "value"), "lexicon": "word", "synonyms": "word", "words": "word"}.get(name, "id")
        db[name].create(columns, pk=pk)
    # Contentless: the index holds no second copy of the text; the tokens are made by lang.
    # prefix: one character alone is a prefix of its bigrams, and without an index of its own a slow one.
    db.execute("create virtual table search_index using fts5(heading, body, facets, content='', tokenize='unicode61', prefix='1')")
    # Headings once more by themselves: a query that is too broad to rank wholly is ranked by these,
    # and a column filter on the large index would read every position of the body for it.
    db.execute("create virtual table search_headings using fts5(heading, facets, content='', tokenize='unicode61', prefix='1')")


def unit_ids(rows: Sequence[dict[str, Any]], document: int) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Yield (id, row, searched text) for each provision row that is a unit of search.

    ``rows`` are a document's provisions in order; ``document`` is its number in the index. A box
    belongs with the clause it stands in. A part stands for its heading alone: what it holds is
    searched itself.
    """
    clause, boxes = 0, 0
    for row in rows:
        if row["unit_id"] != row["id"]:
            continue
        if row["kind"] == "box" and boxes + 1 < MOST_BOXES and clause:
            boxes += 1
        else:
            clause, boxes = clause + 1, 0
        if clause >= MOST_CLAUSES:
            raise ValueError(f"more than {MOST_CLAUSES} clauses in one document")
        text = f"{row['number'] or ''}{row['heading'] or ''}" if row["kind"] in CONTAINER_KINDS else row["text"]
        kind = KINDS.index(row["kind"])
        yield document << DOCUMENT_SHIFT | clause << CLAUSE_SHIFT | boxes << BOX_SHIFT | kind, row, text


def document_facets(row: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Return a document's values of each facet, as (value, label)."""
    year = (row["issued_on"] or row["id"].split("-")[1])[:4]
    return {
        "province": [(row["province_code"], row["province"])],
        "year": [(year, year)],
        "type": [(row["doc_type"], row["doc_type"])] if row["doc_type"] else [],
        "agency": [(name, name) for name in json.loads(row["issuers"])],
        "doc": [(row["id"], row["title"])],
    }


class Indexer:
    """Feeds units into the index; ``finish`` writes facets, words and vectors."""

    def __init__(self, db: sqlite_utils.Database, cutter: Cutter, synonyms: Sequence[Sequence[str]]) -> None:
        self.db = db
        self.groups = {word: number for number, group in enumerate(synonyms, 1) for word in group}
        self.facets: dict[tuple[str, str], tuple[str, str, int | None]] = {}
        for code, kind in enumerate(KINDS):
            self.facets["kind", kind] = (KIND_LABELS[kind], f"kind{code}", code)
        self.cutter = cutter
        self._tokens = lru_cache(maxsize=200_000)(lambda sentence: " ".join(index_tokens(sentence)))
        self._words = lru_cache(maxsize=200_000)(self._cut)

    def add_document(
        self,
        number: int,
        document: dict[str, Any],
        provisions: Sequence[dict[str, Any]],
        unit_facets: Mapping[str, Mapping[str, Sequence[tuple[str, str]]]] | None = None,
    ) -> None:
        """Index a document's units under the number that stands in their ids.

        ``unit_facets`` are (value, label) pairs by facet by provision: themes, audiences, force.
        """
        tokens = ["all"]
        values_of = document_facets(document)
        self.db["document_facets"].insert_all(
            {"document_id": document["id"], "facet": facet, "value": value}
            for facet, values in values_of.items()
            for value, _ in values
        )
        for facet, values in values_of.items():
            for value, label in values:
                tokens.append(self._facet_token(facet, value, label, number if facet == "doc" else None))
        units = list(unit_ids(provisions, number))
        own_tokens: dict[int, list[str]] = {}
        for unit_id, row, _ in units:
            own_tokens[unit_id] = [*tokens, self.facets["kind", row["kind"]][1]]
            for facet, values in ((unit_facets or {}).get(row["id"]) or {}).items():
                own_tokens[unit_id] += [self._facet_token(facet, value, label, None) for value, label in values]
                self.db["unit_facets"].insert_all(
                    {"unit_id": unit_id, "facet": facet, "value": value} for value, _ in values
                )
        self.db["search_units"].insert_all(
            {"id": unit_id, "provision_id": row["id"], "document_id": row["document_id"], "text": text}
            for unit_id, row, text in units
        )
        self.db.conn.executemany(
            "insert into search_index(rowid, heading, body, facets) values (?, ?, ?, ?)",
            (
                (
                    unit_id,
                    self.tokens(row["heading"] or ""),
                    self.tokens(text),
                    " ".join(own_tokens[unit_id]),
                )
                for unit_id, row, text in units
            ),
        )
        self.db.conn.executemany(
            "insert into search_headings(rowid, heading, facets) values (?, ?, ?)",
            (
                (unit_id, self.tokens(row["heading"]), " ".join(own_tokens[unit_id]))
                for unit_id, row, _ in units
                if row["heading"]
            ),
        )

    def tokens(self, text: str) -> str:
        """The bigrams of a text, sentence by sentence: policy texts repeat each other, and each is made once."""
        return " ".join(filter(None, map(self._tokens, _SENTENCE.findall(text))))

    def words(self, text: str) -> list[str]:
        """The words of a text that meaning is learned from."""
        return [word for sentence in _SENTENCE.findall(text) for word in self._words(sentence)]

    def finish(self) -> None:
        """Write the facets, and the words with their places in the space of meaning."""
        self.db["facets"].insert_all(
            {"facet": facet, "value": value, "label": label, "token": token, "code": code}
            for (facet, value), (label, token, code) in sorted(self.facets.items())
        )
        self.db["synonyms"].insert_all({"word": w, "group_id": g} for w, g in sorted(self.groups.items()))
        self._write_vectors()

    def _cut(self, sentence: str) -> tuple[str, ...]:
        return tuple(word for word in self.cutter.cut(sentence) if len(word) > 1 and not word.isnumeric())

    def _facet_token(self, facet: str, value: str, label: str, code: int | None) -> str:
        key = (facet, value)
        if key not in self.facets:
            number = sum(1 for name, _ in self.facets if name == facet)
            self.facets[key] = (label, f"{facet}{number}", code)  # no sign: unicode61 would part it
        return self.facets[key][1]

    def _write_vectors(self) -> None:
        """Latent semantic analysis over words: TF-IDF, then the first dimensions of its SVD.

        Learned from at most MOST_LEARNED units, evenly spaced, and then applied to all.
        """
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from threadpoolctl import threadpool_limits

        count = self.db["search_units"].count
        if count < FEWEST_UNITS:
            return
        step = -(-count // MOST_LEARNED)
        sample = [row[0] for i, row in enumerate(self.db.execute("select text from search_units order by id")) if i % step == 0]
        vectorizer = TfidfVectorizer(analyzer=self.words, sublinear_tf=True, min_df=2)
        # One thread: the order of sums must not depend on the machine's load, or two builds would differ.
        with threadpool_limits(limits=1):
            try:
                weights = vectorizer.fit_transform(sample)
            except ValueError:  # no word stands twice in the corpus: nothing can be near anything
                return
            dimensions = min(LSA_DIMENSIONS, min(weights.shape) - 1)
            if dimensions < 2:
                return
            svd = TruncatedSVD(dimensions, algorithm="arpack", random_state=0).fit(weights)
            last = -1
            while batch := self.db.execute(
                "select id, text from search_units where id > ? order by id limit 10000", [last]
            ).fetchall():
                places = svd.transform(vectorizer.transform([text for _, text in batch]))
                self.db.conn.executemany(
                    "insert into unit_vectors(id, vector) values (?, ?)",
                    ((unit, vector) for (unit, _), vector in zip(batch, pack(places))),
                )
                last = batch[-1][0]
        names = vectorizer.get_feature_names_out()
        self.db["words"].insert_all(
            {"word": str(name), "idf": round(float(idf), 4), "vector": vector}
            for name, idf, vector in zip(names, vectorizer.idf_, pack(svd.components_.T))
        )


KIND_LABELS = {
    "annex": "附件", "chapter": "章", "section": "节", "part": "部分", "article": "条", "clause": "条款", "box": "专栏",
    "paragraph": "段", "item": "项", "goal": "分项", "note": "注", "row": "表行",
}  # fmt: skip


def pack(vectors: np.ndarray) -> list[bytes]:
    """Pack each row, brought to unit length, into half-precision floats; zero stays zero."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return [row.tobytes() for row in (vectors / np.where(norms, norms, 1.0)).astype("<f2")]
