"""Suggestions while typing: what begins with the words before what holds them, folded as the search folds."""

from __future__ import annotations

import sqlite3

import pytest

from lang.tokens import fold
from query.suggest import MOST, suggest


@pytest.fixture(scope="module")
def conn(site_db):
    connection = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    yield connection
    connection.close()


def texts(conn, typed: str) -> list[str]:
    return [suggestion["text"] for suggestion in suggest(conn, typed)]


@pytest.mark.parametrize("typed", ["学", "职业", "技能", "培训", "农", "补贴", "省"])
def test_prefix_matches_come_before_inner_ones(conn, typed):
    begins = [fold(text).startswith(typed) for text in texts(conn, typed)]
    assert begins and begins == sorted(begins, reverse=True)
    assert all(typed in fold(text) for text in texts(conn, typed))


@pytest.mark.parametrize("typed, plain", [("學徒", "学徒"), ("數字", "数字"), (" 学徒 ", "学徒"), ("ＡＰＰ", "app")])
def test_forms_of_a_character_are_typed_alike(conn, typed, plain):
    assert suggest(conn, typed) == suggest(conn, plain)


def test_no_more_than_the_limit_and_nothing_twice(conn):
    found = texts(conn, "技能")
    assert len(found) == MOST == len({fold(text) for text in found})


@pytest.mark.parametrize("typed", ["", " ", "龘龘", "\x00", "%", "'\"", "a" * 10_000])
def test_nothing_to_suggest(conn, typed):
    assert suggest(conn, typed) == []


@pytest.mark.parametrize(
    "typed, text, kind",
    [
        ("数字技", "数字技能", "theme"),
        ("省人社", "省人社厅", "agency"),
        ("残疾", "残疾人", "audience"),
        ("开展补贴", "开展补贴性职业技能培训", "indicator"),
        ("技能大师工", "技能大师工作室", "word"),
        ("落实取证", "落实取证补贴", "heading"),
    ],
)
def test_each_kind_is_suggested(conn, typed, text, kind):
    assert (text, kind) in [(found["text"], found["kind"]) for found in suggest(conn, typed)]


def test_every_suggestion_leads_somewhere(site):
    dead = []
    for typed in ("学", "职业", "省", "农", "开展"):
        for found in site.get(f"/suggest.json?q={typed}").json()["suggestions"]:
            path = found.get("path") or f"/search?q={found['q']}"
            page = site.page(path)
            if path.startswith("/search") and not page.select(".hit"):
                dead.append(path)
    assert dead == []


def test_answer_without_a_query_is_empty(site):
    assert site.get("/suggest.json").json() == {"suggestions": []}


def test_of_many_headings_few_are_suggested(tmp_path, site_db):
    """100,000 different headings: a keystroke gets no more suggestions than a few."""
    copy = tmp_path / "kb.db"
    copy.write_bytes(site_db.read_bytes())
    with sqlite3.connect(copy) as large:
        large.executemany(
            "insert into provisions(id, document_id, kind, heading) values (?, 'x', 'clause', ?)",
            ((f"x__{n}", f"加强第{n}项工作") for n in range(100_000)),
        )
        assert len(suggest(large, "工作")) == MOST
    large.close()
