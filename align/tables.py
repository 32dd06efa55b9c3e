"""Read what is compared, and what words weigh, from a database that is built or being built."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import log

import numpy as np

from align.provisions import Provision, Rarities, Weights

RAREST_ABOVE = log(1.5)  # a bigram that the table lacks is rarer than one that two provisions of the basis hold

_PROVISIONS = """
    select c.provision_id, c.document_id, c.heading, p.text, c.part, c.place, c.seq
    from compared_provisions c join provisions p on p.id = c.provision_id
    {where} order by c.document_id, c.seq
"""
_THEMES = """
    select t.provision_id, t.theme_id from provision_themes t
    join compared_provisions c on c.provision_id = t.provision_id {where} order by t.provision_id, t.rank
"""


_LABELLED = """
    select distinct c.document_id from provision_themes t join compared_provisions c on c.provision_id = t.provision_id
    where t.origin = 'curator' {where}
"""


def read_provisions(conn: sqlite3.Connection, documents: Sequence[str] | None = None) -> list[Provision]:
    """Return the provisions that are compared, of all documents or of those named, in order."""
    if documents is None:
        return [provision for _, provision in _read(conn, "", [])]
    return [provision for _, provision in _read(conn, f"c.document_id in ({','.join('?' * len(documents))})", documents)]


def read_named(conn: sqlite3.Connection, ids: Sequence[str]) -> list[tuple[int, Provision]]:
    """Return provisions that are compared, with their place in the document, by their ids, in order."""
    return _read(conn, "c.provision_id in (select value from json_each(?))", [json.dumps(list(ids))])


def _read(conn: sqlite3.Connection, condition: str, params: Sequence[str]) -> list[tuple[int, Provision]]:
    where = f"where {condition}" if condition else ""
    themes: dict[str, list[str]] = defaultdict(list)
    for provision, theme in conn.execute(_THEMES.format(where=where), params):
        themes[provision].append(theme)
    labelled = {row[0] for row in conn.execute(_LABELLED.format(where=f"and {condition}" if condition else ""), params)}
    return [
        (seq, Provision(id_, document, heading, text, part, place, tuple(themes[id_]), document in labelled))
        for id_, document, heading, text, part, place, seq in conn.execute(_PROVISIONS.format(where=where), params)
    ]


def read_weights(conn: sqlite3.Connection, cut: Callable[[str], Sequence[str]]) -> Weights:
    """Return what words and bigrams weigh; a word and its synonyms (师资, 教师) weigh as one."""
    words = conn.execute("select word, idf, vector from words order by word").fetchall()
    bigrams = dict(conn.execute("select bigram, idf from bigrams"))
    groups: dict[int, str] = {}
    same: dict[str, str] = {}
    for word, group in conn.execute("select word, group_id from synonyms order by group_id, word"):
        same[word] = groups.setdefault(group, word)
    vectors = np.frombuffer(b"".join(row[2] for row in words), dtype="<f2").astype(np.float32)
    return Weights(
        words={row[0]: (number, row[1]) for number, row in enumerate(words)},
        bigrams=Rarities(bigrams, max(bigrams.values(), default=1.0) + RAREST_ABOVE),
        vectors=vectors.reshape(len(words), -1) if words else np.zeros((1, 1), np.float32),
        themes={row[0]: number for number, row in enumerate(conn.execute("select id from themes order by id"))},
        cut=lambda text: [same.get(word, word) for word in cut(text)],
    )
