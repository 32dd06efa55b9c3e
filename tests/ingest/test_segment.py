"""Structure, a trap a case: the text on the left, the outline that a reader expects below it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.conftest import parse_text
from tests.outline import outline

CASES = {
    "a heading with the text run on, and one on its own line": (
        """
        一、总体要求
        (一)指导思想。坚持以人民为中心。
        (二)基本原则
        坚持需求导向。
        (三)主要目标。
        到二○三五年建成体系。
        """,
        """
        part | 一、 | 总体要求 |
          clause | (一) | 指导思想 |
            paragraph |  |  | 坚持以人民为中心…人民为中心。
          clause | (二) | 基本原则 |
            paragraph |  |  | 坚持需求导向。…持需求导向。
          clause | (三) | 主要目标 |
            paragraph |  |  | 到二○三五年建成…年建成体系。
        """,
    ),
    "clauses run on through the parts, or restart in each": (
        """
        一、甲
        (一)子
        文。
        (二)丑
        文。
        二、乙
        (三)寅
        文。
        三、丙
        (一)卯
        文。
        """,
        """
        part | 一、 | 甲 |
          clause | (一) | 子 |
            paragraph |  |  | 文。…文。
          clause | (二) | 丑 |
            paragraph |  |  | 文。…文。
        part | 二、 | 乙 |
          clause | (三) | 寅 |
            paragraph |  |  | 文。…文。
        part | 三、 | 丙 |
          clause | (一) | 卯 |
            paragraph |  |  | 文。…文。
        """,
    ),
    "a part whose number became a bullet is inferred from its neighbours": (
        """
        一、发展基础
        基础扎实。
        • 总体要求
        (一)指导思想
        坚持方向。
        三、健全体系
        (二)实施行动
        抓好落实。
        """,
        """
        part | 一、 | 发展基础 |
          paragraph |  |  | 基础扎实。…基础扎实。
        part | • (inferred 2) | 总体要求 |
          clause | (一) | 指导思想 |
            paragraph |  |  | 坚持方向。…坚持方向。
        part | 三、 | 健全体系 |
          clause | (二) | 实施行动 |
            paragraph |  |  | 抓好落实。…抓好落实。
        """,
    ),
    "a bullet where no number is missing is a paragraph": (
        """
        一、发展基础
        • 总体要求
        二、健全体系
        抓好落实。
        """,
        """
        part | 一、 | 发展基础 |
          paragraph |  |  | • 总体要求…• 总体要求
        part | 二、 | 健全体系 |
          paragraph |  |  | 抓好落实。…抓好落实。
        """,
    ),
    "several paragraphs in one clause, one with a bracket of duties": (
        """
        一、任务
        (一)开展培训。面向劳动者开展培训。(省人社厅负责)
        对有愿望的人员开展创业培训。
        各有关部门另行制定办法。
        """,
        """
        part | 一、 | 任务 |
          clause | (一) | 开展培训 |
            paragraph |  |  | 面向劳动者开展培…人社厅负责)
            paragraph |  |  | 对有愿望的人员开…展创业培训。
            paragraph |  |  | 各有关部门另行制…行制定办法。
        """,
    ),
    "a first sentence that is no heading": (
        """
        一、任务
        1.加大社会培训组织征集遴选力度,建立数量充足、覆盖广泛的体系。力争达到300家。
        2.开展数字类职业技能竞赛。将相关职业纳入竞赛。
        3.职业院校要积极组织参加各级各类竞赛。
        """,
        """
        part | 一、 | 任务 |
          item | 1. |  | 加大社会培训组织…到300家。
          item | 2. | 开展数字类职业技能竞赛 |
            paragraph |  |  | 将相关职业纳入竞…业纳入竞赛。
          item | 3. |  | 职业院校要积极组…级各类竞赛。
        """,
    ),
    "boxes directly after each other, both of the clause before": (
        """
        一、任务
        (一)开展培训
        抓好落实。
        专栏1 甲计划
        1.做好甲。
        专栏2 乙计划
        1.做好乙。
        2.做好丙。
        (二)加强评价
        抓好评价。
        """,
        """
        part | 一、 | 任务 |
          clause | (一) | 开展培训 |
            paragraph |  |  | 抓好落实。…抓好落实。
            box | 专栏1 | 甲计划 |
              item | 1. |  | 做好甲。…做好甲。
            box | 专栏2 | 乙计划 |
              item | 1. |  | 做好乙。…做好乙。
              item | 2. |  | 做好丙。…做好丙。
          clause | (二) | 加强评价 |
            paragraph |  |  | 抓好评价。…抓好评价。
        """,
    ),
    "a sentence that begins with the name of a box is no box": (
        """
        一、任务
        (一)开展培训
        专栏1所列任务由各市落实。
        专栏2和专栏3的任务由省级部门落实。
        """,
        """
        part | 一、 | 任务 |
          clause | (一) | 开展培训 |
            paragraph |  |  | 专栏1所列任务由…由各市落实。
            paragraph |  |  | 专栏2和专栏3的…级部门落实。
        """,
    ),
    "articles with paragraphs and lists, chapters above": (
        """
        第一章 总则
        第一条 为了规范职业培训,制定本条例。
        第二条 培训机构应当具备下列条件:
        (一)有场所;
        (二)有师资。
        前款规定以外的条件由省规定。
        第二章 附则
        第三条 本条例自公布之日起施行。
        """,
        """
        chapter | 第一章 | 总则 |
          article | 第一条 |  | 为了规范职业培训…制定本条例。
          article | 第二条 |  |
            paragraph |  |  |
              item | (一) |  | 有场所;…有场所;
              item | (二) |  | 有师资。…有师资。
            paragraph |  |  | 前款规定以外的条…件由省规定。
        chapter | 第二章 | 附则 |
          article | 第三条 |  | 本条例自公布之日…之日起施行。
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_structure(name):
    text, wanted = CASES[name]
    assert outline(parse_text(dedent(text).strip())) == dedent(wanted).lstrip()


