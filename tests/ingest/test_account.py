"""Nothing lost: every visible character of any text is in one provision, fact or noise."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.account import account
from ingest.name import walk
from ingest.quote import text_of
from ingest.rules import head_patterns, noise_rules
from tests.conftest import DOCUMENT_IDS, parse_text

# The keywords of the grammar, so that chance makes documents rather than rubbish.
PIECES = [
    "一、", "二、", "三、", "十二、", "第一章 ", "第二节 ", "第三条 ", "(一)", "（二）", "(三)", "1.", "2.", "（1）", "①", "——",
    "专栏1 ", "专栏2  ", "专栏", "注:", "附件1", "附件:", "• ", "|", "指标", "150万", "≥8", "〔5〕", "预期性", "其中:",
    "总体要求", "健全培训体系。", "各地要落实责任,", "做好工作;", "辽宁省人力资源和社会保障厅", "关于印发规划的通知", "2022年6月10日",
    "辽人社发〔2022〕20号", "各市人民政府:", "当前位置:", "首页", "浏览次数:", "点击查看:解读", '<p id="x"></p>', "365bet亚洲投注_bet体育",
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


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_losing_a_line_is_noticed(document_id, corpus_parses):
    """The proof can fail: take one unit out and it says what is lost."""
    from dataclasses import replace

    parsed = corpus_parses[document_id]
    assert account(replace(parsed, units=parsed.units[1:]))[0].endswith("belongs to nothing")


@pytest.mark.parametrize("rule", noise_rules(), ids=lambda rule: rule.id)
def test_noise_rule_fires_in_the_corpus(rule, corpus_parses):
    assert any(n.rule == rule.id for parsed in corpus_parses.values() for n in parsed.noise)


@pytest.mark.parametrize("pattern", head_patterns(), ids=lambda pattern: pattern.field)
def test_head_pattern_explains_its_example(pattern):
    assert pattern.regex.fullmatch(pattern.example)


def _visible(text: str) -> str:
    return re.sub(r"\s", "", text)


def _in_inner_box(unit, outer) -> bool:
    return any(
        box is not outer and box.kind == "box" and box.start <= unit.start < box.end for box, _, _ in walk((outer,))
    )
