"""Errors say in Chinese what happened and what to do next, and never repeat a stack trace."""

from __future__ import annotations

import sqlite3

import pytest

from tests.site.conftest import LIAONING, open_site


@pytest.fixture(scope="module")
def broken_site(tmp_path_factory):
    """A site whose database lacks its tables."""
    db = tmp_path_factory.mktemp("broken") / "kb.db"
    sqlite3.connect(db).execute("create table t (x)").connection.commit()
    yield from open_site(db)


@pytest.fixture(scope="module")
def empty_site():
    """A site before the first build."""
    yield from open_site(None)


def test_unknown_provision_offers_near_ones(site):
    page = site.page(f"/d/{LIAONING}/part_9__cl_14", status=404)
    assert page.select_one(".near a")["href"] == f"/d/{LIAONING}/part_5__cl_14"


def test_unknown_provision_names_its_document(site):
    assert "辽宁省“十四五”职业技能培训规划" in site.page(f"/d/{LIAONING}/nothing", status=404).h1.get_text()


def test_unknown_document_offers_near_ones(site):
    near = site.page("/d/ln-2022-nothing", status=404).select(".near a")
    assert f"/d/{LIAONING}" in [link["href"] for link in near]


@pytest.mark.parametrize("path", ["/nothing", "/d/中文", "/d/A B", f"/d/{LIAONING}@v9", f"/d/{LIAONING}@v9/part_1", "/kb/nothing"])
def test_unknown_address_is_404_in_chinese(site, path):
    response = site.get(path)
    while response.status_code == 302:
        response = site.get(response.headers["location"])
    assert response.status_code == 404
    assert 'lang="zh-CN"' in response.text


def test_unknown_address_of_data_answers_as_data(site):
    response = site.get(f"/d/{LIAONING}/nothing.json")
    assert (response.status_code, response.json()["ok"]) == (404, False)


def test_long_query_is_cut_and_says_so(site):
    page = site.page("/search?q=" + "甲" * 2000)
    assert "只读了前" in page.select_one(".message").get_text()


def test_unknown_value_of_a_facet_is_said(site):
    page = site.page("/search?q=培训&doc=nothing")
    assert "没有名为“nothing”的文件" in page.select_one(".message").get_text()


def test_place_that_is_none_is_the_first_page(site):
    assert site.page("/search?q=培训&after=" + "9" * 30).select(".hit")


def test_place_behind_the_end_says_so(site):
    assert "没有更多" in site.page("/search?q=学徒&after=5000").select_one(".empty").get_text()


def test_fault_apologises_without_details(broken_site):
    response = broken_site.get("/d")
    assert response.status_code == 500
    assert "抱歉" in response.text
    assert "no such table" not in response.text


def test_missing_database_is_said(empty_site):
    response = empty_site.get("/")
    assert response.status_code == 503
    assert "还没有建好" in response.text


@pytest.mark.parametrize("path", ["/kb?sql=select+1", "/kb/search_index_data", "/kb/search_index", "/kb/search_units", "/kb/words"])
def test_closed_doors_are_403_in_chinese(site, path):
    assert "不开放" in site.page(path, status=403).h1.get_text()
