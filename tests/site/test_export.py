"""What a search finds leaves the site whole, in files that open where people open them."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
from urllib.parse import quote, unquote

import httpx
import openpyxl
import pytest

from query.export import COLUMNS, LONGEST_CELL, MOST_LINKS, is_formula_like, neutralise, write_json, write_xlsx
from tests.site.conftest import HOSTILE_ID

QUERIES = ["学徒", "学徒 补贴", "培训", "5G", "农民工技能培训补贴", "培训&province=ln&kind=box&sort=date", "龘龘"]
HEADS = [column.head for column in COLUMNS]


def read_csv(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def open_book(response):
    return openpyxl.load_workbook(io.BytesIO(response.content))


def read_book(response) -> list[dict]:
    rows = list(open_book(response)["检索结果"].iter_rows(values_only=True))
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def read_lines(response) -> list[dict]:
    return [json.loads(line) for line in response.text.splitlines()]


@pytest.fixture(scope="module")
def hits_of(site):
    """The ids that the search page shows, page by page: exact ones, then related ones."""

    def walk(query: str) -> tuple[list[str], list[str]]:
        exact, related, path = [], [], f"/search?q={query}"
        while path:
            page = site.page(path)
            exact += [_id(hit) for hit in page.select(".hit:not(.related)")]
            related += [_id(hit) for hit in page.select(".hit.related")]
            path = (page.select_one("a[rel=next]") or {}).get("href")
        return exact, related

    return walk


def _id(hit) -> str:
    return "__".join(hit.select_one("h2 a")["href"].removeprefix("/d/").split("/"))


@pytest.mark.parametrize("query", QUERIES)
def test_csv_holds_every_hit_once_in_the_order_of_the_page(site, hits_of, query):
    exact, related = hits_of(query)
    rows = read_csv(site.get(f"/search.csv?q={query}"))
    assert [row["条款编号"] for row in rows if row["匹配"] == "逐字"] == exact
    assert [row["条款编号"] for row in rows if row["匹配"] == "相关"] == related


@pytest.mark.parametrize("query", QUERIES)
def test_excel_holds_what_the_csv_holds(site, query):
    rows = read_book(site.get(f"/search.xlsx?q={query}"))
    table = read_csv(site.get(f"/search.csv?q={query}"))
    assert [{head: value or "" for head, value in row.items()} for row in rows] == [
        {head: value.replace("\r\n", "\n") for head, value in row.items()} for row in table
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_json_lines_hold_what_the_csv_holds(site, query):
    lines = read_lines(site.get(f"/search.jsonl?q={query}"))
    rows = read_csv(site.get(f"/search.csv?q={query}"))
    assert [(line["id"], line["text"], line["label"], line["sha256"]) for line in lines] == [
        (row["条款编号"], row["正文"], row["位置"], row["正文的SHA-256"]) for row in rows
    ]


@pytest.mark.parametrize("query", QUERIES)
def test_json_parts_the_literal_from_the_related(site, query):
    whole = site.get(f"/search.json?q={query}").json()
    lines = read_lines(site.get(f"/search.jsonl?q={query}"))
    assert whole["hits"] == [line for line in lines if line["match"] == "exact"]
    assert whole["related"] == [line for line in lines if line["match"] == "related"]
    assert whole["total"] == len(whole["hits"])


def test_words_are_those_of_the_provision(site):
    for line in read_lines(site.get("/search.jsonl?q=学徒")):
        assert hashlib.sha256(line["text"].encode()).hexdigest() == line["sha256"]
        assert line["match"] == "related" or "学徒" in line["text"]


def test_address_is_whole_pinned_and_leads_to_the_words(site):
    for line in read_lines(site.get("/search.jsonl?q=技能大师工作室"))[:5]:
        origin, _, path = line["address"].partition("/d/")
        assert origin == "http://localhost" and "@v1/" in path
        assert site.get(f"/d/{path}.json").json()["text"] == line["text"]


def test_csv_opens_in_excel(site):
    body = site.get("/search.csv?q=学徒").content
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.split(b"\r\n")[0].decode("utf-8-sig").split(",") == HEADS
    assert body.endswith(b"\r\n")


def test_csv_has_no_stray_line_ends(site):
    """Inside a cell a line break is a single LF, so that CRLF always ends a row."""
    response = site.get("/search.csv?q=学徒")
    assert response.content.count(b"\r\n") == len(read_csv(response)) + 1


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠a", "﹦1", "\ufeff=1"])
def test_what_looks_like_a_formula_is_neutralised(words):
    assert is_formula_like(words) and neutralise(words) == f"'{words}"


@pytest.mark.parametrize("words", ["", "一、", "1.", "(一)", "“=”", "——", "a=b"])
def test_what_is_no_formula_stays(words):
    assert neutralise(words) == words


def test_formula_in_a_heading_is_neutralised_in_csv(hostile_site):
    headings = [row["标题"] for row in read_csv(hostile_site.get("/search.csv?q=甲乙丙"))]
    assert [heading for heading in headings if heading[:2] in ("'=", "'＝", "'-", "'@")]
    assert not [heading for heading in headings if heading[:1] in tuple("=＝+-@")]


def test_formula_in_a_heading_is_text_in_excel(hostile_site):
    sheet = open_book(hostile_site.get("/search.xlsx?q=甲乙丙"))["检索结果"]
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if str(cell.value or "").startswith("=")]
    assert {cell.data_type for cell in cells if cell.value} == {"s"}
    assert all(cell.quotePrefix for cell in cells if str(cell.value or "").startswith(("=", "＝", "-", "@")))


def test_address_that_runs_a_script_is_no_link_in_excel(hostile_site):
    sheet = open_book(hostile_site.get("/search.xlsx?q=甲乙丙"))["检索结果"]
    targets = {cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert targets and all(target.startswith(f"http://localhost/d/{HOSTILE_ID}@v1/") for target in targets)


def test_excel_is_laid_out_to_be_read(site):
    sheet = open_book(site.get("/search.xlsx?q=学徒"))["检索结果"]
    text = sheet.cell(2, HEADS.index("正文") + 1)
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert all(cell.font.bold for cell in sheet[1])
    assert text.alignment.wrap_text and text.alignment.vertical == "top"
    assert sheet.column_dimensions[text.column_letter].width == 80


def test_links_in_excel_lead_to_the_address_that_they_show(site):
    sheet = open_book(site.get("/search.xlsx?q=学徒"))["检索结果"]
    column = HEADS.index("固定地址") + 1
    links = [sheet.cell(row, column) for row in range(2, sheet.max_row + 1)]
    assert links and all(cell.hyperlink.target == cell.value for cell in links)


def test_second_sheet_says_what_it_is(site):
    response = site.get("/search.xlsx?q=学徒&province=he")
    said = dict(open_book(response)["检索说明"].iter_rows(values_only=True))
    build = {row["key"]: row["value"] for row in site.get("/kb/build.json?_shape=array").json()}
    assert said["检索内容"] == "河北省，含有“学徒”的条款"
    assert said["逐字包含的条款"] == f"{sum(row['匹配'] == '逐字' for row in read_book(response))} 条"
    assert said["语料校验和"] == build["corpus_sha256"]
    assert unquote(said["本次检索的地址"]) == "http://localhost/search?q=学徒&province=he"


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonl"])
def test_file_is_named_after_the_search(site, form):
    header = site.get(f"/search.{form}?q=学徒/a").headers["content-disposition"]
    assert header.startswith(f'attachment; filename="policy-search.{form}"; filename*=UTF-8\'\'')
    assert unquote(header.rpartition("''")[2]) == f"含有“学徒 a”的条款.{form}"


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonl"])
def test_head_gives_the_headers_alone(site, form):
    asked, got = site.head(f"/search.{form}?q=学徒"), site.get(f"/search.{form}?q=学徒")
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-type"] == got.headers["content-type"]
    assert asked.headers["content-disposition"] == got.headers["content-disposition"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "jsonl"])
def test_export_of_nothing_asked_is_refused(site, form):
    response = site.get(f"/search.{form}")
    assert response.status_code == 400 and "检索词" in response.text


def test_json_with_a_limit_is_a_page_with_the_next(site):
    first = site.get("/search.json?q=培训&limit=7").json()
    second = site.get(f"/search.json?q=培训&limit=7&after={first['next']}").json()
    ids = [hit["id"] for page in (first, second) for hit in page["hits"]]
    assert ids == [hit["id"] for hit in site.get("/search.json?q=培训").json()["hits"]][:14]


def test_export_is_sent_in_pieces(site):
    sent = site.loop.run_until_complete(_messages(site.datasette.app(), f"/search.csv?q={quote('培训')}"))
    sizes = [len(message["body"]) for message in sent if message["type"] == "http.response.body" and message["body"]]
    assert len(sizes) > 1 and max(sizes) < sum(sizes)


def test_export_that_fails_midway_does_not_look_whole(origin, monkeypatch):
    from plugins.web import search_export

    def break_off(*args, **kwargs):
        for position, hit in enumerate(whole(*args, **kwargs)):
            if position == 150:
                raise RuntimeError("the disk is gone")
            yield hit

    whole = search_export.search_all
    monkeypatch.setattr(search_export, "search_all", break_off)
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{origin}/search.csv?q=培训")


def test_export_that_fails_at_once_says_so(site, monkeypatch):
    from plugins.web import search_export

    def fail(*args, **kwargs):
        raise RuntimeError("the disk is gone")
        yield

    monkeypatch.setattr(search_export, "search_all", fail)
    assert site.get("/search.csv?q=培训").status_code == 500


def test_export_leaves_nothing_behind(site, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert site.get("/search.xlsx?q=学徒").status_code == 200
    assert list(tmp_path.iterdir()) == []


def row_of(**changes) -> dict:
    return {**{column.key: "x" for column in COLUMNS}, "document_id": "d", "kind": "clause", "match": "exact", "matched": ["甲"], "themes": [], "audiences": [], "forces": [], **changes}


def test_excel_cell_that_is_too_long_is_cut_and_says_so(tmp_path):
    counted = {}
    write_xlsx(tmp_path / "x.xlsx", [row_of(text="甲" * 40_000)], lambda counts: counted.update(counts) or [])
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["检索结果"]
    text = sheet.cell(2, HEADS.index("正文") + 1).value
    assert len(text) == LONGEST_CELL and text.endswith("全文见固定地址）") and counted["cut"] == 1


def test_excel_has_no_more_links_than_it_bears(tmp_path, monkeypatch):
    monkeypatch.setattr("query.export.MOST_LINKS", 3)
    counted = {}
    rows = [row_of(address=f"http://localhost/d/{n}") for n in range(5)]
    write_xlsx(tmp_path / "x.xlsx", rows, lambda counts: counted.update(counts) or [])
    assert MOST_LINKS < 65_530 and counted["unlinked"] == 2


def test_excel_bears_characters_that_xml_does_not(tmp_path):
    write_xlsx(tmp_path / "x.xlsx", [row_of(text="甲\x00\x0b乙\ufffe")], lambda counts: [])
    assert openpyxl.load_workbook(tmp_path / "x.xlsx")["检索结果"].cell(2, HEADS.index("正文") + 1).value == "甲乙"


@pytest.mark.parametrize("matches", [[], ["exact"], ["related"], ["exact", "exact", "related"]])
def test_json_is_well_formed_whatever_is_found(matches):
    rows = [row_of(match=match, id=str(n)) for n, match in enumerate(matches)]
    whole = json.loads(b"".join(write_json(rows, {"query": "甲"})))
    assert whole == {
        "query": "甲",
        "hits": [row for row in rows if row["match"] == "exact"],
        "related": [row for row in rows if row["match"] == "related"],
    }


async def _messages(app, target: str) -> list[dict]:
    path, _, query = target.partition("?")
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "raw_path": path.encode(), "http_version": "1.1",
             "query_string": query.encode(), "headers": [(b"host", b"localhost")]}  # fmt: skip
    sent: list[dict] = []

    async def receive():
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent
