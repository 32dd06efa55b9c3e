"""The search page says what was asked, what was found and why, and every way on from it is a link."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from datasette.utils import MultiParams

from plugins.web.asked import Asked, read_asked
from query.facets import FACETS, OF_UNITS
from query.match import find
from tests.site.conftest import HEBEI, LIAONING, SHANXI

QUERIES = ["学徒", "学徒 补贴", "培训", "5G", "农民工 OR 学徒 -技工"]
SEARCHES = [*(f"/search?q={q}" for q in QUERIES), "/search?q=培训&province=ln&province=he&kind=box", "/search?q=培训 补贴&scope=document&year=2022"]


def number(words: str) -> int:
    return int(words.replace(",", ""))


def total(page) -> int:
    found = page.select_one(".found b")
    return number(found.get_text()) if found else 0


def counts(page, facet: str) -> dict[str, int]:
    links = page.select(f"section[aria-labelledby=facet-{facet}] li a")
    return {link.span.get_text(): number(link.select_one(".figure").get_text()) for link in links}


def hits(site, path: str) -> list[dict]:
    return site.get(path.replace("/search?", "/search.json?")).json()["hits"]


@pytest.mark.parametrize("path", SEARCHES)
def test_total_is_the_number_of_hits(site, path):
    found = hits(site, path)
    page = site.page(path)
    assert total(page) == len(found)
    assert number(page.select(".found b")[1].get_text()) == len({hit["document_id"] for hit in found})


@pytest.mark.parametrize("path", SEARCHES)
@pytest.mark.parametrize("facet", FACETS)
def test_counts_of_a_facet_are_those_of_the_hits(site, path, facet):
    """Brute force over the exported rows; a facet that is chosen is counted as if it were not."""
    without = "&".join(part for part in path.split("&") if not part.startswith(f"{facet}="))
    issuers = {row["title"]: row["issuers"] for row in site.get("/kb/documents.json?_shape=array&_json=issuers").json()}
    values = {
        "province": lambda hit: [hit["province"]],
        "year": lambda hit: [(hit["issued_on"] or hit["document_id"].split("-")[1])[:4]],
        "type": lambda hit: [hit["doc_type"]],
        "kind": lambda hit: [hit["kind_label"]],
        "agency": lambda hit: issuers[hit["document_title"]],
        "doc": lambda hit: [hit["document_title"]],
        **{name: lambda hit: [value["label"] for value in hit[f"{facet}s"]] for name in OF_UNITS},
    }[facet]
    brute = Counter(value for hit in hits(site, without) for value in values(hit))
    assert counts(site.page(path), facet) == dict(brute)


@pytest.mark.parametrize("path", ["/search?q=培训", "/search?q=学徒 补贴&scope=document", "/search?q=培训&province=he"])
def test_facet_link_narrows_to_the_count_that_it_announces(site, path):
    page = site.page(path)
    already = total(page)
    wrong = []
    for link in page.select(".facet li a:not(.chosen)"):
        adds = f"{link.find_parent('section')['aria-labelledby'].removeprefix('facet-')}="
        announced = number(link.select_one(".figure").get_text()) + (already if adds in path else 0)
        if total(site.page(link["href"])) != announced:
            wrong.append(link["href"])
    assert wrong == []


def test_facets_combine_and_keep_several_values(site):
    found = hits(site, "/search?q=培训&province=ln&province=he&kind=box")
    assert {hit["province"] for hit in found} == {"辽宁省", "河北省"}
    assert {hit["kind"] for hit in found} == {"box"}


def test_each_chip_takes_away_its_value_alone(site):
    path = "/search?q=培训&province=ln&province=he&kind=box&sort=date"
    asked = parse_qsl(urlsplit(path).query)
    for chip, value in zip(site.page(path).select("a.chip"), [("province", "ln"), ("province", "he"), ("kind", "box")]):
        assert parse_qsl(urlsplit(chip["href"]).query) == [pair for pair in asked if pair != value]


def test_chosen_value_in_the_list_takes_itself_away(site):
    link = site.page("/search?q=培训&province=he").select_one(".facet a.chosen")
    assert parse_qs(urlsplit(link["href"]).query) == {"q": ["培训"]}


def test_field_typed_in_the_query_is_a_chip_that_goes(site):
    page = site.page("/search?q=地区:辽宁 数字技能 -技工")
    chip = page.select_one("a.chip")
    assert chip.get_text(strip=True).startswith("辽宁省")
    assert parse_qs(urlsplit(chip["href"]).query) == {"q": ["数字技能 -技工"]}
    assert total(site.page(chip["href"])) > total(page)


def test_query_stands_as_it_was_typed(site):
    assert site.page("/search?q=地区：辽宁 “数字技能”").select_one("[data-search]")["value"] == "地区：辽宁 “数字技能”"


def test_addresses_round_trip():
    """What the page writes into an address it reads back the same."""
    draw = random.Random(7)
    words = ["学徒", '"甲 乙"', "-x", "a&b=c", "地区:辽宁", "100%", "+", "#", "é", "龘", " "]
    for _ in range(300):
        asked = Asked(
            q=" ".join(draw.sample(words, 3)).strip(),
            chosen={f: tuple(draw.sample(["ln", "he", "a b", "&", "省人社厅"], draw.randint(1, 3))) for f in FACETS if draw.random() < 0.4},
            scope=draw.choice(["provision", "clause", "document"]),
            sort=draw.choice(["relevance", "date", "province"]),
            after=draw.choice(["", "20", "x"]),
        )
        args = MultiParams(parse_qs(urlsplit(asked.path()).query))
        assert read_asked(args) == asked


@pytest.mark.parametrize(
    "path, sentence",
    [
        ("/search?q=学徒", "含有“学徒”的条款"),
        ("/search?q=学徒 补贴 -技工&scope=clause", "在一条及其专栏之内含有“学徒”和“补贴”、不含“技工”的条款"),
        ("/search?q=甲 OR 乙 丙", "含有（“甲”或“乙”）和“丙”的条款"),
        ("/search?q=培训&province=ln&province=he&kind=box&sort=date", "辽宁省或河北省，含有“培训”的专栏，按日期排列"),
        ("/search?province=sx", "山西省，全部条款"),
        ("/search?q=培训 年份:2022 机构:省教育厅 -地区:辽宁", "2022年，河北省教育厅或辽宁省教育厅发文，含有“培训”、不属辽宁省的条款"),
        ("/search?q=地区:火星 培训", "地区为“火星”，含有“培训”的条款"),
    ],
)
def test_search_is_read_back_in_words(site, path, sentence):
    page = site.page(path)
    assert page.h1.get_text() == sentence
    assert page.title.get_text().startswith(sentence)


def test_marks_lie_on_the_words(site):
    found = site.page("/search?q=新型学徒制").select(".hit:not(.related)")
    assert found
    assert {mark.get_text() for hit in found for mark in hit.select("mark")} == {"新型学徒制"}


def test_hit_says_why(site):
    page = site.page("/search?q=学徒 补贴&scope=document")
    reasons = [hit.select_one(".why").get_text() for hit in page.select(".hit:not(.related)")]
    assert any("标题含“学徒”" in reason and "“补贴”见于同一份文件的其他处" in reason for reason in reasons)


def test_hit_without_a_heading_shows_its_first_words(site):
    hit = site.page(f"/search?q=培训&kind=paragraph&doc={LIAONING}").select_one(".hit")
    text = site.get(hit.select_one("h2 a")["href"] + ".json").json()["text"]
    opening = hit.h2.get_text().removesuffix("……").strip()
    assert len(opening) > 5 and text.startswith(opening)
    assert re.search(r"› 第\d段$", hit.select_one(".path").get_text())


def test_hit_gives_its_pinned_address(site):
    hit = site.page("/search?q=学徒").select_one(".hit")
    assert re.fullmatch(r"/d/[a-z0-9-]+@v1/\w+", hit.select_one(".permanent")["href"])
    assert hit.select_one("[data-copy]")["data-copy"] == hit.select_one(".permanent")["href"]


def test_box_says_that_it_is_one(site):
    facts = site.page("/search?q=学徒&kind=box").select(".hit:not(.related) .in-box")
    assert facts and {fact.get_text() for fact in facts} == {"专栏"}


def test_related_stand_below_a_divider_and_name_their_words(site):
    page = site.page("/search?q=学徒 补贴")
    related = page.select(".related-hits .hit")
    assert related and not page.select(".results > .hits .related")
    assert "未逐字出现" in page.select_one("#related").get_text()
    assert all("含相关的词" in hit.select_one(".why").get_text() for hit in related)


def test_pages_follow_each_other_and_hold_each_hit_once(site):
    path, links = "/search?q=培训&sort=date", []
    while path:
        page = site.page(path)
        links += [link["href"] for link in page.select(".hit:not(.related) h2 a")]
        following = page.select_one("a[rel=next]")
        path = following and following["href"]
    assert len(links) == len(set(links)) == total(page)


def test_sorted_by_date_the_undated_come_last(site):
    dates = [hit["issued_on"] or "" for hit in hits(site, "/search?q=培训&sort=date")]
    assert dates == sorted(dates, reverse=True)


def test_name_of_the_first_version_of_the_field_still_works(site):
    assert {hit["document_id"] for hit in hits(site, f"/search?q=培训&document={SHANXI}")} == {SHANXI}


def test_glued_query_says_how_it_was_read(site):
    page = site.page("/search?q=农民工技能培训补贴")
    assert "读作：“农民工”" in page.select_one(".found").get_text()
    assert "拆开" in page.select_one(".message").get_text()


def test_unbalanced_quote_is_remarked_on(site):
    page = site.page('/search?q="学徒 培训')
    assert "引号没有成对" in page.select_one(".message").get_text()


def test_nothing_found_says_which_word_and_offers_the_others(site):
    page = site.page("/search?q=龘龘 学徒制")
    assert "没有一条含有“龘龘”" in page.select_one(".empty").get_text()
    assert parse_qs(urlsplit(page.select_one(".empty a")["href"]).query) == {"q": ["学徒制"]}


def test_nothing_found_offers_wider_scope_and_fewer_facets(site):
    page = site.page(f"/search?q=马兰花 冰雪&doc={LIAONING}")
    assert total(page) == 0
    offers = [link["href"] for link in page.select(".empty a:not([href^='#'])")]
    assert offers
    assert all(total(site.page(offer)) > 0 for offer in offers)


def test_offers_announce_what_they_find(site):
    page = site.page(f"/search?q=职业技能 冰雪&doc={HEBEI}&doc={LIAONING}&type=实施方案")
    for item in page.select(".empty li:has(.quiet)"):
        link = item.a["href"]
        if not link.startswith("#"):
            assert total(site.page(link)) == number(item.select_one(".quiet").get_text().split()[0])


def test_nothing_found_leads_to_the_related(site):
    page = site.page("/search?q=龘龘 学徒制")
    assert page.select_one('.empty a[href="#related"]') and page.select(".related-hits .hit")


def test_without_words_the_page_helps(site):
    page = site.page("/search")
    assert page.select_one(".syntax") and page.select(".narrow a[href^='/search?q=']")


def test_every_link_of_the_page_answers(site):
    page = site.page("/search?q=培训 补贴&province=ln")
    links = {link["href"] for link in page.select("main a[href^='/search']")}
    assert {path: site.get(path).status_code for path in links if site.get(path).status_code != 200} == {}


@pytest.fixture
def broad_site(site, monkeypatch):
    """The site where fifty matches are already too many to count."""
    monkeypatch.setattr(find, "__defaults__", (50,))
    return site


def test_estimate_says_that_it_is_one(broad_site):
    found = broad_site.page("/search?q=培训").select_one(".found").get_text()
    assert re.search(r"^约 [\d,]+ 条，至少见于 \d 份文件；.*前 50 条，导出是全部", found)


def test_export_of_too_many_to_count_holds_all_once(broad_site):
    rows = [json.loads(line) for line in broad_site.get("/search.jsonl?q=培训").text.splitlines()]
    ids = [row["id"] for row in rows]
    assert len(ids) == len(set(ids))
    assert {row["id"] for row in rows if row["match"] == "related"} & {row["id"] for row in rows if "培训" in row["text"]} == set()
    assert sum(row["match"] == "exact" for row in rows) > 150
