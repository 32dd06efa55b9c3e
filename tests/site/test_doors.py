"""Site, command line, canned query, MCP and the stock table pages find the same by the same query."""

from __future__ import annotations

import json

import httpx
import pytest
from click.testing import CliRunner

from cli.__main__ import kb
from tests.site.conftest import LIAONING

QUERIES = ["岗", "学徒", "数字技能", "技能大师工作室", "5G", "150万", "互联网+", "学徒 补贴", '"职业技能等级证书"', "农民工 OR 学徒 -技工",
           "農民工", "农民工技能培训补贴", "地区:辽宁 年份:2022 数字技能", "层级:专栏 -地区:辽宁 补贴", "龘龘"]  # fmt: skip
LIKE_QUERIES = ["岗", "学徒", "数字技能", "技工院校"]  # one, two, four characters


@pytest.fixture(scope="module")
def site_hits(site):
    return lambda query: [hit["id"] for hit in site.get(f"/search.json?q={query}").json()["hits"]]


class Model:
    """A language model's connection to the MCP endpoint: JSON-RPC over HTTP, as its protocol has it."""

    def __init__(self, origin: str) -> None:
        headers = {"accept": "application/json, text/event-stream"}
        self._client = httpx.Client(base_url=origin, headers=headers, timeout=20)
        hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
        response = self._post({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello})
        if "mcp-session-id" in response.headers:
            self._client.headers["mcp-session-id"] = response.headers["mcp-session-id"]
        self._client.headers["mcp-protocol-version"] = "2025-06-18"
        self._post({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, method: str, **params) -> dict:
        return self._post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).json()["result"]

    def call(self, tool: str, **arguments) -> dict:
        return self.ask("tools/call", name=tool, arguments=arguments)

    def query(self, name: str, **parameters) -> list[dict]:
        return self.call("execute_canned_query", database="kb", query=name, parameters=parameters)["structuredContent"]["rows"]

    def _post(self, message: dict) -> httpx.Response:
        return self._client.post("/-/mcp", json=message).raise_for_status()


@pytest.fixture(scope="module")
def model(origin):
    return Model(origin)


@pytest.mark.parametrize("query", QUERIES)
def test_command_line_finds_what_the_site_finds(site_hits, site_db, query):
    # Words that begin with a minus would be options.
    result = CliRunner().invoke(kb, ["search", "--json", "--limit", "200", "--db", str(site_db), "--", query])
    assert [hit["id"] for hit in json.loads(result.stdout)["hits"]] == site_hits(query)[:200]


@pytest.mark.parametrize("query", QUERIES)
def test_canned_query_finds_what_the_site_finds(site, site_hits, query):
    rows = site.get(f"/kb/search.json?_shape=array&q={query.replace('+', '%2B')}").json()
    assert [row["id"] for row in rows if row["match"] == "逐字"] == site_hits(query.replace("+", "%2B"))[:200]


@pytest.mark.parametrize("query", QUERIES)
def test_model_finds_what_the_site_finds(model, site_hits, query):
    rows = model.query("search", q=query)
    assert [row["id"] for row in rows if row["match"] == "逐字"] == site_hits(query.replace("+", "%2B"))[:200]


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("table", ["provisions", "clauses", "boxes"])
def test_stock_table_finds_what_the_site_finds_among_its_rows(site, site_hits, table, query):
    query = query.replace("+", "%2B")
    rows = site.get(f"/kb/{table}.json?_shape=array&_size=max&_search={query}").json()
    own = {row["id"] for row in site.get(f"/kb/{table}.json?_shape=array&_size=max").json()}
    assert sorted(row["id"] for row in rows) == sorted(set(site_hits(query)) & own)


@pytest.mark.parametrize("word", LIKE_QUERIES)
def test_stock_table_finds_what_stands_in_its_text(site, word):
    """Brute force with LIKE: a box's words are its own and count for no clause."""
    found = {row["id"] for row in site.get(f"/kb/boxes.json?_shape=array&_size=max&_search={word}").json()}
    assert found == {row["id"] for row in site.get(f"/kb/boxes.json?_shape=array&_size=max&text__contains={word}").json()}


def test_stock_table_page_offers_the_search_and_counts_facets_within_it(site):
    page = site.page("/kb/clauses?_search=学徒")
    assert page.select_one("input#_search[type=search]")["value"] == "学徒"
    counts = site.get("/kb/clauses.json?_search=学徒").json()["facet_results"]["province"]["results"]
    assert sum(value["count"] for value in counts) == len(site.get("/kb/clauses.json?_shape=array&_size=max&_search=学徒").json())


