"""Whatever way a corpus has changed: a database that is brought up to it holds what one built from nothing holds."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

import ingest.build
import ingest.prepare
import ingest.update
from ingest.build import build
from ingest.stamp import ROOT
from ingest.survey import assign_numbers
from tests.conftest import CORPUS

MATTERS = {
    "加强师资队伍建设": "建立专兼职教师队伍，聘请高技能人才担任兼职教师，开展师资研修。",
    "广泛开展技能竞赛": "举办全省职业技能大赛，选拔选手参加全国竞赛，对获奖选手给予表彰奖励。",
    "完善工资分配制度": "引导企业提高技能人才工资，实行年薪制和股权激励。",
    "推行新型学徒制": "企业与院校合作培养新型学徒，按规定给予培训补贴，到2025年培训学徒5万人次。",
    "保护农村水源": "划定饮用水源保护区，治理生活污水和垃圾，定期监测水质。（省水利厅负责）",
    "建设实训基地": "依托龙头企业建设公共实训基地20个，面向社会开展技能培训。",
}
INSIDE, OUTSIDE = 8, 3  # documents that words are weighed by, and that they are not
LOCALITIES = ("ln", "he", "cq", "sx", "js", "gd", "sd", "hb")


def name_of(number: int) -> str:
    return f"{LOCALITIES[number % len(LOCALITIES)]}-20{10 + number % 15}-guihua-{number}"


def add(corpus: Path, number: int, seed: int = 0) -> Path:
    """Write a small document that shares some of its matters, and some wording, with others."""
    chance = random.Random(number * 1000 + seed)
    folder = corpus / name_of(number)
    folder.mkdir(parents=True, exist_ok=True)
    headings = chance.sample(sorted(MATTERS), 4)
    body = "\n\n".join(
        f"（{'一二三四'[place]}）{heading}\n\n第{number}号文件提出，{MATTERS[heading]}各地结合第{chance.randint(1, 99)}次会议要求抓好落实。"
        for place, heading in enumerate(headings)
    )
    (folder / "v1.txt").write_text(f"第{number}号规划\n\n一、主要任务\n\n{body}\n\n二、组织实施\n\n强化组织领导，压实工作责任，确保各项任务落到实处。\n", encoding="utf-8")
    (folder / "document.yml").write_text(f"title: 第{number}号规划\nissued_on: 20{10 + number % 15}-03-0{1 + number % 9}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Fourteen documents and their database; words are weighed by about half of them, each is compared with the three nearest."""
    folder = tmp_path_factory.mktemp("built")
    for number in range(14):
        add(folder / "corpus", number)
    for name in ("themes.yml", "theme-words.yml", "agencies.yml", "audiences.yml", "lexicon.txt", "synonyms.yml"):
        shutil.copy(CORPUS / name, folder / "corpus" / name)
    with pytest.MonkeyPatch.context() as patch:
        _limit(patch)
        build(folder / "corpus", folder / "kb.db")
    return folder


@pytest.fixture
def corpus(built: Path, tmp_path: Path, monkeypatch) -> Path:
    """The documents, built already."""
    _limit(monkeypatch)
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "corpus"


@pytest.fixture
def unbuilt(corpus: Path) -> Path:
    """The documents, never built."""
    (corpus.parent / "kb.db").unlink()
    shutil.rmtree(corpus / "published")
    return corpus


def _limit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("ingest.spread._can_fork", lambda: True)  # see test_spread.py
    patch.setattr("align.counterparts.MOST_DOCUMENTS", 3)
    patch.setattr("ingest.meaning.MOST_LEARNED", 40)


def dump(db: Path) -> list[str]:
    """All that a database holds: statements in the order of its rows, and every place of every word in the full-text indexes.

    Left out is how the indexes lay their pages out, and the query planner's statistics.
    """
    connection = sqlite3.connect(db)
    left_out = ('"search_index_', '"search_headings_', '"sqlite_stat', "ANALYZE")
    lines = [line for line in connection.iterdump() if not any(name in line for name in left_out)]
    for index in ("search_index", "search_headings"):
        connection.execute(f"create virtual table temp.v using fts5vocab(main, {index}, instance)")
        lines += [f"{index} {row}" for row in connection.execute("select term, doc, col, offset from v order by 1, 2, 3, 4")]
        connection.execute("drop table temp.v")
    connection.close()
    return lines


