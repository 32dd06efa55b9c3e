"""Quoting on the site: citations in every form, and addresses of exact words that say what became of them."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import bibtexparser
import pytest
import rispy

from query.anchor import Anchor, hash_words
from tests.site.conftest import HEBEI, HOSTILE_ID, LIAONING, SHANXI

CLAUSE = f"/d/{LIAONING}@v1/part_5__cl_14"
OLD_WORDS, NEW_WORDS = "推动公共实训基地开放公共资源", "推动公共实训基地免费开放"


def quote(words, prefix="", suffix="", to=""):
    whole = Anchor(words, prefix, suffix, to, "" if to else hash_words(words))
    return whole.query()


# ---- citations ----


def test_a_provision_shows_its_citation_in_every_style(site):
    page = site.page(f"/d/{LIAONING}/part_5__cl_14")
    shown = {cite["data-citation"]: cite.get_text() for cite in page.select("[data-citation]")}
    assert list(shown) == ["law", "gb2025", "gb2015"]
    assert all(f"/d/{LIAONING}@v1/part_5__cl_14" in text for text in shown.values())
    assert "第5部分第14条" in shown["law"] and "第五部分第（十四）条" in shown["gb2025"]


def test_one_block_holds_words_citation_and_pinned_address(site):
    block = site.page(f"/d/{LIAONING}/part_5__cl_14").select_one("[data-quotation]").get_text()
    words, _, citation = block.rpartition("\n\n——")
    assert words.startswith("(十四)健全职业技能培训公共实训体系。") and words.endswith("。")
    assert re.search(rf"http://localhost/d/{LIAONING}@v1/part_5__cl_14，\d{{4}}年\d{{1,2}}月\d{{1,2}}日访问。", citation)


def test_a_repost_and_what_is_not_known_are_said(site):
    hebei = site.page(f"/d/{HEBEI}").select_one("[data-citation=law]").get_text()
    assert "2022年4月6日成文，据2022年9月16日转载的文本" in hebei
    shanxi = site.page(f"/d/{SHANXI}").select_one("[data-citation=law]").get_text()
    assert "（题名系编者代拟；发文机关、日期不详）" in shanxi


@pytest.mark.parametrize("place", [f"/d/{LIAONING}", f"/d/{LIAONING}@v1", f"/d/{LIAONING}/box_1__row_2", CLAUSE, f"{CLAUSE}__sent_2"])
def test_files_for_reference_managers(site, place):
    pinned = "http://localhost" + (place if "@v1" in place else place.replace(LIAONING, f"{LIAONING}@v1"))
    bib, ris, csl = site.get(f"{place}.bib"), site.get(f"{place}.ris"), site.get(f"{place}.csl.json")
    entry, = bibtexparser.parse_string(bib.text).entries
    assert entry["url"] == pinned and bib.headers["content-type"].startswith("application/x-bibtex")
    record, = rispy.loads(ris.text)
    assert record["urls"] == [pinned] and ris.headers["content-type"].startswith("application/x-research-info-systems")
    item, = csl.json()
    assert item["URL"] == pinned and csl.headers["content-type"].startswith("application/vnd.citationstyles.csl+json")


def test_a_missing_provision_has_no_citation(site):
    assert site.get(f"/d/{LIAONING}/part_99.bib").status_code == 404
    assert site.get(f"/d/{LIAONING}/part_99.csl.json").json()["ok"] is False


@pytest.mark.parametrize("ending", [".bib", ".ris", ".csl.json", ".json", ".txt", ".akn.xml", ""])
def test_hostile_facts_break_no_form(hostile_site, ending):
    response = hostile_site.get(f"/d/{HOSTILE_ID}{ending}")
    assert response.status_code == 200
    assert not ending or "html" not in response.headers["content-type"]


# ---- addresses of exact words ----


def test_quoted_words_are_marked(site):
    page = site.page(f"{CLAUSE}?{quote(OLD_WORDS, '资源共建共享机制,', ',实现经济')}")
    assert [mark.get_text() for mark in page.select("mark.quoted")] == [OLD_WORDS]
    assert page.select_one("mark#quoted") and page.select_one(".quotation.exact")


def test_words_over_several_units_are_marked_in_each(site):
    page = site.page(f"/d/{LIAONING}/part_5?{quote('技能培训公共实训体系。服务制造业高质量')}")
    assert [mark.get_text() for mark in page.select("mark.quoted")] == ["技能培训公共实训体系。", "服务制造业高质量"]
    assert len(page.select("#quoted")) == 1


def test_words_of_a_table_are_marked_in_their_cells(site):
    page = site.page(f"/d/{LIAONING}/box_1?{quote('(人次)150万', '职业技能培训', '预期性')}")
    assert [mark.get_text() for mark in page.select("mark.quoted")] == ["(人次)", "150万"]
    assert page.select_one(".quotation.exact")


def test_words_are_marked_on_the_reading_page_too(site):
    page = site.page(f"/d/{LIAONING}?{quote(OLD_WORDS)}")
    assert page.select_one("#part_5__cl_14 mark.quoted").get_text() == OLD_WORDS


def test_words_that_stand_twice_are_not_certain(site):
    page = site.page(f"/d/{LIAONING}/box_1?{quote('预期性')}")
    assert "同样的字这里有 9 处" in page.select_one(".quotation.unsure").get_text()
    assert len(page.select("mark.quoted")) == 9


@pytest.mark.parametrize("words", [quote("预期性"), quote("开展补贴性", "不同的", "文字"), "quote=没有的字"])
def test_a_link_that_is_not_certain_leads_to_the_warning(site, words):
    assert "quotation" in site.page(f"/d/{LIAONING}/box_1?{words}").find(id="quoted")["class"]


def test_a_lookalike_between_other_words_is_called_so(site):
    page = site.page(f"{CLAUSE}?{quote(OLD_WORDS, '完全不同的文字', '也不同')}")
    assert "可能不是原来那一处" in page.select_one(".quotation.elsewhere").get_text()


def test_a_link_that_was_cut_marks_nothing(site):
    page = site.page(f"{CLAUSE}?quote={OLD_WORDS[:-2]}&hash={hash_words(OLD_WORDS)}")
    assert page.select_one(".quotation.damaged") and not page.select("mark.quoted")


def test_long_words_are_marked_by_their_ends(site):
    page = site.page(f"{CLAUSE}?quote=服务制造业高质量发展&to=建设公共实训基地。")
    marked = "".join(mark.get_text() for mark in page.select("mark.quoted"))
    assert marked.startswith("服务制造业高质量发展,支持产业") and marked.endswith("建设公共实训基地。")


def test_changed_words_are_shown_beside_those_of_today(versioned):
    page = versioned.page(f"/d/{LIAONING}/part_5__cl_14?{quote(OLD_WORDS, '资源共建共享机制,', ',实现经济')}")
    notice = page.select_one(".quotation.changed")
    quoted, now = notice.select(".both dd")
    assert quoted.get_text() == OLD_WORDS and NEW_WORDS in now.get_text()
    assert "".join(ins.get_text() for ins in now.select("ins")) == "免费"
    assert not page.select("mark.quoted")
    link = notice.select_one("a[href*='@v1']")["href"]
    assert [mark.get_text() for mark in versioned.page(link).select("mark.quoted")] == [OLD_WORDS]


def test_a_pinned_link_says_that_the_words_have_changed_since(versioned):
    page = versioned.page(f"{CLAUSE}?{quote(OLD_WORDS, '资源共建共享机制,', ',实现经济')}")
    assert page.select_one("mark.quoted").get_text() == OLD_WORDS
    notice = page.select_one(".quotation.exact")
    assert notice["id"] == "quoted" and page.select_one("mark#quoted-words")
    assert "现行第2版里这些字已改动" in notice.get_text() and NEW_WORDS in notice.select(".both dd")[1].get_text()


def test_words_of_a_provision_that_moved_lead_to_its_new_place(versioned):
    """（十） of part 3 in version 1 is （九） in version 2."""
    words = quote("科学规范组织创业培训", "(九)")
    response = versioned.get(f"/d/{LIAONING}/part_3__cl_10?{words}")
    assert response.status_code == 302
    assert urlsplit(response.headers["location"])[2:4] == (f"/d/{LIAONING}/part_3__cl_9", words)
    assert versioned.page(response.headers["location"]).select_one("mark.quoted").get_text() == "科学规范组织创业培训"


def test_words_of_a_provision_whose_address_now_names_another_are_shown_where_they_were(versioned):
    """（九） of version 1 is gone; what was （十） has its address."""
    notice = versioned.page(f"/d/{LIAONING}/part_3__cl_9?{quote('开展康养职业技能', '(九)')}").select_one(".quotation.changed")
    link = notice.select_one("a[href*='@v1/part_3__cl_9']")["href"]
    assert versioned.page(link).select_one("mark.quoted").get_text() == "开展康养职业技能"


def test_words_that_are_nowhere_are_said_to_be_nowhere(site):
    page = site.page(f"{CLAUSE}?quote=完全没有的一句话在这里")
    assert "没有找到与之相近的文字" in page.select_one(".quotation.changed").get_text()


HOSTILE_QUOTES = ["%00", "%ff", "<script>alert(1)</script>", "%22%3E%3Cimg%3E", "a" * 9000, "&quote=b", "%F0%9F%99%82", "　"]


@pytest.mark.parametrize("words", HOSTILE_QUOTES)
def test_hostile_quotations_are_words(hostile_site, words):
    for path in (f"/d/{HOSTILE_ID}", f"/d/{HOSTILE_ID}/part_1__cl_1"):
        response = hostile_site.get(f"{path}?quote={words}&prefix={words}&to={words[:20]}&hash={words[:10]}")
        assert response.status_code == 200
        assert "<script>alert" not in response.text and "<img>" not in response.text


def test_hostile_words_can_be_quoted(hostile_site):
    page = hostile_site.page(f"/d/{HOSTILE_ID}/part_1__cl_1?quote=%3Cscript%3Ealert(1)")
    assert {mark.get_text() for mark in page.select("mark.quoted")} == {"<script>alert(1)"}


def test_linked_data_is_json_that_closes_no_script(hostile_site):
    text = hostile_site.get(f"/d/{HOSTILE_ID}").text
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert "<script>alert(1)" in json.loads(script[1])["name"]
    assert "javascript:" not in script[1]
