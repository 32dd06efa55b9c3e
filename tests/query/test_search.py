"""Search finds all that the text literally says, and marks where."""

from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lang.tokens import fold
from query.database import open_database
from query.search import find_terms, passage, read_terms, search

QUERIES = ["培训", "技能大师工作室", "马兰花", "岗", "数字技能", "农民工", "150万", "互联网+", "新型学徒制", "省人社厅", "二○三五年",
           "职业技能等级证书", "5G", "冰雪", "預期性", "残疾人", "〔150〕", "APP", "不低于", "两后生"]  # fmt: skip


@pytest.fixture(scope="module")
def conn(site_db) -> sqlite3.Connection:
    return open_database(site_db)


@pytest.mark.parametrize("query", QUERIES)
def test_finds_what_a_substring_match_finds(conn, query):
    """Brute force over the same units, punctuation aside, is the measure."""
    wanted = _visible(query)
    brute = {row[0] for row in conn.execute("select provision_id, text from search_units") if _stands(wanted, row[1])}
    answer = search(conn, query, limit=1000)
    assert {hit["id"] for hit in answer["hits"]} == brute and answer["total"] == len(brute) > 0


def test_every_visible_character_of_a_provision_is_searched(conn):
    """The units that search shows hold the whole document between them."""
    for (document_id,) in conn.execute("select id from documents"):
        searched = "".join(r[0] for r in conn.execute("select text from search_units where document_id = ?", [document_id]))
        own = conn.execute(
            "select substr(v.text, p.start + 1, p.own_end - p.start) from provisions p join versions v on v.id = p.version_id"
            " where p.document_id = ?", [document_id],
        )  # fmt: skip
        assert sorted(_visible(searched)) == sorted(_visible("".join(row[0] for row in own)))


def test_pages_hold_each_hit_once(conn):
    whole = [hit["id"] for hit in search(conn, "培训", limit=1000)["hits"]]
    paged, after = [], None
    while True:
        answer = search(conn, "培训", limit=7, after=after)
        paged += [hit["id"] for hit in answer["hits"]]
        after = answer["next"]
        if after is None:
            break
    assert paged == whole and len(set(whole)) == len(whole)


def test_all_words_must_stand_in_a_hit(conn):
    for hit in search(conn, "学徒 补贴", limit=100)["hits"]:
        text = conn.execute("select text from search_units where provision_id = ?", [hit["id"]]).fetchone()[0]
        assert "学徒" in text and "补贴" in text


def test_glued_query_is_cut_into_words_and_says_so(conn):
    answer = search(conn, "农民工技能培训补贴")
    assert answer["total"] > 0 and answer["read_as"] == "农民工 技能 培训 补贴" and "拆开" in answer["message"]


def test_hit_leads_to_the_innermost_place(conn):
    hit = search(conn, "乡村振兴、等部门")["hits"][0]
    assert hit["inner_eid"] == "box_2__item_3"


def test_words_of_a_box_are_found_in_the_box_alone(conn):
    assert [hit["kind"] for hit in search(conn, "万州区、黔江区参照执行")["hits"]] == ["box"]


@pytest.mark.parametrize(
    "query, terms",
    [("甲乙 丙丁", ["甲乙", "丙丁"]), ("甲乙　丙丁", ["甲乙", "丙丁"]), ('"甲 乙" 丙', ["甲 乙", "丙"]), ("“甲乙”", ["甲乙"]), ("。 ，", [])],
)
def test_terms(query, terms):
    assert read_terms(query) == terms


@pytest.mark.parametrize("query", ["", "   ", "。，", "甲" * 5000, '"', "“", "AND", "NEAR(", "培训 OR", "*", "^", "a:b", "'; drop table provisions; --", "\x00", "🙂"])
def test_whatever_is_typed_has_an_answer(conn, query):
    answer = search(conn, query)
    assert answer["total"] >= 0 and (answer["hits"] or answer["message"] or answer["total"] == 0)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.text(max_size=6))
def test_no_query_breaks_it(conn, query, after):
    assert search(conn, query, after=after)["query"] == query


def test_marks_lie_on_the_words_as_printed():
    text = "推行“互联网＋”培训，提升技能。"
    assert [text[start:end] for start, end in find_terms(text, ["互联网＋", "技能"])] == ["互联网＋", "技能"]


def test_passage_shows_the_match_and_is_cut_at_sense_boundaries():
    text = "第一句话讲的是别的事情。" * 20 + "第二句讲学徒培训补贴。" + "第三句话讲的也是别的事情。" * 20
    pieces = passage(text, ["学徒"])
    assert ("学徒", True) in pieces and pieces[0] == ("…", False) and pieces[1][0].startswith("第")


def _visible(text: str) -> str:
    return re.sub(r"\s", "", text)


def _stands(wanted: str, text: str) -> bool:
    """Substring match on letters and digits; a number or Latin word counts whole, as 5G does not stand in 15G."""
    han = re.sub(r"[^\w]", " ", fold(text)).replace("_", " ")
    for term in re.sub(r"[^\w]", " ", fold(wanted)).split():
        left = r"(?<![0-9a-z])" if re.match(r"[0-9a-z]", term) else ""
        right = r"(?![0-9a-z])" if re.search(r"[0-9a-z]\Z", term) else ""
        if not re.search(left + re.escape(term) + right, han):
            return False
    return True
