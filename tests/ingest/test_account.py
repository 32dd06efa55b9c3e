"""Nothing lost: every visible character of any text is in one provision, fact or noise."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.account import account
from ingest.formats.html import read_html
from ingest.formats.markdown import read_markdown
from ingest.name import walk
from ingest.parse import parse
from ingest.quote import text_of
from ingest.read import read
from ingest.records import Reading
from ingest.rules import head_patterns, noise_rules
from ingest.unwrap import unwrap
from tests.conftest import DOCUMENT_IDS, parse_text
from tests.quality.structure import FIXTURES

# The keywords of the grammar, so that chance makes documents rather than rubbish.
PIECES = [
    "一、", "二、", "三、", "十二、", "第一章 ", "第二节 ", "第三条 ", "(一)", "（二）", "(三)", "1.", "2.", "（1）", "①", "——",
    "专栏1 ", "专栏2  ", "专栏", "注:", "附件1", "附件:", "• ", "|", "指标", "150万", "≥8", "〔5〕", "预期性", "其中:",
    "总体要求", "健全培训体系。", "各地要落实责任,", "做好工作;", "辽宁省人力资源和社会保障厅", "关于印发规划的通知", "2022年6月10日",
    "辽人社发〔2022〕20号", "各市人民政府:", "当前位置:", "首页", "浏览次数:", "点击查看:解读", '<p id="x"></p>', "365bet亚洲投注_bet体育",
    "第4-1條 ", "第一部分 ", "㈡", "⒊", "⑵", "1.1 ", "1.2 ", "2.1 ", "20.2026年", "1）", "表1 ", "附表2 ", "附件：1.", "注：", "序号", "合计", "1\n",
    "索引号：", "发文机关：", "目录", "……3", "— 3 —", "扫一扫在手机打开当前页", "HYPERLINK \"http://a\" ", "【澳门葡京娱乐城app下载】", "||||", "下列条件：",
    "(此件公开发布)", "转发:", "2022-09-16", "09时15分", "“十四五”规划", "?", "\u00a0", "\u3000\u3000", " ", "\n", "\n\n", "\n\n\n",
]  # fmt: skip
keyword_soup = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
any_text = st.text(max_size=300)


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_corpus_is_accounted_for(document_id, corpus_parses):
    assert account(corpus_parses[document_id]) == []


@settings(max_examples=300, deadline=None)
@given(keyword_soup)
@example("专栏1 \n当前位置:\n专栏")  # noise between a box's label and its title
def test_soup_of_keywords_is_accounted_for(text):
    assert account(parse_text(text)) == []


@settings(max_examples=150, deadline=None)
@given(any_text)
def test_any_text_is_accounted_for(text):
    assert account(parse_text(text)) == []


@settings(max_examples=150, deadline=None)
@given(keyword_soup)
def test_texts_of_units_are_verbatim(text):
    """A unit's text is its own characters and its children's, boxes aside, with nothing added or left out."""
    parsed = parse_text(text)
    noise = tuple((n.start, n.end) for n in parsed.noise)
    removed = {i for start, end in noise for i in range(start, end)}
    for unit, _, _ in walk(parsed.units):
        inside = [(u.start, u.own_end) for u, _, _ in walk((unit,)) if not _in_inner_box(u, unit)]
        wanted = "".join(text[i] for start, end in sorted(inside) for i in range(start, end) if i not in removed)
        assert _visible(text_of(text, unit, noise)) == _visible(wanted)


TAGS = ["<p>", "</p>", "<div>", "</div>", "<br>", "<table>", "</table>", "<tr>", "<td>", "<td rowspan=2>", "<td colspan=3>", "<th>",
        "</td>", "<a href=x>", "</a>", "<span style='display:none'>", "</span>", "<ruby>", "<rt>", "</ruby>", "<nav>", "<b>", "<!--", "-->"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES + TAGS * 3), max_size=80).map("".join))
def test_soup_of_tags_is_accounted_for(markup):
    text, layout = read_html(markup)
    assert account(parse(Reading(text, "text/html", "utf-8", "", layout))) == []


@pytest.mark.parametrize(
    "markup",
    [
        "表1 ><p>单<table><td><td>><p>（一）<tr><td>",  # the text goes on with （一）, within a cell
        "专栏3表<table><p>甲<td><td><tr><td>乙</table>",  # the caption is left over; the table is not read a second time from it
    ],
)
def test_a_cell_is_in_one_table_though_a_box_ends_within_it(markup):
    text, layout = read_html(markup)
    assert account(parse(Reading(text, "text/html", "utf-8", "", layout))) == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*PIECES, "# ", "## ", "* ", "- ", "1. ", "| a | b |\n", "|---|---|\n", "> ", "---\n"]), max_size=60).map("".join))
def test_soup_of_markdown_is_accounted_for(source):
    text, layout = read_markdown(source)
    assert account(parse(Reading(text, "text/markdown", "utf-8", "", layout))) == []


@settings(max_examples=150, deadline=None)
@given(keyword_soup)
def test_joining_lines_changes_only_white_space(text):
    joined, doubts, noise = unwrap(text)
    assert sorted(_visible(joined)) == sorted(_visible(text))
    assert all(0 <= one.start <= one.end <= len(joined) for one in (*doubts, *noise))


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_losing_a_line_is_noticed(document_id, corpus_parses):
    """The proof can fail: take one unit out and it says what is lost."""
    from dataclasses import replace

    parsed = corpus_parses[document_id]
    assert account(replace(parsed, units=parsed.units[1:]))[0].endswith("belongs to nothing")


@pytest.fixture(scope="module")
def rules_that_fire(corpus_parses):
    fixtures = [parse(read(path)) for path in FIXTURES.iterdir() if path.suffix in (".txt", ".html", ".md", ".docx", ".pdf")
                and path.stem not in ("encrypted", "scan", "answer-of-an-interface")]  # fmt: skip
    return {n.rule for parsed in (*corpus_parses.values(), *fixtures) for n in parsed.noise}


@pytest.mark.parametrize("rule", noise_rules(), ids=lambda rule: rule.id)
def test_noise_rule_fires_in_the_corpus_or_a_fixture(rule, rules_that_fire):
    assert rule.id in rules_that_fire


@pytest.mark.parametrize("rule", [r for r in noise_rules() if r.regex is not None], ids=lambda rule: rule.id)
def test_noise_rule_explains_its_example(rule):
    assert rule.regex.search(rule.example) if rule.scope == "inline" else rule.regex.fullmatch(rule.example)


@pytest.mark.parametrize("pattern", head_patterns(), ids=lambda pattern: pattern.field)
def test_head_pattern_explains_its_example(pattern):
    assert pattern.regex.fullmatch(pattern.example)


def _visible(text: str) -> str:
    return re.sub(r"\s", "", text)


def _in_inner_box(unit, outer) -> bool:
    return any(
        box is not outer and box.kind == "box" and box.start <= unit.start < box.end for box, _, _ in walk((outer,))
    )
