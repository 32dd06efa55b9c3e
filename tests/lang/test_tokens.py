"""The same normal form and tokens on both sides of the search."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lang.numerals import read_integer
from lang.tokens import fold, fold_with_offsets, index_tokens, query_phrase


@pytest.mark.parametrize(
    "printed, value",
    [("一", 1), ("十", 10), ("十四", 14), ("二十一", 21), ("一百零二", 102), ("14", 14), ("１４", 14), ("⑭", 14),
     ("二○三五", 2035), ("二〇三五", 2035), ("甲", None), ("", None), ("9" * 40, None)],
)  # fmt: skip
def test_numeral(printed, value):
    assert read_integer(printed) == value


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("技能培训", ["技能", "能培", "培训", "训"]),
        ("岗", ["岗"]),
        ("互联网+APP", ["互联", "联网", "网", "app"]),
        ("150万人次", ["150", "万人", "人次", "次"]),
        ("職業", ["职业", "业"]),
        ("⼈才", ["人才", "才"]),  # a Kangxi radical that a PDF left for 人
        ("５Ｇ", ["5g"]),
        ("。|—", []),
    ],
)
def test_index_tokens(text, tokens):
    assert index_tokens(text) == tokens


@pytest.mark.parametrize(
    "term, tokens, prefix",
    [
        ("培训", ["培训"], False),
        ("岗", ["岗"], True),
        ("互联网APP", ["互联", "联网", "网", "app"], False),
        ("第5岗", ["第", "5", "岗"], True),
    ],
)
def test_query_phrase(term, tokens, prefix):
    assert query_phrase(term) == (tokens, prefix)


@given(st.text(alphabet="技能培训岗位人才App5G150万 、,。", min_size=1, max_size=30), st.data())
def test_every_han_stretch_of_a_text_is_found_as_a_phrase(text, data):
    """Any stretch that begins and ends inside Han runs is a phrase of consecutive tokens of the text."""
    start = data.draw(st.integers(0, len(text) - 1))
    stretch = text[start : data.draw(st.integers(start + 1, len(text)))]
    if any(c.isascii() and c.isalnum() for c in (stretch[0], stretch[-1])):
        return  # a number or Latin word is one token, found whole
    tokens, prefix = query_phrase(stretch)
    if not tokens:
        return
    indexed = index_tokens(text)
    size = len(tokens)
    windows = [indexed[i : i + size] for i in range(len(indexed) - size + 1)]
    assert any(w[:-1] == tokens[:-1] and (w[-1].startswith(tokens[-1]) if prefix else w[-1] == tokens[-1]) for w in windows)


@given(st.text(max_size=80))
def test_folded_characters_lead_back_to_the_printed_ones(text):
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text) and len(folded) == len(offsets) and list(offsets) == sorted(offsets)
