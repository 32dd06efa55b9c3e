"""The same document in another dress gives the same provisions."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import docx
import pytest

from ingest.name import walk
from ingest.parse import parse
from ingest.quote import text_of
from ingest.read import read

LINES = [
    "示例省人力资源和社会保障厅关于印发示例省技能提升行动方案的通知",
    "示人社发〔2021〕15号",
    "各市人力资源和社会保障局：",
    "现将《示例省技能提升行动方案》印发给你们，请认真贯彻执行。",
    "示例省人力资源和社会保障厅",
    "2021年4月6日",
    "示例省技能提升行动方案",
    "为大规模开展职业技能培训，提升劳动者素质，结合本省实际，制定本方案。",
    "一、总体要求",
    "（一）指导思想。坚持以人民为中心的发展思想，健全终身职业技能培训制度。",
    "（二）主要目标",
    "到2025年，开展补贴性培训100万人次以上，新增高技能人才10万人以上。",
    "——培训规模稳步扩大。每年培训不少于20万人次。",
    "——培训质量明显提高。就业率达到80%以上。",
    "二、重点任务",
    "（三）支持企业培训",
    "1.推行新型学徒制。企业与院校联合培养学徒，按规定给予补贴。（省人力资源社会保障厅、省财政厅负责）",
    "2.建设实训基地。每个市至少建设一所公共实训基地。",
    "专栏1  公共实训基地建设工程",
    "1.省级基地。建设省级基地5个。",
    "2.市级基地。建设市级基地20个。",
    "（四）完善评价制度。推行职业技能等级认定，畅通技能人才发展通道。",
    "三、保障措施",
    "各级要加强组织领导，落实培训经费，确保各项任务落到实处。",
]
SPAM = ["澳门葡京娱乐城_棋牌平台app_真人注册", "365bet体育投注_bet手机版_亚洲平台官网", "扫一扫在手机打开当前页", "— 12 —"]


def _as_text(folder: Path) -> Path:
    path = folder / "v1.txt"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return path


def _as_gb18030(folder: Path) -> Path:
    path = folder / "v1.txt"
    path.write_bytes("\r\n".join(LINES).encode("gb18030"))
    return path


def _as_spaced_text(folder: Path) -> Path:
    path = folder / "v1.txt"
    path.write_text("\n\n".join(f"\u3000\u3000{line}\u00a0" for line in LINES), encoding="utf-8")
    return path


def _as_page(folder: Path) -> Path:
    body = "".join(f"<p style='text-indent:2em'><span>{escape(line)}</span></p>\n" for line in LINES)
    path = folder / "v1.html"
    path.write_bytes(
        f"""<html><head><meta charset="gb2312"><title>{LINES[0]}_示例省政府网</title><script>x="一、"</script></head><body>
        <div><ul><li><a href="/">首页</a></li><li><a href="/b">政务公开</a></li><li><a href="/c">互动交流</a></li></ul></div>
        <div>当前位置：<a href="/">首页</a> &gt; <a href="/b">政策文件</a></div>
        <div><table><tr><td>索 引 号：</td><td>000/2021-1</td><td>发文日期：</td><td>2021-04-06</td></tr></table>
        <div><!-- 正文 -->{body}<p style="display:none">bet365亚洲投注</p></div></div>
        <div><a href="#">打印</a> <a href="#">关闭</a> 分享到：<a href="#">微信</a></div>
        <div><a href="/1">省教育厅</a><a href="/2">省财政厅</a></div>
        <div>版权所有：示例省人力资源和社会保障厅 示ICP备05000001号</div></body></html>""".encode("gb18030")
    )
    return path


def _as_word(folder: Path) -> Path:
    document = docx.Document()
    for line in LINES:
        document.add_paragraph(line)
    path = folder / "v1.docx"
    document.save(path)
    return path


def _as_markdown(folder: Path) -> Path:
    path = folder / "v1.md"
    path.write_text(f"---\ntitle: {LINES[0]}\n---\n\n" + "\n\n".join(line.replace("1.", "1\\.").replace("2.", "2\\.") if line[0] in "12" else line for line in LINES), encoding="utf-8")
    return path


def _with_spam(folder: Path) -> Path:
    lines = [line for i, line in enumerate(LINES) for line in (SPAM[i % len(SPAM)], line)] + [SPAM[0]]
    path = folder / "v1.txt"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _hard_wrapped(folder: Path) -> Path:
    wrapped = [line[i : i + 26] for line in LINES for i in range(0, len(line), 26)]
    path = folder / "v1.txt"
    path.write_text("\n".join(wrapped), encoding="utf-8")
    return path


def _provisions(path: Path) -> list[tuple]:
    parsed = parse(read(path))
    noise = tuple((n.start, n.end) for n in parsed.noise)
    return [
        # HTML knows no double blank: white space is one blank here.
        (unit.eid, unit.kind, unit.number, unit.heading, re.sub(r"[^\S\n]+", " ", text_of(parsed.reading.text, unit, noise)))
        for unit, _, _ in walk(parsed.units)
    ]


def _make(folder: Path, dress) -> Path:
    folder.mkdir()
    return dress(folder)


@pytest.mark.parametrize(
    "dress", [_as_gb18030, _as_spaced_text, _as_page, _as_word, _as_markdown, _with_spam], ids=lambda f: f.__name__.strip("_")
)
def test_another_dress_gives_the_same_provisions(tmp_path, dress):
    assert _provisions(_make(tmp_path / "b", dress)) == _provisions(_make(tmp_path / "a", _as_text))


def test_hard_wrapped_text_gives_the_same_structure(tmp_path):
    """A paragraph may end where the width does: there the text alone can't tell, so words and markers are compared."""
    plain = _provisions(_make(tmp_path / "a", _as_text))
    wrapped = _provisions(_make(tmp_path / "b", _hard_wrapped))
    assert [(e, n) for e, _, n, _, _ in wrapped if n] == [(e, n) for e, _, n, _, _ in plain if n]


def test_the_document_in_question_is_read_as_a_reader_does(tmp_path):
    numbers = [number for _, _, number, _, _ in _provisions(_make(tmp_path / "a", _as_text)) if number]
    assert numbers == ["一、", "（一）", "（二）", "——", "——", "二、", "（三）", "1.", "2.", "专栏1", "1.", "2.", "（四）", "三、"]
