"""A build is whole or not at all, and the same corpus gives the same database."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.build import build
from ingest.records import SourceError
from ingest.stamp import ROOT, is_stale
from tests.conftest import CORPUS

TEXT = "关于印发规划的通知\n\n一、总体要求\n\n(一)指导思想\n\n坚持以人民为中心。\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of one small document."""
    folder = tmp_path / "corpus" / "ln-2022-guihua"
    folder.mkdir(parents=True)
    (folder / "v1.txt").write_text(TEXT, encoding="utf-8")
    (folder / "document.yml").write_text("title: 辽宁省规划\n", encoding="utf-8")
    return tmp_path / "corpus"


def _dump(db: Path) -> list[str]:
    connection = sqlite3.connect(db)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def test_two_builds_of_the_corpus_dump_the_same(tmp_path, site_db):
    build(CORPUS, tmp_path / "again.db")
    assert _dump(tmp_path / "again.db") == _dump(site_db)


def _break(corpus: Path, how: str) -> None:
    folder = corpus / "ln-2022-guihua"
    match how:
        case "document.yml is missing":
            (folder / "document.yml").unlink()
        case "document.yml is no YAML":
            (folder / "document.yml").write_text("title: [辽宁", encoding="utf-8")
        case "document.yml is no mapping":
            (folder / "document.yml").write_text("- 辽宁", encoding="utf-8")
        case "document.yml is not UTF-8":
            (folder / "document.yml").write_bytes("title: 辽宁".encode("gb18030"))
        case "unknown key":
            (folder / "document.yml").write_text("titel: 辽宁省规划", encoding="utf-8")
        case "bad date":
            (folder / "document.yml").write_text("issued_on: 2022-13-40", encoding="utf-8")
        case "address that is none":
            (folder / "document.yml").write_text("source_url: javascript:alert(1)", encoding="utf-8")
        case "id of another document":
            shutil.copytree(folder, corpus / "ln-2022-guihua-2")
            (folder / "document.yml").write_text("id: ln-2022-guihua", encoding="utf-8")
            (corpus / "ln-2022-guihua-2" / "document.yml").write_text("id: ln-2022-guihua", encoding="utf-8")
        case "folder's name is no id":
            folder.rename(corpus / "辽宁规划")
        case "unknown locality":
            folder.rename(corpus / "zz-2022-guihua")
        case "version stands twice":
            (folder / "v1.html").write_text("<p>文</p>", encoding="utf-8")
        case "no captured file":
            (folder / "v1.txt").unlink()
        case "file that is no capture":
            (folder / "notes.txt").write_text("文", encoding="utf-8")
        case "empty file":
            (folder / "v1.txt").write_bytes(b"")
        case "file that cannot be decoded":
            (folder / "v1.txt").write_bytes(bytes(range(256)) * 8)
        case "unknown key in corpus.yml":
            (corpus / "corpus.yml").write_text("nmae: 文件库", encoding="utf-8")


BREAKS = {
    "document.yml is missing": "document.yml: is missing",
    "document.yml is no YAML": "mend the YAML",
    "document.yml is no mapping": "must be a mapping",
    "document.yml is not UTF-8": "is not UTF-8",
    "unknown key": "unknown key 'titel'",
    "bad date": "is not a date",
    "address that is none": "is not an address",
    "id of another document": "is another document's",
    "folder's name is no id": "rename the folder",
    "unknown locality": "locality 'zz'",
    "version stands twice": "version 1 is there already",
    "no captured file": "no captured file",
    "file that is no capture": "notes.txt: is neither",
    "empty file": "v1.txt: the file is empty",
    "file that cannot be decoded": "v1.txt: the file cannot be decoded",
    "unknown key in corpus.yml": "unknown key 'nmae'",
}


@pytest.mark.parametrize("how", BREAKS)
def test_bad_corpus_is_refused_in_one_line_and_the_old_database_stays(corpus, tmp_path, how):
    db = tmp_path / "kb.db"
    build(corpus, db)
    before = db.read_bytes()
    _break(corpus, how)
    with pytest.raises(SourceError) as refused:
        build(corpus, db)
    assert BREAKS[how] in str(refused.value) and "\n" not in str(refused.value)
    assert db.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "kb.db"]


