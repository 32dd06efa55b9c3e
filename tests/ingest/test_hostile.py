"""A hostile file costs bounded time, gets one line, and the rest of the corpus is built."""

from __future__ import annotations

import io
import os
import resource
import signal
import sqlite3
import time
import zipfile
import zlib
from pathlib import Path

import pytest

from ingest import admit, contents, guard
from ingest.account import account
from ingest.admit import parse_file
from ingest.build import build
from ingest.corpus import load_corpus
from ingest.formats import pdf, unpack, word
from ingest.name import walk
from ingest.quantify import quantify
from ingest.read import read
from ingest.records import SourceError, UnfitError
from ingest.unwrap import unwrap
from tests.conftest import parse_text

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
    "deeper.html": ("<b>一、文。" * 20_000).encode(),
    "attributes.html": ("<p " + " ".join(f"a{i}=1" for i in range(100_000)) + ">一、文。</p>").encode(),
    "spans.html": ("<table>" + "<tr><td colspan=100000 rowspan=100000>甲</td><td>乙</td></tr>" * 2_000 + "</table><p>一、文。").encode(),
    "tall.html": ("<table><tr>" + f"<td rowspan=9999>{'甲' * 2_000}</td>" * 100 + "</tr>" + "<tr><td>乙</td></tr>" * 9_000 + "</table>").encode(),
    "long-title.html": ("<title>甲" + " " * 200_000 + "乙</title><p>一、文。</p>").encode(),
    "wide.md": ("|甲" * 10_000 + "|\n" + "|-" * 10_000 + "|\n" + "|1" * 10_000 + "|").encode(),
    "blanks.html": ("<p>甲" + "\n" * 200_000 + "a</p>").encode(),
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


def _numbered(pattern: str, count: int) -> str:
    return "\n".join(pattern.format(i % 99 + 1) for i in range(count))


# Each would run into minutes if the time grew with the square of the length. The name, the text, its units of a kind.
LONG = {
    "items": (_numbered("{}.内容。", 10_000), "item", 10_000),
    "annexes": (_numbered("附件{}\n名单", 5_000), "annex", 5_000),
    "the same part again and again": ("一、总则\n" * 10_000, "part", 10_000),
    "boxes whose numbers fit outside too": ("（一）甲。\n专栏1  行动\n一、内容。\n二、内容。\n" * 2_000, "box", 2_000),
    "notes under signs": ("①内容\n" * 10_000, "item", 10_000),
    "lists that nest without end": ("1.甲：\n（1）乙：\n" * 5_000, "item", 10_000),
    "articles without text, lists in them": ("第一条\n" + "（一）甲；\n" * 10_000, "item", 10_000),
    "a table with one row for each line": ("专栏1 主要指标\n指标\n目标\n" + "甲\n5人\n" * 5_000, "row", 5_000),
    "signs in one line": ("坚持以人民为中心，推动发展，" * 15_000, "paragraph", 1),
    "brackets that never close": ("（《【“" * 50_000, "paragraph", 1),
    "heads of tables without rows": ("序号\n1\n2\n" * 5_000, "paragraph", 15_000),
    "notes between the elements of an article's list": ("第一条 总则。\n" + "注：甲\n" * 10_000 + "1.乙。\n注：甲\n" * 10_000, "item", 10_000),
    "signs that may open a label": ("[" * 50_000, "paragraph", 1),
    "blanks that may open a label": ("附" + " " * 50_000 + "件", "paragraph", 1),
    "dates of which none is a law's": ("1990年1月1日" * 40_000, "paragraph", 1),
    "buttons, and a word that is none": ("打印 " * 40 + "甲", "paragraph", 1),
    "blanks that may lead to a page's number": (f"甲{' ' * 299}乙\n" * 2_000, "paragraph", 2_000),
    "comments that nothing closes": ("<a><!--" * 100_000, "paragraph", 1),
    "contents that name one line": ("目录\n" + "".join(f"第{i}条 甲……{i}\n" for i in range(1, 5_000)) * 2, "article", 4_999),
}


@pytest.mark.parametrize("name", LONG)
def test_long_runs_of_one_thing_are_parsed(name):
    text, kind, count = LONG[name]
    parsed = parse_text(text)
    assert account(parsed) == []
    assert sum(unit.kind == kind for unit, _, _ in walk(parsed.units)) == count


