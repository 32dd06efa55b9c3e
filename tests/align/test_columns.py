"""Columns: every sentence in one row, whatever the texts; and in the row where a reader looks for it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from align.columns import align_columns
from align.sentences import split_sentences

WORDS = ["学徒", "培训", "补贴", "企业", "师资", "竞赛", "开展", "支持", "十四五", "150万", "。", "；", "，", "\n", "（一）", " "]


def align(*texts: str, titled=None):
    return align_columns(texts, [split_sentences(text) for text in texts], titled=titled)


def rows(*texts: str, titled=None) -> list[list[str]]:
    """The rows as text, column by column."""
    alignment = align(*texts, titled=titled)
    return [
        ["".join(texts[column][slice(*alignment.sentences[column][n])] for n in cell) for column, cell in enumerate(row.cells)]
        for row in alignment.rows
    ]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=40).map("".join) | st.text(max_size=30), min_size=2, max_size=6), st.booleans())
def test_every_character_stands_in_exactly_one_cell(texts, titled):
    alignment = align(*texts, titled=[titled] * len(texts))
    for column, text in enumerate(texts):
        numbers = sorted(n for row in alignment.rows for n in row.cells[column])
        assert numbers == list(range(len(alignment.sentences[column])))
        assert "".join(text[slice(*span)] for span in alignment.sentences[column]) == text
    assert all(any(row.cells) for row in alignment.rows)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_a_text_beside_itself_is_in_order(text):
    alignment = align(text, text)
    assert alignment.moved == (frozenset(), frozenset())
    assert [row.cells[0] for row in alignment.rows if row.cells[0]] == sorted(row.cells[0] for row in alignment.rows if row.cells[0])


def test_same_sentences_in_another_order():
    first = "统筹利用就业补助资金。购买培训设备享受税收优惠。高危行业足额安排安全培训经费。"
    second = "购买培训设备享受税收优惠。高危行业足额安排安全培训经费。统筹利用就业补助资金。"
    assert rows(first, second) == [
        ["统筹利用就业补助资金。", "统筹利用就业补助资金。"],
        ["购买培训设备享受税收优惠。", "购买培训设备享受税收优惠。"],
        ["高危行业足额安排安全培训经费。", "高危行业足额安排安全培训经费。"],
    ]
    assert align(first, second).moved == (frozenset(), frozenset({2}))


def test_one_splits_what_the_other_says_in_a_sentence():
    whole = "推动企业建立工资正常增长机制,定期发布工资价位,合理确定劳动者的工资水平。做好招聘工作。"
    split = "推动企业建立工资正常增长机制。定期发布工资价位,合理确定劳动者的工资水平。做好招聘工作。"
    assert rows(whole, split)[0] == [
        "推动企业建立工资正常增长机制,定期发布工资价位,合理确定劳动者的工资水平。",
        "推动企业建立工资正常增长机制。定期发布工资价位,合理确定劳动者的工资水平。",
    ]


def test_silence_is_a_row_of_its_own():
    assert rows("建立师资库。开展马兰花创业讲师大赛。", "建立师资库。") == [
        ["建立师资库。", "建立师资库。"],
        ["开展马兰花创业讲师大赛。", ""],
    ]


def test_neighbours_without_counterpart_are_read_in_one():
    assert rows("建立师资库。", "建立师资库。完善竞赛办法。鼓励社会捐赠。") == [["建立师资库。", "建立师资库。"], ["", "完善竞赛办法。鼓励社会捐赠。"]]


def test_figures_do_not_keep_apart_what_counts_the_same():
    assert rows("开展补贴性职业技能培训270万人次。建设基地8个。", "建设基地20个。开展补贴性职业技能培训150万人次。")[0] == [
        "开展补贴性职业技能培训270万人次。",
        "开展补贴性职业技能培训150万人次。",
    ]


def test_a_common_word_makes_no_counterpart():
    """营造良好氛围 and 创造良好市场环境 have 良好 in common and nothing else."""
    assert rows("营造良好氛围。", "创造良好市场环境。") == [["营造良好氛围。", ""], ["", "创造良好市场环境。"]]


def test_titles_stand_in_one_row_however_they_are_worded():
    first = rows("加强宣传引导。\n大力宣传典型。", "营造良好氛围\n大力宣传典型。", titled=[True, True])
    assert first == [["加强宣传引导。\n", "营造良好氛围\n"], ["大力宣传典型。", "大力宣传典型。"]]


def test_what_the_first_column_lacks_stands_before_what_follows_it_in_its_own():
    found = rows("甲省统筹补助资金。乙类设备享受税收优惠。", "甲省统筹补助资金。另行设立奖学金。乙类设备享受税收优惠。")
    assert [row[1] for row in found] == ["甲省统筹补助资金。", "另行设立奖学金。", "乙类设备享受税收优惠。"]


def test_without_text():
    assert align("", "").rows == ()
    assert rows("", "甲。") == [["", "甲。"]]