def test_command_line_says_it_in_one_line_with_status_2(corpus, tmp_path):
    _break(corpus, "unknown key")
    ran = subprocess.run(
        [sys.executable, "-m", "cli", "build", str(corpus), "--db", str(tmp_path / "kb.db")],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("after", [0.5, 1.8, 2.3, 2.8, 3.3])
def test_a_build_that_is_killed_leaves_the_old_database_whole(tmp_path, site_db, after):
    db = tmp_path / "kb.db"
    shutil.copy(site_db, db)
    before = db.read_bytes()
    building = subprocess.Popen(
        [sys.executable, "-m", "cli", "build", str(CORPUS), "--db", str(db)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(after)
    building.send_signal(signal.SIGKILL)
    building.wait()
    # Either the kill came in time, or the build was complete: the same corpus, the same content.
    assert db.read_bytes() == before or _dump(db) == _dump(site_db)


def test_what_a_killed_build_left_is_swept_by_the_next(corpus, tmp_path):
    left = tmp_path / "kb.db.building-99999999-abc"
    left.write_bytes(b"half")
    build(corpus, tmp_path / "kb.db")
    assert not left.exists()


def test_stale_when_the_corpus_changes_and_not_before(corpus, tmp_path):
    db = tmp_path / "kb.db"
    assert is_stale(corpus, db)
    build(corpus, db)
    assert not is_stale(corpus, db)
    (corpus / "ln-2022-guihua" / "v1.txt").write_text(TEXT + "\n二、任务\n", encoding="utf-8")
    assert is_stale(corpus, db)


def test_second_captured_text_becomes_the_current_version(corpus, tmp_path):
    (corpus / "ln-2022-guihua" / "v2.txt").write_text(TEXT.replace("人民", "群众"), encoding="utf-8")
    build(corpus, tmp_path / "kb.db")
    connection = sqlite3.connect(tmp_path / "kb.db")
    assert connection.execute("select current_version from documents").fetchall() == [("ln-2022-guihua@v2",)]
    assert connection.execute("select count(*) from versions").fetchone() == (2,)
    assert connection.execute("select count(*) from provisions where text like '%群众%'").fetchone()[0] > 0


def test_supplied_facts_carry_their_reason_and_no_span(tmp_path, site_db):
    connection = sqlite3.connect(site_db)
    title, supplied, number, issuers, issued, published = connection.execute(
        "select title, title_supplied, doc_number, issuers, issued_on, published_on from documents"
        " where id = 'sx-2019-jineng-tisheng'"
    ).fetchone()
    assert title.startswith("山西省职业技能提升行动实施方案") and supplied == 1
    assert (number, issuers, issued, published) == (None, "[]", None, None)
    fact = "select start, end, reason from metadata where field = 'title' and version_id = 'sx-2019-jineng-tisheng@v1'"
    start, end, reason = connection.execute(fact).fetchone()
    assert start is None and end is None and "代拟" in reason


def test_offsets_in_the_database_lead_to_the_words(site_db):
    connection = sqlite3.connect(site_db)
    rows = connection.execute(
        "select p.text, substr(v.text, p.start + 1, p.end - p.start) from provisions p"
        " join versions v on v.id = p.version_id where p.kind in ('paragraph', 'note')"
    ).fetchall()
    assert len(rows) > 200 and all(text == printed for text, printed in rows)


def test_source_is_kept_byte_for_byte(site_db):
    import hashlib

    connection = sqlite3.connect(site_db)
    for source_file, sha256 in connection.execute("select source_file, source_sha256 from versions"):
        assert hashlib.sha256((ROOT / source_file).read_bytes()).hexdigest() == sha256


def test_contract_columns_are_there(site_db):
    """Names that other people's SQL depends on; more are welcome."""
    contract = {
        "documents": "id province_code province title title_supplied doc_number doc_type issuers issued_on published_on"
        " period_start period_end source_url current_version",
        "versions": "id document_id source_file source_sha256 media_type encoding text captured_on",
        "provisions": "id document_id version_id parent_id eid kind number num number_inferred heading text label depth"
        " seq start own_end end sha256",
        "metadata": "version_id field value start end",
        "noise": "version_id start end text rule reason",
        "doubts": "version_id provision_id start end kind message",
        "indicators": "id document_id provision_id box_id group_name name part_of value value_text unit op cumulative"
        " period nature seq",
        "clauses": "id document_id province",
        "boxes": "id document_id province",
        "build": "key value",
        "counterparts": "provision_id other_id score rank why",
        "measures": "id label",
        "measure_provisions": "measure_id provision_id",
    }
    connection = sqlite3.connect(site_db)
    for table, columns in contract.items():
        there = {row[1] for row in connection.execute(f"pragma table_info({table})")}
        assert set(columns.split()) <= there, table