def test_titles_of_contents_by_the_hundred_ask_each_line_once(monkeypatch):
    asked = 0

    def count(line):
        nonlocal asked
        asked += 1
        return False

    monkeypatch.setattr(contents, "_is_marked", count)
    rows = "".join(f"{i}\n目录\n" for i in range(300))
    assert account(parse_text(f"一、总则\n{rows}")) == []
    assert 0 < asked <= 601


def test_a_page_is_refused_where_the_parser_stops_in_its_midst(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(f"<p>一、总体要求。</p>{'<div>' * 3_000}<p>二、保障措施。</p>", "utf-8")
    with pytest.raises(UnfitError, match="nested too deeply"):
        parse_file(path)


def test_a_word_file_is_refused_where_readers_would_differ(tmp_path):
    path = tmp_path / "a.docx"
    shown = f"<w:document {W}><w:body><w:p><w:r><w:t>一、文{{}}。</w:t></w:r></w:p></w:body></w:document>"
    path.write_bytes(word_file(f"<!DOCTYPE d [<!ENTITY x '甲'>]>{shown.format('&x;')}"))
    with pytest.raises(SourceError, match=r"is no whole Word file \(DTD\)"):
        parse_file(path)
    with pytest.warns(UserWarning, match="Duplicate name"):
        path.write_bytes(word_file(shown.format("甲"), **{"word/document.xml": shown.format("乙").encode()}))
    with pytest.raises(SourceError, match="a part stands in it twice"):
        parse_file(path)


def test_a_pdf_whose_page_has_no_size_is_refused(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 (a) 9]>>endobj\ntrailer\n<</Root 1 0 R>>\n%%EOF"
    )
    with pytest.raises(SourceError, match=r"is no whole PDF \(MalformedPDFException\)"):
        read(path)


def write_pdf_page(path, shown, packed=b""):
    path.write_bytes(
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R"
        b"/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        b"4 0 obj<</Length %d%b>>stream\n%b\nendstream endobj\ntrailer\n<</Root 1 0 R>>\n%%%%EOF" % (len(shown), packed, shown)
    )


def test_a_glyph_far_beside_the_page_of_a_pdf_costs_nothing(tmp_path):
    path = tmp_path / "a.pdf"
    write_pdf_page(path, b"BT /F 9 Tf 50 700 Td " + b"0 -12 Td (1. General rules of the plan) Tj " * 40 + b"999999999999 0 Td (x) Tj ET")
    assert read(path).text.count("plan") == 40


def test_a_page_of_a_pdf_that_is_drawn_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(pdf, "LARGEST_PAGE", 1 << 20)
    path = tmp_path / "a.pdf"
    write_pdf_page(path, b"BT /F 9 Tf 50 700 Td (1. General rules of the plan) Tj ET " * 20_000)
    with pytest.raises(UnfitError, match="page 1 is drawn by more than 1 MB; save it as text"):
        read(path)


def test_a_paragraph_of_thousands_of_broken_lines_is_put_together():
    line = "坚持以人民为中心的发展思想推动高质量发展促进就业创业培训技能人才队伍"
    assert unwrap(f"{line}\n" * 10_000)[0].split("\n") == [line * 10_000, ""]


def test_figures_of_a_sentence_without_end_are_read_once_each():
    parsed = parse_text("到2025年" + "新增就业5万人，" * 5_000)
    found = quantify(parsed.reading.text, parsed.units)
    assert len(found) == 5_000 and {one.year for one in found} == {"2025"} and {one.value for one in found} == {50_000.0}


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
    path.write_text("关于" * 400_000 + "的通知", "utf-8")
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


def test_streams_that_unpack_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "LARGEST_UNPACKED", 1 << 20)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\n5 0 obj\n<</Filter/FlateDecode>>\nstream\n" + zlib.compress(b" " * (2 << 20)) + b"\nendstream")
    with pytest.raises(UnfitError, match="unpacks to more than 1 MB"):
        read(path)


