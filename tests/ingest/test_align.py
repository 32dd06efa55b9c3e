"""What a build stores of counterparts and measures, and that a curator's decisions win."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from ingest.build import build
from ingest.records import SourceError
from tests.conftest import CORPUS

LIAONING, HEBEI, CHONGQING = "ln-2022-zhiye-jineng-peixun", "he-2022-zhiye-jineng-peixun", "cq-2021-zhiye-jineng-peixun"
TEACHERS = f"{LIAONING}__part_7__cl_27"  # 加强培训师资队伍建设
WAGES = f"{HEBEI}__part_8__cl_26"  # 提高技能人才待遇水平
TEACHERS_HEBEI = f"{HEBEI}__part_7__cl_22"  # 加强职业技能培训师资建设


@pytest.fixture(scope="module")
def conn(site_db):
    return sqlite3.connect(site_db)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two documents of the corpus, without a curator's alignments."""
    for name in (LIAONING, HEBEI):
        shutil.copytree(CORPUS / name, tmp_path / "corpus" / name)
    return tmp_path / "corpus"


def counterparts(db: Path, provision: str) -> list[tuple]:
    sql = "select other_id, kind, origin from counterparts where provision_id = ? order by rank"
    return sqlite3.connect(db).execute(sql, [provision]).fetchall()


def test_pinned_and_forbidden_pairs_win_and_survive_a_rebuild(corpus, tmp_path):
    db = tmp_path / "kb.db"
    (corpus / "alignments.yml").write_text(
        f"- pin: [{TEACHERS.replace('__', '/', 1)}, {WAGES.replace('__', '/', 1)}]\n  reason: 试验\n"
        f"- forbid: [{TEACHERS.replace('__', '/', 1)}, {TEACHERS_HEBEI.replace('__', '/', 1)}]\n"
        f"- label: 教师\n  of: {TEACHERS.replace('__', '/', 1)}\n",
        encoding="utf-8",
    )
    for _ in range(2):
        build(corpus, db)
        found = counterparts(db, TEACHERS)
        assert found[0] == (WAGES, "whole", "curator") and TEACHERS_HEBEI not in {other for other, _, _ in found}
        measures = sqlite3.connect(db).execute(
            "select m.label, group_concat(x.provision_id) from measures m join measure_provisions mine on mine.measure_id = m.id"
            " join measure_provisions x on x.measure_id = m.id where mine.provision_id = ?", [TEACHERS]
        ).fetchone()  # fmt: skip
        assert measures[0] == "教师" and TEACHERS_HEBEI not in measures[1]


def test_without_a_decision_the_program_finds_the_pair(corpus, tmp_path):
    build(corpus, tmp_path / "kb.db")
    assert counterparts(tmp_path / "kb.db", TEACHERS)[0] == (TEACHERS_HEBEI, "whole", "model")


@pytest.mark.parametrize(
    "entry, mend",
    [
        (f"- pin: [{LIAONING}/part_99, {HEBEI}/part_7__cl_22]", f"{LIAONING}/part_99 is no clause"),
        (f"- pin: [{LIAONING}/part_7__cl_27, {LIAONING}/part_7__cl_26]", "entry 1 is not"),
        (f"- pin: [{LIAONING}/part_7__cl_27]", "entry 1 is not"),
        ("- pinn: [a/b, c/d]", "entry 1 needs one of pin, forbid, label"),
        ("pin: [a/b, c/d]", "must be a list"),
        (f"- label: 教师\n- label: 师资\n  of: {LIAONING}/part_7__cl_27", "entry 1 is not 'label"),
        (
            f"- pin: [{LIAONING}/part_7__cl_27, {HEBEI}/part_7__cl_22]\n- forbid: [{HEBEI}/part_7__cl_22, {LIAONING}/part_7__cl_27]",
            "entries 1 and 2 decide on the same",
        ),
    ],
)
def test_a_bad_decision_is_refused_in_one_line(corpus, tmp_path, entry, mend):
    (corpus / "alignments.yml").write_text(entry, encoding="utf-8")
    with pytest.raises(SourceError) as refused:
        build(corpus, tmp_path / "kb.db")
    assert mend in str(refused.value) and "\n" not in str(refused.value) and "alignments.yml" in str(refused.value)


def test_counterparts_are_the_same_from_either_side(conn):
    sql = "select min(provision_id, other_id), max(provision_id, other_id), score, kind, origin from counterparts"
    rows = conn.execute(sql).fetchall()
    assert len(rows) == 2 * len(set(rows)) > 0


def test_every_clause_article_and_box_is_compared(conn):
    left_out = conn.execute(
        "select count(*) from provisions where kind in ('clause', 'article', 'box')"
        " and id not in (select provision_id from compared_provisions)"
    ).fetchone()[0]
    assert left_out == 0


def test_each_compared_provision_is_in_one_measure(conn):
    compared = [row[0] for row in conn.execute("select provision_id from compared_provisions order by 1")]
    assert [row[0] for row in conn.execute("select provision_id from measure_provisions order by 1")] == compared


def test_coverage_says_of_every_document_of_a_measure_how_it_words_it(conn):
    sql = """
        select measure_id, document_id from measure_provisions except
        select measure_id, document_id from coverage where state in ('same', 'adapted', 'own')
    """
    assert conn.execute(sql).fetchall() == []


def test_in_passing_is_said_only_where_there_is_no_provision_of_the_measure(conn):
    sql = """
        select c.measure_id from coverage c join measure_provisions m using (measure_id, document_id) where c.state = 'passing'
    """
    assert conn.execute(sql).fetchall() == []