def test_inferred_number_leaves_a_doubt():
    parsed = parse_text("一、甲\n文。\n• 乙\n文。\n三、丙\n文。")
    assert [(d.kind, d.eid) for d in parsed.doubts] == [("number-inferred", "part_2")]


def test_number_that_stands_twice_keeps_both_and_leaves_a_doubt():
    parsed = parse_text("一、甲\n文。\n一、乙\n文。\n二、丙\n文。")
    assert [unit.eid for unit in parsed.units] == ["part_1", "part_1_2", "part_2"]
    assert {d.kind for d in parsed.doubts} == {"number-sequence", "number-duplicate"}


def test_lost_character_leaves_a_doubt_and_stays():
    parsed = parse_text("一、甲\n重庆英才?高技能领军人才。")
    assert [(d.kind, parsed.reading.text[d.start : d.end]) for d in parsed.doubts] == [("lost-character", "?")]


def test_text_without_any_structure_is_kept_with_a_doubt():
    parsed = parse_text("这是一段没有编号的文字。\n这是另一段。")
    assert [unit.eid for unit in parsed.units] == ["para_1", "para_2"]
    assert [d.kind for d in parsed.doubts] == ["no-structure"]


def test_eids_lead_through_the_levels():
    text = "第二章 培训\n第十四条 机构应当:\n(一)甲;\n(二)乙。\n机构还应当:\n(一)丙;\n(二)丁;\n(三)戊。"
    parsed = parse_text(text)
    chapter = parsed.units[0]
    assert chapter.children[0].children[1].children[2].eid == "chp_2__art_14__para_2__item_3"


def test_items_that_run_on_through_clauses_leave_no_doubt_and_a_gap_does():
    text = "一、任务\n（一）培训\n1.开展培训。\n2.加强管理。\n（二）评价\n3.健全标准。\n4.开展认定。\n（三）保障\n{}.落实经费。\n"
    kinds = lambda number: [d.kind for d in parse_text(text.format(number)).doubts]  # noqa: E731
    assert kinds(5) == kinds(1) == [] and kinds(7) == ["number-sequence"]


def test_a_contents_page_without_title_and_dots_is_left_out():
    heads = ["1 总则", "1.1 编制目的", "1.2 适用范围", "2 组织体系", "2.1 领导机构", "3 附则"]
    parsed = parse_text("示例省技能应急预案\n" + "\n".join(heads) + "\n" + "\n".join(f"{h}\n各单位按照预案的规定执行。" for h in heads))
    assert [d for d in parsed.doubts if d.kind == "number-duplicate"] == []
    assert [u.number for u in parsed.units if u.number] == ["1", "2", "3"]


def test_a_list_whose_entries_do_not_all_stand_below_stays():
    heads = ["一、总体要求", "二、主要任务", "三、保障措施", "四、工作要求", "五、其他事项"]
    parsed = parse_text("\n".join(heads) + "\n附件：任务表\n一、总体要求\n按此执行。")
    assert parsed.noise == ()