def _deflate(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


@pytest.mark.parametrize("times", [2, 3, 5])
def test_streams_that_are_packed_again_are_counted_as_they_unpack(tmp_path, monkeypatch, times):
    monkeypatch.setattr(unpack, "LARGEST_UNPACKED", 1 << 20)
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\nstream\nplain\nendstream\nstream\n" + _deflate(b" " * (2 << 20), times) + b"\nendstream")
    with pytest.raises(UnfitError, match="unpacks to more than 1 MB"):
        read(path)


def test_a_stream_that_is_packed_without_end_is_refused(tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\nstream\n" + _deflate(b"a", 12) + b"\nendstream")
    with pytest.raises(UnfitError, match="packed more than 8 times"):
        read(path)


def test_a_pdf_whose_streams_are_packed_twice_is_read(tmp_path):
    path = tmp_path / "a.pdf"
    write_pdf_page(path, _deflate(b"BT /F 9 Tf 50 700 Td " + b"0 -12 Td (1. General rules of the plan) Tj " * 40 + b"ET", 2), b"/Filter[/FlateDecode/FlateDecode]")
    assert read(path).text.count("plan") == 40


@pytest.mark.parametrize("name, text", [("a.html", "<b>" * 99), ("a.md", "# 甲\n\n<div>" + "<b>" * 99), ("a.txt", "</p>" * 5 + "\n" * 99)])
def test_a_page_of_more_tags_than_any_has_is_refused_before_it_is_parsed(tmp_path, monkeypatch, name, text):
    monkeypatch.setattr("ingest.read.MOST_TAGS", 98)
    path = tmp_path / name
    path.write_text(f"{text}一、文。", "utf-8")
    with pytest.raises(UnfitError, match="has more than 98 tags; save it as text"):
        read(path)


def test_parts_that_together_unpack_without_end_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(word, "LARGEST_WHOLE", 1 << 20)
    path = tmp_path / "a.docx"
    path.write_bytes(word_file(f"<w:document {W}><w:body/></w:document>", **{f"part{i}": b"\0" * (200 << 10) for i in range(6)}))
    with pytest.raises(UnfitError, match="in 9 parts; it is no document"):
        read(path)


@pytest.mark.parametrize("place", ["v1.txt", "document.yml"])
@pytest.mark.parametrize("make", ["pipe", "device", "link"])
def test_what_is_no_file_of_the_corpus_gets_one_line(tmp_path, place, make):
    folder = tmp_path / "corpus" / "ln-2022-a"
    folder.mkdir(parents=True)
    (folder / "v1.txt").write_text(GOOD, "utf-8")
    (folder / "document.yml").write_text("", "utf-8")
    (tmp_path / "secret.txt").write_text(GOOD, "utf-8")
    (folder / place).unlink()
    if make == "pipe":
        os.mkfifo(folder / place)
    else:
        (folder / place).symlink_to("/dev/zero" if make == "device" else tmp_path / "secret.txt")
    with pytest.raises(SourceError, match="is a link out of the corpus|is no plain file"):
        load_corpus(tmp_path / "corpus")


def test_a_pipe_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(SourceError, match="is no plain file"):
        read(tmp_path / "a.txt")


@pytest.mark.parametrize("name", [b"\xe7\x94\xb2\n.txt", b"\xff.txt", "甲\u202etxt.exe.txt".encode(), b"ln-2022-a\x1b[2J"])
def test_a_name_that_cannot_be_printed_is_told_in_one_line(tmp_path, name):
    place = os.fsencode(tmp_path) + b"/" + name
    if name.endswith(b".txt"):
        with open(place, "w") as file:
            file.write(GOOD)
    else:
        os.mkdir(place)
    with pytest.raises(SourceError, match="has signs in its name that can't be printed") as caught:
        load_corpus(tmp_path)
    assert str(caught.value).isprintable()


def test_a_link_to_itself_gets_one_line(tmp_path):
    folder = tmp_path / "ln-2022-a"
    folder.mkdir()
    (folder / "v1.txt").symlink_to(folder / "v1.txt")
    with pytest.raises(SourceError, match="is no plain file"):
        load_corpus(tmp_path)


@pytest.mark.parametrize(
    "text, reason",
    [
        ("title:\n- &a [甲]\n" + "".join(f"- &{b} [{f'*{a},' * 9}]\n" for a, b in zip("abcdefghij", "bcdefghijk")), "names a value by"),
        ("title: " + "甲" * 400_000, "is larger than 1 MB"),
        ("title: \0", "control characters are not allowed"),
    ],
)
def test_a_hostile_document_file_gets_one_line(tmp_path, text, reason):
    folder = tmp_path / "ln-2022-a"
    folder.mkdir()
    (folder / "v1.txt").write_text(GOOD, "utf-8")
    (folder / "document.yml").write_text(text, "utf-8")
    with pytest.raises(SourceError, match=reason) as caught:
        load_corpus(tmp_path)
    assert "\n" not in str(caught.value)
