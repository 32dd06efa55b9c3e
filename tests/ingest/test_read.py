"""Bytes become reading text: encodings, HTML, and what is refused."""

from __future__ import annotations

import pytest

from ingest.formats.html import visible_text
from ingest.read import read
from ingest.records import SourceError

SENTENCE = "一、总体要求\n坚持以人民为中心的发展思想，大规模开展职业技能培训，建设技能型社会。"


@pytest.mark.parametrize(
    "encoding, data",
    [
        ("utf-8", SENTENCE.encode()),
        ("utf-8 with a byte order mark", b"\xef\xbb\xbf" + SENTENCE.encode()),
        ("gb18030, undeclared", SENTENCE.encode("gb18030")),
        ("utf-16 with a byte order mark", SENTENCE.encode("utf-16")),
        ("line ends of Windows", SENTENCE.replace("\n", "\r\n").encode()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_encodings_give_the_same_text(tmp_path, encoding, data):
    path = tmp_path / "v1.txt"
    path.write_bytes(data)
    assert read(path).text == SENTENCE


def test_declared_encoding_of_a_page(tmp_path):
    path = tmp_path / "v1.html"
    path.write_bytes(f'<html><head><meta charset="gb2312"></head><body><p>{SENTENCE}</p></body></html>'.encode("gb18030"))
    assert read(path).text == SENTENCE.replace("\n", "")


def test_big5_is_told_where_little_but_marks_is_there(tmp_path):
    # The signs of Markdown leave charset-normalizer without an opinion.
    text = "# 技能訓練補助辦法\n\n> [!WARNING]\n\n**法規類別**：廢止法規\n\n##### 第 1 條\n本辦法依技能法第十一條規定訂定之。\n" * 3
    path = tmp_path / "v1.txt"
    path.write_bytes(text.encode("big5"))
    assert read(path).text == text


def test_text_that_is_called_a_page_keeps_its_lines(tmp_path):
    path = tmp_path / "v1.html"
    path.write_text(SENTENCE, encoding="utf-8")
    assert read(path).text == SENTENCE


def test_page_that_a_script_shows_is_shown(tmp_path):
    frame = "<div style='{}'><p>一、总体要求</p><p>" + "坚持以人民为中心的发展思想，大规模开展职业技能培训。" * 6 + "</p></div>"
    for shown in ("<body style='visibility: hidden'>" + frame.format(""), "<body>" + frame.format("display:none")):
        path = tmp_path / "v1.html"
        path.write_text(f"<html>{shown}</body></html>", encoding="utf-8")
        assert not read(path).layout.noise


def test_page_shows_its_visible_text_in_order():
    page = """<html><head><title>网站</title><style>p{}</style></head><body><!-- 注释 --><script>var a = 1</script>
      <div>导航</div><p>第一段<b>加粗</b>后
      续。</p><p>第二段<br>换行</p><table><tr><td>甲</td><td>乙</td></tr></table>结尾</body></html>"""
    assert visible_text(page).split() == ["导航", "第一段加粗后续。", "第二段", "换行", "甲", "乙", "结尾"]


@pytest.mark.parametrize(
    "name, data, says",
    [
        ("v1.txt", b"", "is empty"),
        ("v1.txt", b" \n\t ", "is empty"),
        ("v1.html", b"<html><body><script>1</script></body></html>", "shows no text"),
        ("v1.txt", bytes(range(256)) * 8, "decoded"),
        ("v1.txt", "文".encode() + b"\x00" * 400, "is not text"),
        ("v1.bin", b"abc", "cannot be read"),
    ],
    ids=["empty", "blank", "no visible text", "no encoding fits", "control characters", "unknown type"],
)
def test_refuses_in_one_line_that_names_file_and_mend(tmp_path, name, data, says):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SourceError) as refused:
        read(path)
    message = str(refused.value)
    assert says in message and str(path) in message and ";" in message and "\n" not in message
