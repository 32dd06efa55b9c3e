"""Words: marked by who shares them, within their row."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.marking import mark_row
from lang.words import cutter

CUTS = cutter(("新型学徒制",))


def read(cells: list[list[str]], column: int, skipped=None) -> str:
    """A cell's first sentence: what only it has in [ ], what some have in < >, what is not judged in { }."""
    signs = {"all": "{}", "some": "<{}>", "one": "[{}]", None: "{{{}}}"}
    pieces = mark_row(cells, CUTS, skipped)[column][0]
    return "".join(signs[piece.share].format(cells[column][0][piece.start : piece.end]) for piece in pieces)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(st.text(st.sampled_from("学徒培训企业的和、。 \n150万㎡ﬁİ"), max_size=20) | st.text(max_size=12), max_size=2), min_size=2, max_size=6)
)
def test_pieces_put_together_are_the_sentence(cells):
    for cell, marked in zip(cells, mark_row(cells, CUTS)):
        assert ["".join(sentence[piece.start : piece.end] for piece in pieces) for sentence, pieces in zip(cell, marked)] == cell


@pytest.mark.parametrize(
    ("cells", "marked"),
    [
        ([["开展培训"], ["开展培训"]], "开展培训"),
        ([["开展培训"], ["开展竞赛"]], "开展[培训]"),
        ([["开展培训"], ["开展竞赛"], ["组织培训"]], "<开展培训>"),
        ([["开展培训"], ["开展培训"], []], "<开展培训>"),  # a column that has no such sentence does not share its words
        ([["开展培训"], [], []], "[开展培训]"),
        ([["职工培训"], ["企业职工,培训"]], "职工培训"),
        ([["职工培训"], ["培训职工"]], "职工培训"),  # in another order
        ([["举办培训班、集训班。"], ["参加。"]], "[举办培训班、集训班]。"),  # one run, not a mark a word
        ([["企业的培训"], ["企业,培训"]], "企业的培训"),
        ([["15万人"], ["150万人"]], "[15]万人"),
        ([["新型学徒制"], ["现代学徒制"]], "[新型]学徒制"),
        ([["農民工培训"], ["农民工培训"]], "農民工培训"),
    ],
)
def test_marks(cells, marked):
    assert read(cells, 0) == marked


def test_numbers_of_units_are_not_judged():
    assert read([["(十三)培训"], ["(十七)培训"]], 0, [[[(0, 4)]], [[(0, 4)]]]) == "{(十三)}培训"
