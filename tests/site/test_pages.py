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
    f"/search?q=培训&doc={LIAONING}&sort=date",
    "/search?q=学徒 补贴&scope=document&province=ln&province=he&kind=box",
    "/search?province=ln",
    "/search?q=地区:火星 培训",
    "/search?theme=apprenticeship&audience=migrant&force=encourage",
    "/themes",
    "/themes/apprenticeship",
    "/themes/goals",
    "/indicators",
    "/agencies",
    "/agencies/hrss",
    f"/d/{SHANXI}/part_2__cl_1",
    "/kb",
    "/kb/provisions",
    "/kb/clauses",
    "/kb/boxes",
    "/kb/indicators",
    f"/kb/documents/{LIAONING}",
    "/kb/search?q=学徒",
    f"/kb/provision?address=/d/{LIAONING}/part_5__cl_14",
    "/kb/compare?q=学徒",
]


@pytest.mark.parametrize("path", PAGES)
def test_page_has_one_heading_and_a_title(site, path):
    page = site.page(path)
    assert page.title.get_text(strip=True)
    assert len(page.find_all("h1")) == 1


@pytest.mark.parametrize("path", [page for page in PAGES if not page.startswith("/kb/")])
def test_page_speaks_chinese(site, path):
    assert site.page(path).html["lang"] == "zh-CN"


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


def test_text_of_a_provision_ends_with_its_citation(site):
    response = site.get(f"/d/{LIAONING}/part_5__cl_14.txt")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("(十四)健全职业技能培训公共实训体系。服务制造业")
    citation = response.text.rstrip().splitlines()[-1]
    assert citation.startswith("——辽宁省人力资源和社会保障厅等《辽宁省“十四五”职业技能培训规划》（辽人社发〔2022〕20号）第5部分第14条，2022年6月14日发布，")
    assert f"/d/{LIAONING}@v1/part_5__cl_14，" in citation


def test_data_rows_lead_back_to_the_reading_pages(site):
    page = site.page(f"/kb/clauses?document_id={LIAONING}&_size=1")
    assert page.find("a", href=re.compile(rf"^/d/{LIAONING}/part_\d+__cl_\d+$"))


def test_json_is_readable_by_eye(site):
    body = site.get("/d.json").text
    assert "辽宁省" in body
    assert json.loads(body)


def squeeze(words: str) -> str:
    return re.sub(r"\s", "", words)
