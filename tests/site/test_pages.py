"""Every kind of page answers, with what it promises."""

from __future__ import annotations

import json
import re

import pytest

from tests.site.conftest import CHONGQING, LIAONING, ROOT, SHANXI

PAGES = [
    "/",
    "/about",
    "/d",
    "/d?province=ln",
    f"/d/{LIAONING}",
    f"/d/{LIAONING}@v1",
    f"/d/{LIAONING}/part_5__cl_14",
    f"/d/{LIAONING}@v1/part_5__cl_14",
    f"/d/{LIAONING}/box_1",
    f"/d/{LIAONING}/box_1__row_2",
    f"/d/{LIAONING}/part_2",
    f"/d/{CHONGQING}/box_1__note_1",
    f"/d/{SHANXI}/para_1",
    "/search",
    "/search?q=新型学徒制",
    "/search?q=龘龘",
    f"/search?q=培训&document={LIAONING}",
    "/kb",
    "/kb/provisions",
    "/kb/clauses",
    "/kb/boxes",
    "/kb/indicators",
    f"/kb/documents/{LIAONING}",
]


@pytest.mark.parametrize("path", PAGES)
def test_page_has_one_heading_and_a_title(site, path):
    page = site.page(path)
    assert page.title.get_text(strip=True)
    assert len(page.find_all("h1")) == 1


@pytest.mark.parametrize("path", [page for page in PAGES if not page.startswith("/kb/")])
def test_page_speaks_chinese(site, path):
    assert site.page(path).html["lang"] == "zh-CN"


def test_all_links_lead_somewhere(site):
    """From one page of each kind; a link to a place on a page needs the place to be there."""
    broken = []
    pages: dict[str, set[str]] = {}
    for path in PAGES:
        if path.startswith("/kb/"):
            continue
        for link in site.page(path).select("a[href], link[href], script[src]"):
            target = link.get("href") or link.get("src")
            place, _, anchor = target.partition("#")
            place = place or path
            if place not in pages:
                response = site.get(place)
                pages[place] = set(re.findall(r'\bid="([^"]+)"', response.text)) if response.status_code == 200 else None
            if pages[place] is None or (anchor and anchor not in pages[place]):
                broken.append((path, target))
    assert broken == []


def test_examples_of_the_home_page_find_something(site):
    examples = site.page("/").select(".examples a")
    found = [site.page(example["href"]).select(".hit") for example in examples]
    assert len(found) == 3
    assert all(found)


def test_home_counts_say_what_they_count(site):
    tallies = {item.get_text(" ", strip=True) for item in site.page("/").select(".tallies li")}
    assert {"5 文件", "4 省级地区", "148 条款", "30 专栏", "26 表列指标"} <= tallies


def test_footer_names_the_corpus(site):
    build = {row["key"]: row["value"] for row in site.get("/kb/build.json?_shape=array").json()}
    footer = site.page("/").footer.get_text()
    assert build["corpus_version"] in footer
    assert build["corpus_sha256"][:12] in footer


def test_list_narrows_to_a_province(site):
    titles = [link["href"] for link in site.page("/d?province=sx").select(".document-title")]
    assert titles == [f"/d/{SHANXI}"]


def test_search_marks_the_words(site):
    hits = site.page("/search?q=新型学徒制").select(".hit")
    assert hits
    assert all(mark.get_text() == "新型学徒制" for hit in hits for mark in hit.select(".snippet mark"))


def test_search_pages_do_not_repeat_a_hit(site):
    first = site.page("/search?q=培训")
    second = site.page(first.select_one(".paging a[rel=next]")["href"])
    links = [link["href"] for page in (first, second) for link in page.select(".hit h2 a")]
    assert len(links) == 40
    assert len(set(links)) == 40


def test_search_can_stay_in_one_document(site):
    links = site.page(f"/search?q=培训&document={SHANXI}").select(".hit h2 a")
    assert links
    assert all(link["href"].startswith(f"/d/{SHANXI}/") for link in links)


def test_empty_search_offers_the_words_singly(site):
    offers = [link["href"] for link in site.page("/search?q=龘龘 学徒制").select(".empty a")]
    assert "/search?q=%E5%AD%A6%E5%BE%92%E5%88%B6" in offers


def test_source_is_the_captured_file(site):
    response = site.get(f"/d/{LIAONING}/source")
    assert response.content == (ROOT / "corpus" / LIAONING / "v1.txt").read_bytes()
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


def test_json_of_a_provision(site):
    response = site.get(f"/d/{LIAONING}@v1/part_5__cl_14.json")
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    data = response.json()
    assert (data["number"], data["heading"]) == ("(十四)", "健全职业技能培训公共实训体系")
    assert data["document"]["issuers"][0] == "辽宁省人力资源和社会保障厅"


def test_json_of_a_document_holds_its_text_once(site):
    """Each unit carries its own characters; together they are the document."""

    def own(units):
        return "".join(unit["own"] + own(unit["children"]) for unit in units)

    document = site.get(f"/d/{SHANXI}.json").json()
    rows = site.get(f"/kb/provisions.json?_shape=array&_size=max&document_id={SHANXI}&parent_id__isnull=1&_sort=seq").json()
    assert squeeze(own(document["provisions"])) == squeeze("".join(row["text"] for row in rows))


def test_text_of_a_provision_ends_with_its_address(site):
    response = site.get(f"/d/{LIAONING}/part_5__cl_14.txt")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("(十四)健全职业技能培训公共实训体系。服务制造业")
    assert response.text.rstrip().endswith(f"/d/{LIAONING}@v1/part_5__cl_14")


def test_search_answers_as_json(site):
    answer = site.get("/search.json?q=新型学徒制").json()
    assert answer["total"] >= len(answer["hits"]) > 0


def test_data_rows_lead_back_to_the_reading_pages(site):
    page = site.page(f"/kb/clauses?document_id={LIAONING}&_size=1")
    assert page.find("a", href=re.compile(rf"^/d/{LIAONING}/part_\d+__cl_\d+$"))


def test_json_is_readable_by_eye(site):
    body = site.get("/d.json").text
    assert "辽宁省" in body
    assert json.loads(body)


def squeeze(words: str) -> str:
    return re.sub(r"\s", "", words)
