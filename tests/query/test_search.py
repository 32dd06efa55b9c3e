"""Search finds all that the text literally says, and marks where."""

from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lang.tokens import fold
from query.database import open_database
from query.facets import FACETS, load_catalogue, resolve
from query.passages import find_terms, passage
from query.search import search, search_all

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
    found = {hit["id"] for hit in search_all(conn, query) if hit["match"] == "exact"}
    assert found == brute and search(conn, query)["total"] == len(brute) > 0


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
    whole = [hit["id"] for hit in search_all(conn, "培训") if hit["match"] == "exact"]
    paged, after = [], None
    while True:
        answer = search(conn, "培训", limit=7, after=after)
        paged += [hit["id"] for hit in answer["hits"]]
        after = answer["next"]
        if after is None:
            break
    assert paged == whole and len(set(whole)) == len(whole)


def test_cursor_of_another_database_begins_anew_and_says_so(conn):
    answer = search(conn, "培训", limit=7, after="14-deadbeef")
    assert answer["first"] == 1 and any("更新" in remark for remark in answer["remarks"])


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


@pytest.mark.parametrize("query", ["", "   ", "。，", "甲" * 5000, '"', "“", "AND", "NEAR(", "培训 OR", "*", "^", "a:b",
                                   "'; drop table provisions; --", "\x00", "🙂", "-", "-培训", "kind:", "\ud800"])
def test_whatever_is_typed_has_an_answer(conn, query):
    answer = search(conn, query)
    assert answer["hits"] or answer["message"] or answer["remarks"] or answer["total"] == 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40), st.text(max_size=6))
def test_no_query_breaks_it(conn, query, after):
    assert search(conn, query, after=after)["query"] == query


def test_excluded_words_stand_in_no_hit(conn):
    with_it = {hit["id"] for hit in search_all(conn, "补贴 学徒") if hit["match"] == "exact"}
    without = {hit["id"] for hit in search_all(conn, "补贴 -学徒") if hit["match"] == "exact"}
    every = {hit["id"] for hit in search_all(conn, "补贴") if hit["match"] == "exact"}
    assert with_it | without == every and not with_it & without and with_it and without


def test_either_word_is_enough_with_or(conn):
    ids = {q: {hit["id"] for hit in search_all(conn, q) if hit["match"] == "exact"} for q in ("冰雪", "渔民", "冰雪 OR 渔民")}
    assert ids["冰雪 OR 渔民"] == ids["冰雪"] | ids["渔民"]


@pytest.mark.parametrize("scope, shift", [("clause", 12), ("document", 28)])
@pytest.mark.parametrize("words", [("冰雪", "港口群"), ("公共实训基地", "化工园区"), ("学徒", "渔民")])
def test_scope_is_where_all_words_must_stand(conn, scope, shift, words):
    """By brute force: the places that hold all the words, and in them the units that hold any."""
    units = conn.execute("select provision_id, id >> ?, text from search_units", [shift]).fetchall()
    places = set.intersection(*({place for _, place, text in units if word in text} for word in words))
    wanted = {unit for unit, place, text in units if place in places and any(word in text for word in words)}
    found = {hit["id"] for hit in search_all(conn, " ".join(words), scope=scope) if hit["match"] == "exact"}
    assert found == wanted


FACET_QUERIES = ["培训", "补贴 -学徒", "竞赛 OR 比武", "数字技能"]


@pytest.mark.parametrize("query", FACET_QUERIES)
@pytest.mark.parametrize("facet", FACETS)
def test_facet_counts_what_choosing_it_gives(conn, query, facet):
    shown = next((f for f in search(conn, query)["facets"] if f["facet"] == facet), {"values": []})
    for value in shown["values"][:6]:
        assert search(conn, query, chosen={facet: [value["value"]]})["total"] == value["count"]


def test_two_values_of_one_facet_mean_either(conn):
    one, other, both = (
        search(conn, "培训", chosen={"province": values})["total"] for values in (["ln"], ["he"], ["ln", "he"])
    )
    assert one + other == both


def test_values_of_two_facets_mean_both(conn):
    answer = search(conn, "培训", limit=100, chosen={"province": ["ln"], "kind": ["box"]})
    assert answer["hits"] and all(h["province"] == "辽宁省" and h["kind"] == "box" for h in answer["hits"])


def test_a_chosen_facet_still_offers_its_other_values(conn):
    answer = search(conn, "培训", chosen={"province": ["ln"]})
    province = next(f for f in answer["facets"] if f["facet"] == "province")
    assert {v["value"] for v in province["values"]} == {"ln", "he", "sx", "cq"}
    assert [v["value"] for v in province["values"] if v["selected"]] == ["ln"]


@pytest.mark.parametrize(
    "facet, typed, values",
    [
        ("province", "辽宁", ["ln"]),
        ("province", "辽宁省", ["ln"]),
        ("province", "LN", ["ln"]),
        ("kind", "专栏", ["box"]),
        ("type", "规划", ["规划"]),
        ("year", "2022", ["2022"]),
        ("agency", "重庆市人力社保局", ["重庆市人力资源和社会保障局"]),
        ("province", "广东", []),
    ],
)
def test_value_of_a_field_is_found_by_id_name_part_or_synonym(conn, facet, typed, values):
    assert resolve(load_catalogue(conn), facet, typed) == values


def test_unknown_value_says_what_there_is(conn):
    answer = search(conn, "补贴 province:广东")
    assert answer["total"] == 0 and "现有：" in answer["remarks"][0]


def test_unknown_value_that_is_left_out_is_told_and_changes_nothing(conn):
    answer = search(conn, "补贴 -province:广东")
    assert answer["total"] == search(conn, "补贴")["total"] and "现有：" in answer["remarks"][0]


def test_related_are_never_among_the_literal_and_say_why(conn):
    answer = search(conn, "网课")
    assert answer["total"] == 0 and answer["related"]
    assert any("线上培训" in hit["matched"] for hit in answer["related"])
    exact = {hit["id"] for hit in search_all(conn, "学徒") if hit["match"] == "exact"}
    related = {hit["id"] for hit in search_all(conn, "学徒") if hit["match"] == "related"}
    assert not exact & related


@pytest.mark.parametrize("sort, key", [("date", "issued_on"), ("province", "province_code")])
def test_sorting(conn, sort, key):
    values = [hit[key] or "" for hit in search(conn, "竞赛", limit=100, sort=sort)["hits"]]
    assert values == sorted(values, reverse=sort == "date") and len(set(values)) > 2


def test_marks_lie_on_the_words_as_printed():
    text = "推行“互联网＋”培训，提升技能。"
    assert [text[start:end] for start, end in find_terms(text, ["互联网＋", "技能"])] == ["互联网", "技能"]


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
