"""What became of quoted words in a document with two versions, where clauses were counted anew."""

from __future__ import annotations

import sqlite3

import pytest

from ingest.build import build
from query.anchor import Anchor
from query.layout import walk
from query.provisions import read_provision
from query.quoted import follow, list_pieces, mark_quoted

DOCUMENT = "ln-2030-jihua"
FIRST = """某省职业技能培训计划

一、总体要求

(一)加强组织领导。各市要成立领导小组,落实属地责任。

(二)加大资金投入。省财政给予补助。

专栏1 主要指标

1.建设基地20个。
"""
SECOND = FIRST.replace("(二)加大", "(三)加大").replace("(一)加强", "(一)坚持党的领导。把方向、管大局。\n\n(二)加强")


@pytest.fixture(scope="module")
def conn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quoted")
    document = folder / "corpus" / DOCUMENT
    document.mkdir(parents=True)
    (document / "document.yml").touch()
    for name, text in (("v1.txt", FIRST), ("v2.txt", SECOND)):
        (document / name).write_text(text, encoding="utf-8")
        build(folder / "corpus", folder / "kb.db")
    conn = sqlite3.connect(f"{(folder / 'kb.db').as_uri()}?mode=ro", uri=True)
    yield conn
    conn.close()


def test_words_whose_clause_was_counted_anew_are_led_to_it(conn):
    shown = read_provision(conn, DOCUMENT, "part_1__cl_1")
    found = follow(conn, shown, "part_1__cl_1", Anchor("落实属地责任"))
    assert found["here"]["state"] == "changed"
    assert (found["elsewhere"]["n"], found["elsewhere"]["eid"]) == (1, "part_1__cl_1")
    assert (found["moved"]["n"], found["moved"]["eid"], found["moved"]["state"]) == (2, "part_1__cl_2", "exact")


def test_a_pinned_address_follows_its_clause(conn):
    """The words still stand in the newest version, under another number: there is nothing to warn of."""
    shown = read_provision(conn, DOCUMENT, "part_1__cl_1", 1)
    found = follow(conn, shown, "part_1__cl_1", Anchor("落实属地责任"))
    assert (found["here"]["state"], found["elsewhere"]) == ("exact", None)


def test_pieces_are_what_the_page_prints_in_its_order(conn):
    shown = read_provision(conn, DOCUMENT, "part_1__cl_3")
    assert [(piece.part, piece.words) for piece in list_pieces([shown]) if piece.words] == [
        ("mark", "(三)"), ("lead", "加大资金投入。"), ("tail", "省财政给予补助。"),
        ("mark", "专栏1"), ("lead", "主要指标"), ("mark", "1."), ("tail", "建设基地20个。"),
    ]  # fmt: skip


def test_marks_say_where_in_each_part(conn):
    shown = read_provision(conn, DOCUMENT, "part_1__cl_3")
    mark_quoted([shown], Anchor("资金投入。省财政"))
    quoted = {unit["eid"]: unit["quoted"] for unit in walk([shown]) if unit.get("quoted")}
    assert quoted == {"part_1__cl_3": {"lead": [(2, 7)]}, "part_1__cl_3__para_1": {"tail": [(0, 3)]}}
