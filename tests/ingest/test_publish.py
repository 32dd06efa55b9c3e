"""No address that was published is ever lost: a list in the corpus is extended by each build and answered by kb.db."""

from __future__ import annotations

import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

import ingest.admit
import ingest.markers as markers
from ingest.build import build
from ingest.corpus import load_corpus
from ingest.markers import MarkerClass
from ingest.publish import Version, publish
from ingest.published import Listed, format_published, path_of, read_published
from ingest.records import Noise, SourceError
from ingest.stamp import is_stale
from ingest.rows import provision_rows
from tests.conftest import CORPUS, parse_text
from tests.ingest.renaming import drop, rename

ID = "ln-2022-guihua"
TEXT = """\
关于印发规划的通知

一、总体要求

坚持以人民为中心，完善终身培训制度。

二、重点任务

（一）补贴政策。完善职业培训补贴政策，提高补贴标准。

（二）师资队伍。加强培训师资队伍建设，建立师资库。

（三）实训基地。建设公共实训基地，推动开放共享。
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / ID
    folder.mkdir(parents=True)
    (folder / "v1.txt").write_text(TEXT, encoding="utf-8")
    (folder / "document.yml").write_text("title: 辽宁省规划\n", encoding="utf-8")
    (tmp_path / "corpus" / "corpus.yml").write_text('name: 库\nversion: "1.0"\n', encoding="utf-8")
    return tmp_path / "corpus"


def _build(corpus: Path, is_changed: bool = True) -> sqlite3.Connection:
    with pytest.MonkeyPatch.context() as patch:
        if is_changed:  # a test has changed the parser, so that nothing can be taken over
            patch.setattr("ingest.build.hash_ground", lambda *_: os.urandom(8).hex())
            patch.setattr("ingest.build.is_stale", lambda *_: True)
        build(corpus, corpus.parent / "kb.db")
    return sqlite3.connect(corpus.parent / "kb.db")


def _list(corpus: Path) -> Path:
    return corpus / "published" / f"{ID}.tsv"


def _aliases(connection: sqlite3.Connection) -> dict[str, str]:
    return dict(connection.execute("select old_id, new_id from aliases"))


def _release(corpus: Path, version: str) -> None:
    (corpus / "corpus.yml").write_text(f'name: 库\nversion: "{version}"\n', encoding="utf-8")


def _change_parser(monkeypatch: pytest.MonkeyPatch, change) -> None:
    """Let the build parse with the real parser and change what it gives."""
    parse = ingest.admit.parse
    monkeypatch.setattr(ingest.admit, "parse", lambda reading: change(parse(reading), reading.text))


def _change_rules(monkeypatch: pytest.MonkeyPatch, **changed: MarkerClass | None) -> None:
    """Let the parser know other markers: another rule for a class, or None for no such rule."""
    kept = [(rule, changed.get(rule.name, rule)) for rule in markers.marker_patterns()]
    patterns = tuple(replace(rule, eid=new.eid) for rule, new in kept if new is not None)
    monkeypatch.setattr(markers, "marker_patterns", lambda: patterns)


def test_a_build_lists_what_it_publishes(corpus):
    _build(corpus)
    entries = read_published(_list(corpus)).entries
    assert [(entry.version, entry.eid, entry.since) for entry in entries if entry.kind in ("part", "clause")] == [
        (1, "part_1", "1.0"), (1, "part_2", "1.0"), (1, "part_2__cl_1", "1.0"), (1, "part_2__cl_2", "1.0"), (1, "part_2__cl_3", "1.0"),
    ]  # fmt: skip
    assert [entry.opening for entry in entries if entry.eid == "part_2__cl_2__para_1"] == ["加强培训师资队伍建设，建立师资库。"]


def test_two_builds_in_a_row_write_the_same_and_are_not_stale(corpus):
    first = list(_build(corpus, is_changed=False).iterdump())
    written = _list(corpus).read_bytes()
    assert not is_stale(corpus, corpus.parent / "kb.db")
    assert list(_build(corpus, is_changed=False).iterdump()) == first
    assert _list(corpus).read_bytes() == written


def test_a_corpus_that_cannot_be_written_is_built_and_served(corpus, monkeypatch):
    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", lambda old, new: refuse() if str(new).endswith(".tsv") else os.rename(old, new))
    built = build(corpus, corpus.parent / "kb.db")
    assert built.unsaved == (_list(corpus),)
    assert not is_stale(corpus, corpus.parent / "kb.db")
    assert [path.name for path in corpus.rglob(f".{ID}*")] == []


@pytest.mark.parametrize("folder", load_corpus(CORPUS), ids=lambda folder: folder.id)
def test_the_lists_of_the_corpus_are_complete(folder, corpus_parses):
    """Who changes ids builds the corpus and commits its lists with the change."""
    parsed = corpus_parses[folder.id]
    versions = [Version(1, parsed, list(provision_rows(folder.id, f"{folder.id}@v1", parsed)))]
    path = path_of(CORPUS, folder.id)
    published = publish(folder.id, read_published(path), versions, "")
    assert format_published(folder.id, published.listed) == path.read_text(encoding="utf-8")


def _rename_clauses(parsed, _text):
    return rename(parsed, lambda eid: eid.replace("cl_", "art_"))


def test_a_parser_that_renames_provisions_leaves_aliases(corpus, monkeypatch):
    _build(corpus)
    _release(corpus, "1.1")
    _change_parser(monkeypatch, _rename_clauses)
    connection = _build(corpus)
    assert _aliases(connection)[f"{ID}__part_2__cl_2"] == f"{ID}__part_2__art_2"
    assert _aliases(connection)[f"{ID}@v1__part_2__cl_2__para_1"] == f"{ID}@v1__part_2__art_2__para_1"
    assert connection.execute("select distinct since from aliases").fetchall() == [("1.1",)]
    assert not is_stale(corpus, corpus.parent / "kb.db")


def test_chains_of_renamings_collapse(corpus, monkeypatch):
    _build(corpus)
    with monkeypatch.context() as context:
        _change_parser(context, _rename_clauses)
        _build(corpus)
    _change_parser(monkeypatch, lambda parsed, _: rename(parsed, lambda eid: eid.replace("cl_", "sec_")))
    aliases = _aliases(_build(corpus))
    assert aliases[f"{ID}__part_2__cl_2"] == aliases[f"{ID}__part_2__art_2"] == f"{ID}__part_2__sec_2"
    assert not set(aliases) & set(aliases.values())


def test_an_id_that_comes_to_mean_other_words_says_where_the_old_ones_are(corpus, monkeypatch):
    """Were a paragraph found before the others, para_1 would silently be another one."""
    _build(corpus)
    swapped = {"part_2__cl_1": "part_2__cl_2", "part_2__cl_2": "part_2__cl_1"}

    def swap(eid: str) -> str:
        return next((new + eid[len(old) :] for old, new in swapped.items() if eid == old or eid.startswith(f"{old}__")), eid)

    _change_parser(monkeypatch, lambda parsed, _: rename(parsed, swap))
    aliases = _aliases(_build(corpus))
    assert aliases[f"{ID}__part_2__cl_1"] == f"{ID}__part_2__cl_2"
    assert aliases[f"{ID}__part_2__cl_2"] == f"{ID}__part_2__cl_1"


def test_what_is_merged_into_a_larger_unit_leads_there(corpus, monkeypatch):
    _build(corpus)
    _change_parser(monkeypatch, lambda parsed, _: drop(parsed, "part_2__cl_2__para_1", into_parent=True))
    assert _aliases(_build(corpus))[f"{ID}__part_2__cl_2__para_1"] == f"{ID}__part_2__cl_2"


def _lose(parsed, text):
    """The second clause becomes noise."""
    start, end = text.index("（二）"), text.index("（三）")
    return drop(parsed, "part_2__cl_2", noise=Noise(start, end, "test", "测试"))


def test_another_name_for_a_marker_renames_and_every_old_id_has_its_words(corpus, monkeypatch):
    before = dict(_build(corpus).execute("select id, sha256 from provisions"))
    clause = markers.marker_classes()["clause"]
    _change_rules(monkeypatch, clause=replace(clause, eid="art"))
    connection = _build(corpus)
    after, aliases = dict(connection.execute("select id, sha256 from provisions")), _aliases(connection)
    assert f"{ID}__part_2__cl_3" not in after
    assert {id_: after[aliases.get(id_, id_)] for id_ in before} == before


def test_markers_no_longer_known_lose_no_address_of_the_real_corpus(tmp_path, monkeypatch):
    """Goals read as paragraphs: what was a unit of its own is a part of another one."""
    shutil.copytree(CORPUS, tmp_path / "corpus")
    shutil.rmtree(tmp_path / "corpus" / "labels")  # they name provisions that the changed rule does not give
    (tmp_path / "corpus" / "alignments.yml").unlink(missing_ok=True)
    connection = _build(tmp_path / "corpus")
    published = {id_ for id_, in connection.execute("select id from provisions")}
    _change_rules(monkeypatch, goal=None)
    connection = _build(tmp_path / "corpus")
    given = {id_ for id_, in connection.execute("select id from provisions")}
    aliases = _aliases(connection)
    assert any("goal" in id_ for id_ in published) and not any("goal" in id_ for id_ in given)
    assert [id_ for id_ in published if id_ not in given and aliases.get(id_) not in given] == []


def test_a_build_that_would_lose_an_address_fails_and_names_it(corpus, monkeypatch):
    _build(corpus)
    before, written = (corpus.parent / "kb.db").read_bytes(), _list(corpus).read_bytes()
    _change_parser(monkeypatch, _lose)
    with pytest.raises(SourceError) as refused:
        _build(corpus)
    message = str(refused.value)
    assert f"{ID}.tsv" in message and "part_2__cl_2 " in message and "becomes" in message and "\n" not in message
    assert (corpus.parent / "kb.db").read_bytes() == before and _list(corpus).read_bytes() == written


def _write_by_hand(corpus: Path, eid: str, becomes: str, reason: str = "") -> None:
    lines = _list(corpus).read_text(encoding="utf-8").splitlines()
    for place, line in enumerate(lines):
        columns = line.split("\t") + [""] * 11
        if columns[1] == eid:
            columns[7:10] = [becomes, "1.1", reason]
            lines[place] = "\t".join(columns[:11])
    _list(corpus).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_curator_retires_an_address_with_a_reason_or_says_what_it_is_now(corpus, monkeypatch):
    _build(corpus)
    _change_parser(monkeypatch, _lose)
    _write_by_hand(corpus, "part_2__cl_2", "retired", "网页导航误收为条款")
    _write_by_hand(corpus, "part_2__cl_2__para_1", "part_2__cl_3")
    connection = _build(corpus)
    retired = connection.execute("select reason, since, text from retired where id = ?", [f"{ID}__part_2__cl_2"]).fetchall()
    assert [(reason, since, text.strip()) for reason, since, text in retired] == [
        ("网页导航误收为条款", "1.1", "（二）师资队伍。加强培训师资队伍建设，建立师资库。")
    ]
    assert _aliases(connection)[f"{ID}__part_2__cl_2__para_1"] == f"{ID}__part_2__cl_3"


@pytest.mark.parametrize(
    "becomes, reason, said",
    [("retired", "", "without a reason"), ("part_9", "", "does not give"), ("part_2__cl_2", "", "becomes itself")],
)
def test_a_line_written_wrongly_is_refused_with_the_mend(corpus, monkeypatch, becomes, reason, said):
    _build(corpus)
    _write_by_hand(corpus, "part_2__cl_2", becomes, reason)
    with pytest.raises(SourceError, match=said):
        _build(corpus)


@pytest.mark.parametrize(
    "break_it, said",
    [
        (lambda corpus: (corpus / ID).rename(corpus / "ln-2022-other"), "folder is gone; put the folder back"),
        (lambda corpus: (corpus / ID / "v1.txt").rename(corpus / ID / "v2.txt"), "its file is gone; put v1 back"),
        (lambda corpus: _list(corpus).write_text("version\teid\n", encoding="utf-8"), "the columns are"),
        (lambda corpus: _list(corpus).write_bytes("版本".encode("gb18030")), "is not UTF-8"),
        (lambda corpus: _append(corpus, "x\tpart_1"), "version 'x' is no number"),
        (lambda corpus: _append(corpus, "<<<<<<< ours"), "is no number"),
    ],
)
def test_what_would_lose_addresses_is_refused_in_one_line(corpus, break_it, said):
    _build(corpus)
    break_it(corpus)
    with pytest.raises(SourceError) as refused:
        _build(corpus)
    assert said in str(refused.value) and "\n" not in str(refused.value)


def _append(corpus: Path, line: str) -> None:
    with _list(corpus).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


SECOND = TEXT.replace("（二）师资队伍。加强培训师资队伍建设，建立师资库。\n\n（三）", "（二）").replace("推动开放共享", "推动免费开放")


def test_a_changed_source_keeps_old_addresses_and_tells_changed_from_moved(corpus):
    _build(corpus)
    (corpus / ID / "v2.txt").write_text(SECOND, encoding="utf-8")
    connection = _build(corpus)
    changes = dict(connection.execute("select coalesce(old_eid, new_eid), change from successions where change != 'same'"))
    assert changes == {
        "part_2__cl_2": "removed", "part_2__cl_2__para_1": "removed", "part_2__cl_3": "moved", "part_2__cl_3__para_1": "changed",
    }  # fmt: skip
    past = dict(connection.execute("select id, text from past_provisions where kind = 'clause'"))
    assert past[f"{ID}@v1__part_2__cl_2"] == "（二）师资队伍。加强培训师资队伍建设，建立师资库。"
    assert _aliases(connection)[f"{ID}__part_2__cl_3"] == f"{ID}__part_2__cl_2"


def test_a_provision_that_a_new_version_drops_is_gone_with_its_last_words(corpus):
    _build(corpus)
    (corpus / ID / "v2.txt").write_text(TEXT[: TEXT.index("（三）")], encoding="utf-8")
    retired = _build(corpus).execute("select version_id, reason, text from retired where eid = 'part_2__cl_3'").fetchall()
    assert retired == [(f"{ID}@v1", "第2版中已没有这一条", "（三）实训基地。建设公共实训基地，推动开放共享。")]


def _all_lost(listed: Listed, **changed) -> Listed:
    return replace(listed, entries=tuple(replace(entry, eid=f"x_{entry.eid}", **changed) for entry in listed.entries))


@pytest.mark.parametrize("sha256, texts", [("same", None), ("other", None), ("other", {1: "other"})], ids=["words", "places", "openings"])
def test_a_list_that_lost_all_its_addresses_is_gone_through_once(sha256, texts):
    # With a look at each unit for each address this would take minutes.
    text = "辽宁省规划\n\n一、总则\n" + "\n".join(f"{i}.{chr(0x4E00 + i % 89)}{chr(0x5000 + i)}{chr(0x6000 + i * 7 % 4001)}。" for i in range(1, 4_000))
    parsed = parse_text(text)
    version = Version(1, parsed, list(provision_rows(ID, f"{ID}@v1", parsed)))
    listed = publish(ID, Listed((), {}), [version], "1.0").listed
    lost = _all_lost(listed, **({} if sha256 == "same" else {"sha256": sha256}))
    found = publish(ID, replace(lost, texts=texts or lost.texts), [version], "1.1")
    assert {row["old_id"]: row["new_id"] for row in found.aliases} == {
        f"{id_}x_{row['eid']}": f"{id_}{row['eid']}" for row in version.rows for id_ in (f"{ID}__", f"{ID}@v1__")
    }


def test_many_versions_in_which_all_is_lost_are_gone_through_once():
    versions = []
    for number in range(1, 200):
        parsed = parse_text("辽宁省规划\n\n一、总则\n" + "\n".join(f"{i}.内容{i}。" for i in range(1, 60)))
        versions.append(Version(number, parsed, list(provision_rows(ID, f"{ID}@v{number}", parsed))))
    listed = _all_lost(publish(ID, Listed((), {}), versions, "1.0").listed)
    found = publish(ID, listed, versions, "1.1")
    assert len(found.aliases) == 200 * len(versions[0].rows) and not found.retired
