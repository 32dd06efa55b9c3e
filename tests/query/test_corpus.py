"""The corpus in figures: each kind counted for itself."""

from __future__ import annotations

import sqlite3

import pytest

from ingest.build import build
from query.corpus import describe_corpus, list_documents
from query.documents import read_document

TEXT = """示例省技能规划

一、目标

到2025年实现目标。

表1 主要指标

指标

2025年

甲（个）

5

乙（个）

6

专栏1 培训计划

1.培训农民工。

2.培训退役军人。

附件1

分工表

序号

任务

单位

1

甲

省厅

2

乙

市局

"""


@pytest.fixture(scope="module")
def conn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    document = folder / "corpus" / "ln-2022-jineng"
    document.mkdir(parents=True)
    (document / "v1.txt").write_text(TEXT, encoding="utf-8")
    (document / "document.yml").write_text("title: 示例省技能规划\n", encoding="utf-8")
    build(folder / "corpus", folder / "kb.db")
    conn = sqlite3.connect(folder / "kb.db")
    conn.row_factory = sqlite3.Row
    yield conn
    conn.close()


def test_tables_are_counted_apart_from_boxes(conn):
    assert {kind: describe_corpus(conn)["counts"].get(kind) for kind in ("box", "table")} == {"box": 1, "table": 2}
    assert {kind: list_documents(conn)[0]["counts"].get(kind) for kind in ("box", "table")} == {"box": 1, "table": 2}
    counts = read_document(conn, "ln-2022-jineng")["counts"]
    assert (counts["box"], counts["table"]) == (1, 2)
