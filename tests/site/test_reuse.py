"""The page of shared wording: shares, matrix, passages, what leaves it, and what is typed wrongly."""

from __future__ import annotations

import csv
import io

import pytest

from tests.site.conftest import HEBEI, LIAONING


def test_every_figure_says_of_how_many(site):
    rows = site.page("/reuse").select(".reuse-own tbody tr")
    assert len(rows) == 5
    for row in rows:
        assert "%" in row.get_text() and "字中的" in row.get_text()


def test_caption_says_what_equal_wording_does_not_mean(site):
    words = "同样的措辞不一定出于抄录，也可能同出一个上位文件"
    assert words in site.page("/reuse").get_text()
    family = site.get("/reuse.json").json()["passages"][0]["id"]
    assert words in site.page(f"/reuse?family={family}").get_text()


def test_cell_of_the_matrix_leads_to_the_passages_of_the_two(site):
    link = site.page("/reuse").select_one(f'.matrix a[href*="a={HEBEI}&b={LIAONING}"]')
    page = site.page(link["href"])
    titles = {place.get_text().split("》")[0].split("《")[1] for place in page.select(".reuse-place .path")}
    assert titles == {"河北省“十四五”职业技能培训规划", "辽宁省“十四五”职业技能培训规划"}


def test_passages_lead_to_their_provisions(site):
    links = {link["href"] for link in site.page("/reuse").select(".reuse-place a")}
    assert links and all(site.head(link).status_code == 200 for link in sorted(links)[:8])


def test_words_that_differ_are_marked(site):
    page = site.page(f"/reuse?a={HEBEI}&b={LIAONING}")
    assert "规模以上企业" in [mark.get_text().strip("、") for mark in page.select(".reused ins")]


@pytest.mark.parametrize("least", [12, 20, 30, 50, 100])
def test_length_is_an_option_of_the_address(site, least):
    page = site.page(f"/reuse?min={least}")
    assert page.select_one('.switch[aria-label="段落最短字数"] [aria-current]').get_text() == f"{least} 字"
    lengths = [int(b.get_text().removesuffix(" 字")) for b in page.select(".reuse-passage .hit-facts b")]
    assert lengths and min(lengths) >= least


@pytest.mark.parametrize(
    "query, says",
    [
        ("min=abc", "不是字数"),
        ("min=25", "最接近的 20 字"),
        ("a=nothing", "没有编号为“nothing”的文件"),
        (f"a={HEBEI}&b={HEBEI}", "两次选了同一份文件"),
        ("a=%3Cscript%3E", "没有编号为“<script>”的文件"),
    ],
)
def test_bad_input_is_told_in_one_line(site, query, says):
    (line,) = site.page(f"/reuse?{query}").select(".message li")
    assert says in line.get_text()


@pytest.mark.parametrize("query", ["page=999", "page=-1", "page=x", "sort=x", "family=", "a=%ED%A0%80", "min=%00", "b=x"])
def test_odd_input_gets_a_page(site, query):
    site.page(f"/reuse?{query}")


def test_number_of_no_passage_says_so(site):
    assert "没有编号为 aaaabbbb22223333 的相同段落" in site.page("/reuse?family=aaaabbbb22223333", 404).get_text()
    assert site.get("/reuse.json?family=aaaabbbb22223333").status_code == 404


def test_json_holds_what_the_page_shows(site):
    data = site.get(f"/reuse.json?min=50&a={HEBEI}").json()
    page = site.page(f"/reuse?min=50&a={HEBEI}")
    assert f"{data['total']} 段" in page.select_one("#passages").get_text()
    assert len(data["passages"]) == len(page.select(".reuse-passage"))


def read_csv(response) -> list[dict]:
    assert response.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def test_csv_holds_a_row_for_each_place(site):
    rows = read_csv(site.get("/reuse.csv?min=30"))
    assert len({row["段落编号"] for row in rows}) == site.get("/reuse.json?min=30").json()["total"]
    assert sum(row["与基准相比"] == "对照的基准" for row in rows) == len({row["段落编号"] for row in rows})
    assert all("@v1/" in row["固定地址"] and row["文字"] for row in rows)


def test_csv_of_pairs_has_every_pair_that_shares(site, site_db):
    rows = read_csv(site.get("/reuse-shares.csv"))
    whole = [row for row in rows if not row["另一文件编号"]]
    assert len(whole) == 5 and {(row["文件编号"], row["另一文件编号"]) for row in rows} >= {(HEBEI, LIAONING), (LIAONING, HEBEI)}


def test_one_document_alone_has_a_page(hostile_site):
    page = hostile_site.page("/reuse")
    assert "没有" in page.select_one(".empty").get_text() and page.find("script", src=False) is None