def assert_as_from_nothing(corpus: Path, db: Path) -> None:
    fresh = db.with_name("fresh.db")
    fresh.unlink(missing_ok=True)
    build(corpus, fresh)
    found, wanted = dump(db), dump(fresh)
    assert sorted(set(found) - set(wanted)) == sorted(set(wanted) - set(found)) == []
    assert found == wanted


def edit(corpus: Path, how: str, number: int = OUTSIDE) -> None:
    folder = corpus / name_of(number)
    match how:
        case "nothing":
            pass
        case "a document more":
            add(corpus, 14)
        case "three documents more":
            for number in (15, 16, 17):
                add(corpus, number)
        case "another text":
            text = (folder / "v1.txt").read_text(encoding="utf-8")
            (folder / "v1.txt").write_text(text.replace("各地结合第", "各市县结合全省第"), encoding="utf-8")
        case "another title":
            (folder / "document.yml").write_text("title: 新的规划\n", encoding="utf-8")
        case "a second version":
            text = (folder / "v1.txt").read_text(encoding="utf-8")
            (folder / "v2.txt").write_text(text.replace("强化组织领导", "加强组织领导"), encoding="utf-8")
        case "a document less":
            shutil.rmtree(folder)
            (corpus / "published" / f"{folder.name}.tsv").unlink()
        case "a loose file":
            (corpus / "辽宁.txt").write_text("辽宁省人民政府关于印发辽宁省水利规划的通知\n辽政发〔2021〕7号\n\n一、总体要求\n\n划定饮用水源保护区，治理生活污水和垃圾。\n", encoding="utf-8")
        case "an unfit version":
            (folder / "v2.txt").write_bytes(b"")
        case "a curator's decisions":
            one, other, third = (f"{name_of(number)}/part_1__cl_1" for number in (1, 5, 9))
            (corpus / "alignments.yml").write_text(f"- pin: [{one}, {other}]\n  reason: 试验\n- forbid: [{one}, {third}]\n- label: 名称\n  of: {third}\n", encoding="utf-8")
        case "decisions taken back":
            (corpus / "alignments.yml").unlink(missing_ok=True)


EDITS = (
    "nothing", "a document more", "three documents more", "a loose file", "a curator's decisions",
    *((how, number) for how in ("another text", "another title", "a second version", "a document less", "an unfit version") for number in (INSIDE, OUTSIDE)),
)  # fmt: skip


@pytest.mark.parametrize("how", EDITS, ids=str)
def test_one_change_gives_what_a_build_from_nothing_gives(corpus, tmp_path, how):
    edit(corpus, *([how] if isinstance(how, str) else how))
    build(corpus, tmp_path / "kb.db")
    assert_as_from_nothing(corpus, tmp_path / "kb.db")


def test_many_changes_one_after_the_other_give_it_too(corpus, tmp_path):
    decided = ("another text", 9)  # of a document that a decision names
    for how in ("a curator's decisions", decided, "a loose file", "another text", "three documents more", "decisions taken back", "a document less"):
        build(corpus, tmp_path / "kb.db")
        edit(corpus, *([how] if isinstance(how, str) else how))
        if how == decided:
            build(corpus, tmp_path / "kb.db")
            assert_as_from_nothing(corpus, tmp_path / "kb.db")
    build(corpus, tmp_path / "kb.db")
    assert_as_from_nothing(corpus, tmp_path / "kb.db")


@pytest.fixture
def prepared(monkeypatch) -> list[str]:
    """The names of the sources that builds prepare from here on, all in this process."""
    names: list[str] = []

    def record(source, desk):
        names.append(source.name)
        return prepare(source, desk)

    prepare = ingest.update._prepare
    monkeypatch.setattr("ingest.update._prepare", record)
    monkeypatch.setattr("ingest.spread.FEWEST", 1000)
    return names


def test_unchanged_documents_are_not_read_again(corpus, tmp_path, prepared):
    add(corpus, 14)
    build(corpus, tmp_path / "kb.db")
    assert prepared == [name_of(14)]


def test_another_vocabulary_has_all_read_again(corpus, tmp_path, prepared):
    (corpus / "lexicon.txt").write_text("公共实训基地\n", encoding="utf-8")
    build(corpus, tmp_path / "kb.db")
    assert sorted(prepared) == sorted(name_of(number) for number in range(14))


STEPS = ("ingest.update.place_units", "ingest.update.store_reuse", "ingest.pairs.explain", "ingest.gather.name_measure", "ingest.build.finish")


