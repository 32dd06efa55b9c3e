"""Sentences: nothing lost, and cut where a reader would cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from align.sentences import split_sentences

SIGNS = "。；;！？!?，,、：:（）()“”‘’《》〔〕[]【】\n 　一二十是第1239.．①甲乙丙a0㎡🙂"


def pieces(text: str, breaks=None) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, breaks)]


@given(st.text(st.sampled_from(SIGNS), max_size=60) | st.text(max_size=40), st.lists(st.integers(-5, 70), max_size=5) | st.none())
def test_pieces_put_together_are_the_text(text, breaks):
    assert "".join(pieces(text, breaks)) == text
    assert all(pieces(text, breaks))


@given(st.text(st.sampled_from(SIGNS), min_size=1, max_size=60))
def test_every_piece_says_something(text):
    found = pieces(text)
    assert len(found) == 1 or all(any(map(str.isalnum, piece)) for piece in found)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("甲。乙！丙？丁", ["甲。", "乙！", "丙？", "丁"]),
        ("甲；乙;丙。", ["甲；", "乙;", "丙。"]),
        ("甲乙丙", ["甲乙丙"]),
        # Quotation marks and brackets hold together what they hold.
        ("做到“甲。乙。”丙。", ["做到“甲。乙。”", "丙。"]),
        ("按“甲；乙”的要求办。丙。", ["按“甲；乙”的要求办。", "丙。"]),
        ("甲。(省人社厅负责。下同)", ["甲。", "(省人社厅负责。下同)"]),
        ("落实《意见》(冀办发[2018]58号;另发),支持丙。丁。", ["落实《意见》(冀办发[2018]58号;另发),支持丙。", "丁。"]),
        # What was never closed holds nothing together.
        ("他说“甲。乙。丙", ["他说“甲。", "乙。", "丙"]),
        ("甲)。乙。", ["甲)。", "乙。"]),
        ("“甲。”乙。", ["“甲。”", "乙。"]),
        # Items within a line.
        ("要求：（一）甲；（二）乙。", ["要求：", "（一）甲；", "（二）乙。"]),
        ("做好：1.甲。2.乙2.5万。", ["做好：", "1.甲。", "2.乙2.5万。"]),
        ("一是甲，二是乙。", ["一是甲，", "二是乙。"]),
        ("按照第（一）项办理。", ["按照第（一）项办理。"]),
        ("满足（1）（2）项。", ["满足（1）（2）项。"]),
        # White space goes with the sentence before it, at the beginning with the first.
        ("  甲。\n\n 乙。 ", ["  甲。\n\n ", "乙。 "]),
        ("甲\n乙。", ["甲\n", "乙。"]),
        ("甲。。。乙", ["甲。。。", "乙"]),
        ("甲。——……", ["甲。——……"]),
        ("。。。", ["。。。"]),
        ("", []),
        ("  ", ["  "]),
    ],
)
def test_cuts_where_a_reader_would(text, cut):
    assert pieces(text) == cut


def test_known_blocks_keep_broken_lines_together():
    text = "（一）标题\n正文的一\n句。下一句。"
    assert pieces(text, [0, 6]) == ["（一）标题\n", "正文的一\n句。", "下一句。"]
