"""Set two to six provisions beside each other: sentences in rows, words by who shares them, figures and duties in strips.

``compare`` returns a plain dict, the *comparison*, from which the page, JSON, Word, Excel and CSV are made. All offsets
are characters of the column's ``text``, half-open.

    path, query     the canonical address, and what follows its "?"
    title           what is compared, in one line
    view            the switches that are on: "diff", "original", "dim"
    measure         None, or of a measure {id, label, members, others, documents}: see query.compare_offers
    columns         [{n, name (the province, told apart by n where two columns have the same), p, provision_id, document_id, eid, kind, province_code, province, document: {id, title,
                    title_supplied, doc_number, issuers, issued_on, published_on}, date, version, label, short, address,
                    pinned, text, sentences (how many), boxes: [{eid, label, p, address}] (inside it, not compared),
                    shared: {all, some, one, total} (letters, digits and Han characters)}]
    rows            [{n (None: "loose"), kind, cells: [cell or None]}]; None: this column has no counterpart
      kind          "same": all columns, same words; "changed": all columns; "part": some; "alone": one column;
                    "loose": a sentence at its own place against the alignment (view "original" only)
      cell          {sentences: [{n, start, end, text, row (of the alignment), moved, pieces: [{text, share, stock}]}],
                    elsewhere: [n of sentences of this row that the view shows at their own place]}
      share         "all", "some", "one"; None where not judged: a unit's number, white space
    hidden          rows of kind "same" that the view "diff" leaves out
    strips          [{id: "figures" | "agencies" | "force", rows: [{label, unit, cells: [[item]]}]}], see query.strips
    remarks         [str]

In every column the sentences of all rows in the order of ``n`` are its text; of the view "diff" together with the hidden.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Any
from urllib.parse import urlencode

from align.columns import Alignment, Row, align_columns
from align.marking import Piece, mark_row
from align.sentences import split_sentences
from lang.tokens import fold, index_tokens
from query import reuse
from query.addresses import split_address
from query.column import Column, facts_in, read_column
from query.compare_offers import read_measure
from query.documents import describe_document, suggest_documents
from query.layout import unbreak
from query.memo import once
from query.neighbours import all_compared
from query.provisions import suggest_provisions
from query.relate import load_meaning
from query.strips import make_strips

LEAST, MOST = 2, 6
VIEWS = ("diff", "original", "dim")
MOST_CHARACTERS = 60_000  # of all columns together; more is a book, not a comparison
_SAMPLE = 2000  # texts of the corpus that tell how common a bigram is

_ADDRESS = re.compile(r"(?:\A|/d/)([^/?#\s]+)/([^/?#\s]+?)(?:\.json|\.txt)?(?:[?#].*)?\Z")
_COUNTED = "零一两三四五六"
_NUMBER = re.compile(r"\A(?:专栏\s*\d*[:：]?|[（(][^）)]{1,6}[）)]|[一二三四五六七八九十]+、|第[^\s]{1,6}[章节条]|\d+[.．、])\s*")


@dataclass(frozen=True)
class Asked:
    """A comparison as its address asks for it: ``<document>/<eid>`` or ``<document>@vN/<eid>``, and the view."""

    provisions: tuple[str, ...] = ()
    measure: str = ""
    view: frozenset[str] = frozenset()

    def query(self) -> str:
        pairs = [("p", p) for p in self.provisions]
        if self.measure:
            pairs.append(("m", self.measure))
        pairs += [("view", name) for name in VIEWS if name in self.view]
        return urlencode(pairs, safe="/@", errors="replace")

    def path(self, form: str = "") -> str:
        query = self.query()
        return f"/compare{form}" + (f"?{query}" if query else "")


class CompareError(Exception):
    """What was asked for cannot be compared; ``message`` says why, ``unknown`` names what was not found."""

    def __init__(self, status: int, message: str, unknown: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.status, self.message, self.unknown = status, message, list(unknown)


def read_place(typed: str) -> str | None:
    """Return ``<document>[@vN]/<eid>`` of a typed or pasted address, path or provision id; None when it is none."""
    typed = typed.strip()
    if "/" not in typed and "__" in typed:
        typed = "/".join(typed.split("__", 1))
    match = _ADDRESS.search(typed)
    if match is None or split_address(match[1]) is None:
        return None
    return f"{match[1]}/{match[2]}"


def read_columns(conn: sqlite3.Connection, provisions: Iterable[str]) -> tuple[list[Column], list[str]]:
    """Return the columns asked for and remarks; raises CompareError naming those that are not there."""
    columns: list[Column] = []
    unknown, remarks = [], []
    for asked in dict.fromkeys(provisions):
        place = read_place(asked)
        column = place and _read(conn, place)
        if not column:
            unknown.append(_describe_unknown(conn, asked))
        elif any(other.about["pinned"] == column.about["pinned"] for other in columns):
            remarks.append(f"{column.about['province']}《{column.about['document']['title']}》{column.about['short']}给了两次，只列一次。")
        else:
            columns.append(column)
    if unknown:
        named = "、".join(f"“{entry['p']}”" for entry in unknown)
        raise CompareError(404, f"库中没有 {named}。", unknown)
    if len(columns) > MOST:
        raise CompareError(400, f"一次最多并列 {MOST} 条，这里有 {len(columns)} 条，请去掉一些。")
    if sum(len(column.text) for column in columns) > MOST_CHARACTERS:
        raise CompareError(400, f"并列的文字超过 {MOST_CHARACTERS // 10000} 万字，请改选较小的单位，例如一条而不是一章。")
    return columns, remarks


def compare(conn: sqlite3.Connection, asked: Asked) -> dict[str, Any]:
    """Return the comparison; raises CompareError when it is of less than two provisions, of too many, or of unknown ones."""
    measure = _read_measure(conn, asked) if asked.measure and not asked.provisions else None
    columns, remarks = read_columns(conn, measure["members"] if measure else asked.provisions)
    if len(columns) < LEAST:
        raise CompareError(400, "并列至少要两条，请再加一条。")
    return compare_columns(conn, columns, asked.view, remarks, measure)


def compare_columns(
    conn: sqlite3.Connection,
    columns: Sequence[Column],
    view: frozenset[str] = frozenset(),
    remarks: Sequence[str] = (),
    measure: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the comparison of columns that have been read; ``measure`` as of compare_offers, when it is of one."""
    alignment = align_read(conn, columns)
    marked = _mark(conn, columns, alignment)
    stock = _stock(conn, columns) if "dim" in view else [[] for _ in columns]
    rows = [
        {"n": n, "kind": _kind(row, columns, alignment), "cells": _cells(n, row, columns, alignment, marked[n - 1], stock)}
        for n, row in enumerate(alignment.rows, 1)
    ]
    row_of = [{one["n"]: row["n"] for row in rows for one in _sentences(row, column)} for column in range(len(columns))]
    strips = make_strips(
        [facts_in(conn, column) for column in columns],
        [_rows_at(spans, numbers) for spans, numbers in zip(alignment.sentences, row_of)],
    )
    provinces = Counter(column.about["province"] for column in columns)
    described = [
        {
            "n": number,
            "name": column.about["province"] + (f"（{number}）" if provinces[column.about["province"]] > 1 else ""),
            **column.about,
            "sentences": len(alignment.sentences[number - 1]),
            "shared": _count([sentence for row in rows for sentence in _sentences(row, number - 1)]),
        }
        for number, column in enumerate(columns, 1)
    ]
    if "original" in view:
        rows = _restore_order(rows, len(columns))
    shown = [row for row in rows if row["kind"] != "same"] if "diff" in view else rows
    asked = Asked(tuple(column.about["p"] for column in columns), view=view)
    return {
        "path": (Asked(measure=measure["id"], view=view) if measure else asked).path(),
        "query": asked.query(),
        "title": _entitle(described, measure),
        "measure": measure,
        "view": [name for name in VIEWS if name in view],
        "columns": described,
        "rows": shown,
        "hidden": len(rows) - len(shown),
        "strips": strips,
        "remarks": list(remarks),
    }