@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_build_goes_on_where_it_was(unbuilt, tmp_path, prepared, step):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            build(unbuilt, tmp_path / "kb.db")
    assert not (tmp_path / "kb.db").exists()
    prepared.clear()
    build(unbuilt, tmp_path / "kb.db")
    assert prepared == []
    assert_as_from_nothing(unbuilt, tmp_path / "kb.db")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "fresh.db", "kb.db"]


@pytest.mark.parametrize("step", ["ingest.update.store_reuse", "ingest.pairs.explain"])
def test_a_change_that_was_interrupted_is_made_good_after_another_one(corpus, tmp_path, step):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    edit(corpus, "another text")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            build(corpus, tmp_path / "kb.db")
    for how in ("a document more", "a document less"):  # the one whose text has changed
        edit(corpus, how)
    build(corpus, tmp_path / "kb.db")
    assert_as_from_nothing(corpus, tmp_path / "kb.db")


def test_an_unchanged_corpus_leaves_the_database_as_it_is(corpus, tmp_path):
    before = os.stat(tmp_path / "kb.db")
    built = build(corpus, tmp_path / "kb.db")
    after = os.stat(tmp_path / "kb.db")
    assert (built.prepared, built.counts["documents"]) == (0, 14)
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("after", [1.0, 2.0, 2.5, 3.0, 4.0])
def test_a_killed_build_goes_on_too(unbuilt, tmp_path, monkeypatch, after):
    monkeypatch.undo()  # limits as the command line has them
    building = subprocess.Popen(
        [sys.executable, "-m", "cli", "build", str(unbuilt), "--db", str(tmp_path / "kb.db")],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True,
    )  # fmt: skip
    time.sleep(after)
    os.killpg(building.pid, signal.SIGKILL)
    building.wait()
    build(unbuilt, tmp_path / "kb.db")
    assert_as_from_nothing(unbuilt, tmp_path / "kb.db")


def test_what_a_failing_disk_left_is_not_gone_on_with(unbuilt, tmp_path):
    (tmp_path / "kb.db.building").write_bytes(b"SQLite format 3\0" + os.urandom(9000))
    build(unbuilt, tmp_path / "kb.db")
    assert_as_from_nothing(unbuilt, tmp_path / "kb.db")


def test_one_core_and_two_give_the_same(unbuilt, tmp_path):
    build(unbuilt, tmp_path / "one.db", workers=1)
    build(unbuilt, tmp_path / "two.db", workers=2)
    assert dump(tmp_path / "one.db") == dump(tmp_path / "two.db")


def test_a_document_that_kills_its_reader_is_put_aside_and_the_rest_is_built(unbuilt, tmp_path, monkeypatch):
    def die(folder, number, desk):
        if folder.id == name_of(5):
            os.kill(os.getpid(), signal.SIGKILL)
        return prepare(folder, number, desk)

    prepare = ingest.update.prepare
    monkeypatch.setattr("ingest.update.prepare", die)
    counts = build(unbuilt, tmp_path / "kb.db", workers=2).counts
    assert (counts["documents"], counts["quarantine"]) == (13, 1)


def test_a_document_that_fails_the_accounting_is_put_aside_and_the_rest_is_built(unbuilt, tmp_path, monkeypatch):
    account = ingest.prepare.account
    monkeypatch.setattr("ingest.prepare.account", lambda parsed: ["characters 3 to 5 belong to nothing"] if "第5号" in parsed.reading.text else account(parsed))
    assert build(unbuilt, tmp_path / "kb.db").counts["documents"] == 13
    reasons = sqlite3.connect(tmp_path / "kb.db").execute("select source_file, reason from quarantine").fetchall()
    assert reasons == [(f"corpus/{name_of(5)}/v1.txt", "the accounting fails, please report it: characters 3 to 5 belong to nothing")]


def test_two_builds_at_once_both_succeed(unbuilt, tmp_path):
    command = [sys.executable, "-m", "cli", "build", str(unbuilt), "--db", str(tmp_path / "kb.db")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}) for _ in range(2)]
    assert [one.wait() for one in running] == [0, 0]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["corpus", "kb.db"]


def test_of_two_documents_with_one_number_the_later_id_has_the_next(monkeypatch):
    monkeypatch.setattr("ingest.survey._hash_id", lambda document_id: {"a": 7, "b": 5, "c": 7, "d": 8}[document_id])
    assert assign_numbers("dcba") == {"b": 5, "a": 7, "c": 8, "d": 9}