def test_stock_table_leaves_as_csv_with_its_search(site):
    lines = site.get("/kb/clauses.csv?_stream=on&_search=数字技能&_col=id").text.split()
    rows = site.get("/kb/clauses.json?_shape=array&_size=max&_search=数字技能").json()
    assert lines[1:] and sorted(line.partition(",")[0] for line in lines[1:]) == sorted(row["id"] for row in rows)


def test_empty_search_of_a_stock_table_shows_all(site):
    assert site.get("/kb/boxes.json?_search=").json()["filtered_table_rows_count"] == site.get("/kb/boxes.json").json()["filtered_table_rows_count"]


def test_facets_of_the_canned_query_take_names(site):
    by_name = site.get("/kb/search.json?_shape=array&q=学徒&province=辽宁,河北省&kind=专栏").json()
    assert [row["id"] for row in by_name if row["match"] == "逐字"] == [
        hit["id"] for hit in site.get("/search.json?q=学徒&province=ln&province=he&kind=box").json()["hits"]
    ]


def test_canned_query_says_how_many_there_are_and_how_to_go_on(site):
    rows = site.get("/kb/search.json?_shape=array&q=&province=&kind=条款,专栏,段,部分").json()
    total, following = rows[0]["total"], rows[0]["next"]
    assert total > 200, "the query must have more rows than one answer holds"
    rest = site.get(f"/kb/search.json?_shape=array&q=&kind=条款,专栏,段,部分&after={following}").json()
    ids = [row["id"] for row in rows + rest if row["match"] == "逐字"]
    assert len(ids) == len(set(ids)) == total


def test_model_reads_a_provision_with_its_citation(model):
    (row,) = model.query("provision", address=f"/d/{LIAONING}@v1/part_5__cl_14")
    assert row["text"].startswith("(十四)健全职业技能培训公共实训体系")
    assert row["citation"].startswith("辽宁省人力资源和社会保障厅等《") and f"，{row['address']}，" in row["citation"]
    assert "（辽人社发〔2022〕20号）" in row["citation"]


@pytest.mark.parametrize("asked", [f"/d/{LIAONING}/box_1", f"{LIAONING}__box_1", f"https://x.example/d/{LIAONING}@v1/box_1.json"])
def test_provision_is_found_under_each_form_of_its_address(model, asked):
    assert model.query("provision", address=asked)[0]["id"] == f"{LIAONING}__box_1"


@pytest.mark.parametrize("asked", ["nothing", f"/d/{LIAONING}@v9/box_1", f"/d/{LIAONING}", "/d/A B/c"])
def test_address_that_leads_nowhere_says_so(model, asked):
    rows = model.query("provision", address=asked)
    assert rows and all(row["problem"] and row["text"] is None for row in rows)


def test_several_provisions_come_side_by_side_in_the_order_asked(model):
    rows = model.query("provision", address=f"{LIAONING}__box_2 {LIAONING}__box_1")
    assert [row["id"] for row in rows] == [f"{LIAONING}__box_2", f"{LIAONING}__box_1"]


def test_comparison_has_the_best_hit_of_each_document(model, site):
    rows = model.query("compare", q="学徒")
    hits = site.get("/search.json?q=学徒").json()["hits"]
    first = {}
    for hit in hits:
        first.setdefault(hit["document_id"], hit["id"])
    assert {row["id"] for row in rows} == set(first.values())
    assert sum(row["provisions"] for row in rows) == len(hits)


def test_comparison_keeps_to_the_fields_of_the_query(model):
    assert {row["province"] for row in model.query("compare", q="地区:辽宁 学徒")} == {"辽宁省"}


def test_model_is_told_of_the_queries(model):
    listed = model.call("list_canned_queries")["structuredContent"]["queries"]
    assert {query["name"]: query["write"] for query in listed} == {"search": False, "provision": False, "compare": False}
    assert all(query["description"] for query in listed)


@pytest.mark.parametrize("sql", ["select 1", "select * from documents", "select * from search_units", "delete from documents"])
def test_model_may_not_run_sql_of_its_own(model, sql):
    answer = model.call("execute_sql", database="kb", sql=sql)
    assert answer["isError"] and "permission" in answer["content"][0]["text"]


def test_model_may_not_see_other_databases(model):
    assert model.call("list_databases")["structuredContent"] == {"databases": ["kb"]}
    assert model.call("get_database_schema", database="_internal")["isError"]


@pytest.mark.parametrize("query", ["nothing", "search; drop table documents", "search_units"])
def test_model_may_not_run_what_is_no_canned_query(model, query):
    assert model.call("execute_canned_query", database="kb", query=query)["isError"]


def test_parameters_of_a_canned_query_are_never_sql(model):
    assert model.query("search", q="'; drop table documents; --", province="' or 1=1", after="1; select 1", scope="x", sort="y") == []
