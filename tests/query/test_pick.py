"""Which documents are meant by what was typed."""

from __future__ import annotations

import pytest

from query.database import open_database
from query.pick import find_documents, pick

LIAONING, SCHOOLS = "ln-2022-zhiye-jineng-peixun", "ln-2022-jigong-jiaoyu"
SHANXI = "sx-2019-jineng-tisheng"


@pytest.fixture(scope="module")
def conn(site_db):
    return open_database(site_db)


@pytest.mark.parametrize(
    "typed, meant",
    [
        (LIAONING, LIAONING),
        (f"{LIAONING}@v1", LIAONING),
        (f"/d/{LIAONING}/part_4__cl_13", LIAONING),
        (f"https://example.cn/kb/d/{LIAONING}#part_4", LIAONING),
        ("辽宁：辽宁省技工教育“十四五”规划", SCHOOLS),
        ("辽宁 技工教育", SCHOOLS),
        ("《辽宁省技工教育十四五规划》", SCHOOLS),
        ("遼寧省技工教育", SCHOOLS),
        ("辽人社发〔2022〕18号", SCHOOLS),
        ("sx-2019", SHANXI),
        ("山西 2019", SHANXI),
    ],
)
def test_one_document_is_meant(conn, typed, meant):
    assert pick(conn, typed).id == meant


def test_words_that_several_titles_hold_mean_all_of_them_the_newest_first(conn):
    picked = pick(conn, "辽宁")
    assert picked.id == "" and [d["id"] for d in picked.offered] == [LIAONING, SCHOOLS] and picked.total == 2


@pytest.mark.parametrize("typed", ["", "  ", "：", "西湖", "辽宁 山西", "\x00", "../", "x" * 9000])
def test_no_document_is_meant(conn, typed):
    assert find_documents(conn, typed) == ([], 0) and pick(conn, typed).total == 0


def test_no_more_are_offered_than_asked_for_and_all_are_counted(conn):
    found, total = find_documents(conn, "规划", 2)
    assert len(found) == 2 < total