def align_read(conn: sqlite3.Connection, columns: Sequence[Column]) -> Alignment:
    """Return the alignment of columns that have been read: their sentences, and the rows in which these correspond."""
    return align_columns(
        [_without(column.text, column.numbers) for column in columns],
        [split_sentences(column.text, column.breaks) for column in columns],
        load_weights(conn),
        [bool(column.heading) for column in columns],
    )


def load_weights(conn: sqlite3.Connection) -> Callable[[str], float]:
    """Return how much a bigram says in the corpus: about 1 where it is rare, near 0 where nearly every text has it."""
    found, many = once(conn, _sample)
    top = log(many + 1)
    return lambda token: max(0.1, log((many + 1) / (found.get(token, 0) + 1)) / top) if many else 1.0


def _sample(conn: sqlite3.Connection) -> tuple[Counter[str], int]:
    ids = [row[0] for row in conn.execute("SELECT id FROM search_units ORDER BY id")]
    chosen = ids[:: max(1, len(ids) // _SAMPLE)]
    found: Counter[str] = Counter()
    for id_ in chosen:
        found.update(set(index_tokens(conn.execute("SELECT text FROM search_units WHERE id = ?", [id_]).fetchone()[0])))
    return found, len(chosen)


def _read_measure(conn: sqlite3.Connection, asked: Asked) -> dict[str, Any]:
    place = read_place(asked.measure)
    measure = place and read_measure(conn, place.replace("/", "__", 1), MOST)
    if not measure:
        if place and _read(conn, place):
            raise CompareError(404, f"这一条没有归入任何措施：{'别的' if all_compared(conn) else '比对过的'}文件里没有找到对应的条款。", [{"p": place, "is_here": True}])
        raise CompareError(404, f"库中没有“{asked.measure[:200]}”。", [_describe_unknown(conn, asked.measure)])
    return measure


def _read(conn: sqlite3.Connection, place: str) -> Column | None:
    address, eid = place.split("/", 1)
    document_id, version = split_address(address)
    return read_column(conn, document_id, eid, version)


def _describe_unknown(conn: sqlite3.Connection, asked: str) -> dict[str, Any]:
    """What was not found, with provisions of that document, or documents, whose ids are like it."""
    place = read_place(asked)
    unknown: dict[str, Any] = {"p": asked[:200], "document": None, "near": [], "near_documents": []}
    if place is None:
        return unknown
    address, eid = place.split("/", 1)
    document_id = address.partition("@")[0]
    document = describe_document(conn, document_id)
    if document is None:
        return {**unknown, "near_documents": suggest_documents(conn, document_id)}
    near = suggest_provisions(conn, document_id, eid[:200])
    return {**unknown, "document": {"id": document["id"], "title": document["title"]}, "near": near}


def _mark(conn: sqlite3.Connection, columns: Sequence[Column], alignment: Alignment) -> list[list[list[list[Piece]]]]:
    """The pieces of every sentence, by row and column."""
    cuts = load_meaning(conn).cut
    marked = []
    for row in alignment.rows:
        spans = [[alignment.sentences[column][n] for n in cell] for column, cell in enumerate(row.cells)]
        passages = [[columns[column].text[start:end] for start, end in cell] for column, cell in enumerate(spans)]
        skipped = [[_within(columns[column].numbers, *span) for span in cell] for column, cell in enumerate(spans)]
        marked.append(mark_row(passages, cuts, skipped))
    return marked


def _within(spans: Iterable[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of spans that lie from ``start`` to ``end``, counted from ``start``."""
    return [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]


def _cells(number: int, row: Row, columns, alignment: Alignment, marked, stock) -> list[dict[str, Any] | None]:
    cells: list[dict[str, Any] | None] = []
    for column, cell in enumerate(row.cells):
        sentences = []
        for n, pieces in zip(cell, marked[column]):
            start, end = alignment.sentences[column][n]
            text = columns[column].text[start:end]
            sentences.append(
                {
                    "n": n + 1,
                    "start": start,
                    "end": end,
                    "text": text,
                    "row": number,
                    "moved": n in alignment.moved[column],
                    "pieces": _cut_pieces(text, pieces, _within(stock[column], start, end)),
                }
            )
        cells.append({"sentences": sentences, "elsewhere": []} if sentences else None)
    return cells


def _cut_pieces(text: str, pieces: Sequence[Piece], stock: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Pieces as dicts, cut where stock phrases begin and end."""
    edges = {0, len(text), *(piece.start for piece in pieces), *(place for span in stock for place in span)}
    places = sorted(place for place in edges if 0 <= place <= len(text))
    cut = []
    for start, end in zip(places, places[1:]):
        share = next(piece.share for piece in pieces if piece.start <= start < piece.end)
        cut.append({"text": text[start:end], "share": share, "stock": any(a <= start and end <= b for a, b in stock)})
    return cut


def _stock(conn: sqlite3.Connection, columns: Sequence[Column]) -> list[list[tuple[int, int]]]:
    """The spans of stock phrases in each text; none where the database has no table of them."""
    try:
        return [reuse.stock_spans(conn, column.text) for column in columns]
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return [[] for _ in columns]


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A text of the same length with blanks for some of it: the numbers of units say nothing of their matter."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _kind(row: Row, columns: Sequence[Column], alignment: Alignment) -> str:
    present = [column for column, cell in enumerate(row.cells) if cell]
    if len(present) == 1:
        return "alone"
    if len(present) < len(columns):
        return "part"
    words = set()
    for column in present:
        said = ""
        for n in row.cells[column]:
            start, end = alignment.sentences[column][n]
            sentence = columns[column].text[start:end]
            for a, b in reversed(_within(columns[column].numbers, start, end)):
                sentence = sentence[:a] + sentence[b:]
            said += sentence
        words.add("".join(filter(str.isalnum, fold(said))))
    return "same" if len(words) == 1 else "changed"


def _sentences(row: dict[str, Any], column: int) -> list[dict[str, Any]]:
    cell = row["cells"][column]
    return cell["sentences"] if cell else []


def _count(sentences: Sequence[dict[str, Any]]) -> dict[str, int]:
    total: Counter[str] = Counter(all=0, some=0, one=0)
    for sentence in sentences:
        for piece in sentence["pieces"]:
            if piece["share"]:
                total[piece["share"]] += sum(map(str.isalnum, piece["text"]))
    return {**total, "total": sum(total.values())}


def _rows_at(spans: Sequence[tuple[int, int]], row_of: dict[int, int]) -> Callable[[int], int | None]:
    """Return what tells the row in which an offset of a column's text lies."""

    def row_at(offset: int) -> int | None:
        return next((row_of[n] for n, (start, end) in enumerate(spans, 1) if start <= offset < end), None)

    return row_at


def _restore_order(rows: list[dict[str, Any]], columns: int) -> list[dict[str, Any]]:
    """Take the sentences that were moved out of their rows, each to a row of its own at its place in its column."""
    loose: list[tuple[int, dict[str, Any]]] = []
    for row in rows:
        for column in range(columns):
            cell = row["cells"][column]
            if not cell:
                continue
            away = [sentence for sentence in cell["sentences"] if sentence["moved"]]
            cell["elsewhere"] = [sentence["n"] for sentence in away]
            cell["sentences"] = [sentence for sentence in cell["sentences"] if not sentence["moved"]]
            loose += [(column, sentence) for sentence in away]
    ordered = list(rows)
    for column, sentence in sorted(loose, key=lambda entry: (entry[0], entry[1]["n"])):
        place = 0
        for position, row in enumerate(ordered):
            if any(other["n"] < sentence["n"] for other in _sentences(row, column)):
                place = position + 1
        cells: list[dict[str, Any] | None] = [None] * columns
        cells[column] = {"sentences": [{**sentence, "moved": False}], "elsewhere": []}
        ordered.insert(place, {"n": None, "kind": "loose", "cells": cells})
    return ordered


def _entitle(columns: Sequence[dict[str, Any]], measure: dict[str, Any] | None) -> str:
    """What is compared in one line: the matter, by the measure's name or the first column's heading, and the provinces."""
    names = "、".join(dict.fromkeys(column["province"] for column in columns))
    label = columns[0]["short"]
    matter = unbreak(measure["label"]) if measure else _NUMBER.sub("", label) or label
    return f"{matter}：{names}{_COUNTED[len(columns)]}条并列"
