"""Where a provision stands, in words."""

from __future__ import annotations

import pytest

from query.place import write_place


@pytest.mark.parametrize(
    ("eid", "printed", "by_law_manual"),
    [
        ("part_5__cl_14", "第五部分第（十四）条", "第5部分第14条"),
        ("part_2__cl_2__goal_3", "第二部分第（二）条第3个分项", "第2部分第2条第3个分项"),
        ("chp_2__art_14__para_2__item_3", "第二章第十四条第2款第3项", "第2章第14条第2款第3项"),
        ("part_1__cl_1__item_2__item_1", "第一部分第（一）条第2项第1目", "第1部分第1条第2项第1目"),
        ("annex_1__part_2__para_3", "附件1第二部分第3段", "附件1第2部分第3段"),
        ("box_1__row_4", "专栏1第4行", "专栏1第4行"),
        ("annex_1__table_2__row_4", "附件1表2第4行", "附件1表2第4行"),
        ("table_a-1-2__row_3", "表A-1-2第3行", "表A-1-2第3行"),
        ("art_4-1__para_2", "第4-1条第2款", "第4-1条第2款"),
        ("part_1_2__cl_1", "第一部分［第2次出现］第（一）条", "第1部分［第2次出现］第1条"),
        ("part_5__cl_14__sent_2", "第五部分第（十四）条第2句", "第5部分第14条第2句"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_places(eid, printed, by_law_manual):
    assert write_place(eid) == printed
    assert write_place(eid, printed=False) == by_law_manual
