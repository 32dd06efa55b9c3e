"""Make large corpora out of the real one: its sentences recombined, by a seeded generator.

Bias: the vocabulary is that of five documents however large the corpus, so common words are more
common and rare ones less rare than in a real one of that size, and no phrase longer than a
sentence is rare; document lengths are equal.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import sqlite_utils

from ingest.index import index_document
from ingest.meaning import MOST_LEARNED, learn_meaning, place_units, word_reader
from ingest.rows import compared_rows
from ingest.store import IS_NEW, TABLES, connect, create_indexes, create_schema, finish, store_document
from ingest.vocabulary import Vocabulary
from lang.words import cutter

UNITS_A_DOCUMENT = 100
EDITS = ("same", "edited", "reworded")
PROVINCES = [("ln", "辽宁省"), ("he", "河北省"), ("sx", "山西省"), ("cq", "重庆市"), ("js", "江苏省"), ("gd", "广东省")]


PLANTED_UNITS, TOPIC, MEASURES = 200, 25, 150  # provisions a document, documents a topic, measures that a topic shares


def make_planted_corpus(source: Path, path: Path, units: int, seed: int = 20261121) -> list[tuple[str, str, str]]:
    """Write a database of so many units in which measures were planted; return the planted pairs (id, other id, edit).

    The documents of a topic share measures: each has about four in ten of them, word for word ("same"), with a fifth of
    the words exchanged ("edited"), or with half of the sentences and the heading's words replaced as well ("reworded").
    A pair bears the heavier edit of its two. The rest of a document is recombined at random.
    """
    sentences, headings, lexicon, synonyms = _read(source)
    chance = random.Random(seed)
    cut = cutter(lexicon)
    db = connect(path)
    create_schema(db, Vocabulary(lexicon, tuple(map(tuple, synonyms))))
    pairs = []
    measures: list[tuple[str, list[str]]] = []
    planted: list[list[tuple[str, int]]] = []
    vocabulary = sorted({word for sentence in sentences for word in cut.cut(sentence) if len(word) > 1})
    for number in range(1, units // PLANTED_UNITS + 1):
        if number % TOPIC == 1:
            measures = [(chance.choice(headings), [chance.choice(sentences) for _ in range(4)]) for _ in range(MEASURES)]
            planted = [[] for _ in measures]
        document = _document(number, chance)
        chosen = [n for n in range(MEASURES) if chance.random() < 0.4]
        places = dict(zip(chance.sample(range(1, PLANTED_UNITS + 1), len(chosen)), chosen))
        provisions = []
        for row in _provisions(document["id"], sentences, headings, chance, PLANTED_UNITS):
            measure = places.get(row["num"])
            if measure is not None:
                edit = chance.choice((0, 1, 2))
                heading, body = _edit(*measures[measure], edit, chance, cut.cut, sentences, vocabulary)
                row |= {"heading": heading, "text": f"{heading}\n{body}", "label": heading}
                pairs += [(other, row["id"], EDITS[max(edit, before)]) for other, before in planted[measure]]
                planted[measure].append((row["id"], edit))
            provisions.append(row)
        version = {"id": document["current_version"], "document_id": document["id"], "text": "文" * PLANTED_UNITS}
        with db.atomic():
            _store(db, number, document, provisions, {"versions": [version]})
    _learn(db, lexicon, PLANTED_UNITS)
    db.conn.close()
    return pairs


def _edit(
    heading: str, body: list[str], edit: int, chance: random.Random, cut: Callable[[str], list[str]], sentences: list[str], vocabulary: list[str]
) -> tuple[str, str]:
    if edit == 0:
        return heading, "".join(body)
    if edit == 2:
        body = [chance.choice(sentences) if place % 2 else sentence for place, sentence in enumerate(body)]
        heading = "".join(chance.choice(vocabulary) if chance.random() < 0.5 else word for word in cut(heading))
    changed = ["".join(chance.choice(vocabulary) if chance.random() < 0.2 else word for word in cut(s)) + "。" for s in body]
    return heading, "".join(changed)


def write_documents(source: Path, corpus: Path, numbers: Iterable[int], seed: int = 20261122, clauses: int = 20) -> int:
    """Write documents as a curator would keep them, one for each number, of so many clauses; return their bytes.

    Each number gives the same document whatever others are written. The 25 documents of a topic share a quarter of
    their clauses word for word and a quarter with a fifth of the words exchanged; in the rest three words of ten are
    exchanged, so that sentences seldom come again.
    """
    sentences, headings, lexicon, _ = _read(source)
    cut = cutter(lexicon).cut
    vocabulary = sorted({word for sentence in sentences for word in cut(sentence) if len(word) > 1})
    size = 0
    for number in numbers:
        topic, chance = random.Random(f"{seed} {number // TOPIC}"), random.Random(f"{seed} {number} own")
        shared = [(topic.choice(headings), [topic.choice(sentences) for _ in range(4)]) for _ in range(2 * clauses)]
        body = []
        for place, (heading, given) in enumerate(chance.sample(shared, clauses)):
            if place % 4 == 1:
                heading, text = _edit(heading, given, 1, chance, cut, sentences, vocabulary)
            elif place % 4 > 1:
                own = [chance.choice(sentences) for _ in range(chance.randint(2, 5))]
                heading = chance.choice(headings)
                text = "".join("".join(chance.choice(vocabulary) if chance.random() < 0.3 else word for word in cut(s)) + "。" for s in own)
            else:
                text = "".join(given)
            body.append((heading, text))
        size += _write_document(corpus, number, body, chance)
    return size


def _write_document(corpus: Path, number: int, clauses: list[tuple[str, str]], chance: random.Random) -> int:
    code, province = chance.choice(PROVINCES)
    year = chance.randint(2010, 2025)
    lines = [f"{province}第{number}号规划", "", f"{province}人民政府 {year}年3月{1 + number % 28}日", ""]
    for place, (heading, text) in enumerate(clauses):
        if place % 5 == 0:
            lines += [f"{'一二三四五六七八九十'[place // 5 % 10]}、{chance.choice(clauses)[0]}", ""]
        lines += [f"（{'一二三四五'[place % 5]}）{heading}", "", text, ""]
    folder = corpus / f"{code}-{year}-guihua-{number}"
    folder.mkdir(parents=True)
    (folder / "v1.txt").write_text("\n".join(lines), encoding="utf-8")
    (folder / "document.yml").write_text(f"title: {province}第{number}号规划\nissued_on: {year}-03-{1 + number % 28:02}\n", encoding="utf-8")
    return (folder / "v1.txt").stat().st_size


def make_corpus(source: Path, path: Path, units: int, seed: int = 20261121) -> None:
    """Write a database of so many units, through the same index that a build makes."""
    sentences, headings, lexicon, synonyms = _read(source)
    chance = random.Random(seed)
    db = connect(path)
    create_schema(db, Vocabulary(lexicon, tuple(map(tuple, synonyms))))
    for number in range(1, units // UNITS_A_DOCUMENT + 1):
        document = _document(number, chance)
        with db.atomic():
            _store(db, number, document, list(_provisions(document["id"], sentences, headings, chance)))
    _learn(db, lexicon, UNITS_A_DOCUMENT)
    with db.atomic():
        db["build"].insert({"key": IS_NEW, "value": "1"})
        finish(db, {"corpus_sha256": f"synthetic-{units}-{seed}", "tool_sha256": "bench"})
    db.conn.close()


def _store(db: sqlite_utils.Database, number: int, document: dict[str, Any], provisions: list[dict[str, Any]], more: dict[str, Any] = {}) -> None:
    compared = list(compared_rows(provisions, len(provisions)))
    rows = {"documents": [document], "provisions": provisions, "compared_provisions": compared, **more}
    store_document(db, number, {**rows, **index_document(number, document, provisions)})


def _learn(db: sqlite_utils.Database, lexicon: tuple[str, ...], units: int) -> None:
    words = word_reader(cutter(lexicon))
    with db.atomic():
        create_indexes(db)
        learn_meaning(db, -(-MOST_LEARNED // units), words)
        place_units(db, words)


def _read(source: Path) -> tuple[list[str], list[str], tuple[str, ...], list[list[str]]]:
    conn = sqlite3.connect(source)
    texts = [row[0] for row in conn.execute("select text from provisions where kind in ('paragraph', 'item') order by id")]
    sentences = [s for text in texts for s in re.split(r"(?<=。)|\n", text) if len(s) > 8]
    headings = [r[0] for r in conn.execute("select heading from provisions where heading is not null and kind in ('clause', 'box') order by id")]
    lexicon = tuple(row[0] for row in conn.execute("select word from lexicon order by rowid"))
    groups: dict[int, list[str]] = {}
    for word, group in conn.execute("select word, group_id from synonyms order by group_id, word"):
        groups.setdefault(group, []).append(word)
    return sentences, headings, lexicon, list(groups.values())


def _document(number: int, chance: random.Random) -> dict[str, Any]:
    code, province = chance.choice(PROVINCES)
    year = chance.randint(2010, 2025)
    row: dict[str, Any] = dict.fromkeys(TABLES["documents"])
    return {
        **row, "id": f"{code}-{year}-doc{number}", "province_code": code, "province": province, "title": f"第{number}号文件",
        "title_supplied": 0, "doc_type": chance.choice(["规划", "实施方案", "意见"]), "issuers": f'["{province}人民政府"]',
        "issued_on": f"{year}-01-01", "current_version": f"{code}-{year}-doc{number}@v1",
    }  # fmt: skip


def _provisions(
    document_id: str, sentences: list[str], headings: list[str], chance: random.Random, units: int = UNITS_A_DOCUMENT
) -> Iterator[dict[str, Any]]:
    row: dict[str, Any] = dict.fromkeys(TABLES["provisions"])
    for number in range(1, units + 1):
        kind = "box" if number % 7 == 0 else "clause"
        eid = f"{'box' if kind == 'box' else 'cl'}_{number}"
        heading = chance.choice(headings)
        body = "".join(chance.choice(sentences) for _ in range(chance.randint(2, 5)))
        yield {
            **row, "id": f"{document_id}__{eid}", "document_id": document_id, "version_id": f"{document_id}@v1", "eid": eid,
            "kind": kind, "number": f"({number})", "num": number, "number_inferred": 0, "heading": heading,
            "text": f"{heading}\n{body}", "label": heading, "depth": 0, "seq": number, "start": number - 1, "own_end": 0, "end": 0,
            "sha256": "", "unit_id": f"{document_id}__{eid}",
        }  # fmt: skip


def sample_queries(db: sqlite_utils.Database | sqlite3.Connection, seed: int = 7) -> list[tuple[str, str]]:
    """Return (group, query) pairs: stretches of 1, 2, 3, 4 and 6 Han characters, the commonest and rarest of a sample."""
    chance = random.Random(seed)
    texts = [row[0] for row in db.execute("select text from search_units order by id limit 5000")]
    queries = []
    for length in (1, 2, 3, 4, 6):
        stretches = set()
        while len(stretches) < 150:
            run = chance.choice(re.findall(rf"[\u4e00-\u9fff]{{{length},}}", chance.choice(texts)))
            start = chance.randint(0, len(run) - length)
            stretches.add(run[start : start + length])
        known = sorted(((sum(s in t for t in texts), s) for s in stretches), reverse=True)
        queries += [(f"{length} characters, common", s) for _, s in known[:5]]
        queries += [(f"{length} characters, rare", s) for _, s in known[-5:]]
    return queries
