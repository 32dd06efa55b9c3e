"""A hostile file costs bounded time, gets one line, and the rest of the corpus is built."""

from __future__ import annotations

import io
import resource
import signal
import sqlite3
import time
import zipfile
from pathlib import Path

import pytest

from ingest import admit, guard
from ingest.account import account
from ingest.admit import parse_file
from ingest.build import build
from ingest.records import SourceError, UnfitError

GOOD = "辽宁省规划\n\n一、总体要求\n\n坚持以人民为中心。\n\n二、保障措施\n\n加强领导。\n"


def word_file(body: str, **more: bytes) -> bytes:
    """A .docx whose document.xml is ``body``."""
    made = io.BytesIO()
    kind = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{kind}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')  # fmt: skip
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{kind}/package/2006/relationships"><Relationship Id="r1" Type="{kind}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')  # fmt: skip
        archive.writestr("word/document.xml", body)
        for name, data in more.items():
            archive.writestr(name, data)
    return made.getvalue()


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ENTITIES = '<!DOCTYPE d [<!ENTITY a "甲甲甲甲甲甲甲甲甲甲">' + "".join(
    f'<!ENTITY a{i} "{(f"&a{i - 1};" if i else "&a;") * 10}">' for i in range(10)
)
FILES = {
    "zip-bomb.docx": word_file(f"<w:document {W}><w:body/></w:document>", bomb=b"\0" * (600 << 20)),
    "entities.docx": word_file(f"{ENTITIES}]><w:document {W}><w:body><w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"),
    "deep.html": ("<div>" * 20_000 + "一、文" + "</div>" * 20_000).encode(),
    "entities.html": f"{ENTITIES}]><p>&a9;</p>".encode(),
    "frames.html": ("<table><tr><td>" * 3_000 + "一、文。").encode(),
}


@pytest.mark.parametrize("name", FILES)
def test_hostile_file_is_read_or_refused_in_one_line_within_seconds(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FILES[name])
    began = time.process_time()
    try:
        assert account(parse_file(path)) == []
    except SourceError as error:
        assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
    assert time.process_time() - began < 20


@pytest.fixture
def impatient(monkeypatch):
    """Files are given a fifth of a second."""
    bounded = guard.bounded
    monkeypatch.setattr(admit, "bounded", lambda path: bounded(path, 0.2))


def test_what_takes_too_long_is_put_aside_and_the_rest_is_built(tmp_path, impatient):
    for name, text in (("ln-2022-good", GOOD), ("ln-2022-many", "\n".join(f"{i}.内容" for i in range(1, 20_000)))):
        folder = tmp_path / "corpus" / name
        folder.mkdir(parents=True)
        (folder / "v1.txt").write_text(text, "utf-8")
        (folder / "document.yml").write_text("", "utf-8")
    build(tmp_path / "corpus", tmp_path / "kb.db")
    db = sqlite3.connect(tmp_path / "kb.db")
    assert db.execute("select id from documents").fetchall() == [("ln-2022-good",)]
    [(reason,)] = db.execute("select reason from quarantine").fetchall()
    assert reason.startswith("takes longer than 0.2 seconds")


def test_a_regular_expression_that_runs_away_is_stopped(tmp_path, impatient):
    path = tmp_path / "a.txt"
    path.write_text("关于" * 100_000 + "的通知", "utf-8")
    with pytest.raises(UnfitError, match="takes longer"):
        parse_file(path)


def test_limits_are_taken_off_again(tmp_path):
    before = (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM))
    path = tmp_path / "a.txt"
    path.write_text(GOOD, "utf-8")
    parse_file(path)
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGVTALRM)) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_memory_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(guard, "MEMORY", 64 << 20)
    with pytest.raises(UnfitError, match="too much memory"), guard.bounded(Path("a.txt")):
        bytearray(1 << 30)


def test_a_text_that_no_document_is_so_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(admit, "LONGEST_TEXT", 20)
    path = tmp_path / "a.txt"
    path.write_text(GOOD, "utf-8")
    with pytest.raises(UnfitError, match="characters, no document has"):
        parse_file(path)


def test_names_inside_an_archive_write_nothing(tmp_path):
    path = tmp_path / "a.docx"
    path.write_bytes(word_file(f"<w:document {W}><w:body><w:p><w:r><w:t>一、文。</w:t></w:r></w:p></w:body></w:document>", **{"../../evil.txt": b"x"}))
    try:
        parse_file(path)
    except SourceError:
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["a.docx"] and not (tmp_path.parent / "evil.txt").exists()
