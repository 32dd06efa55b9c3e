"""The head of a document, a trap a case: what is its title, who issued it, and when."""

from __future__ import annotations

import pytest

from tests.conftest import parse_text

BODY = "\n一、总体要求\n坚持以人民为中心。\n"

CASES = {
    "a covering notice over two lines, the plan's title below": (
        "辽宁省人力资源和社会保障厅\n关于印发《辽宁省甲规划》的通知\n辽人社发〔2022〕20号\n各市人民政府:\n现印发给你们。\n"
        "辽宁省人力资源和社会保障厅   辽宁省教育厅\n2022年6月10日\n辽宁省甲规划",
        {"notice_title": ["辽宁省人力资源和社会保障厅关于印发《辽宁省甲规划》的通知"], "title": ["辽宁省甲规划"],
         "doc_number": ["辽人社发〔2022〕20号"], "addressee": ["各市人民政府"], "issued_on": ["2022-06-10"],
         "issuer": ["辽宁省人力资源和社会保障厅", "辽宁省教育厅"]},
    ),
    "a title broken over two lines leaves no fragment": (
        "国务院关于做好促进就业工作的若干意见\n国发〔2018〕39号\n各省人民政府:\n国务院关于做好\n促进就业工作的若干意见",
        {"notice_title": ["国务院关于做好促进就业工作的若干意见"], "title": [], "doc_number": ["国发〔2018〕39号"]},
    ),
    "a repost, its date glued to the time": (
        "转发:河北省教育厅关于印发河北省乙规划的通知\n2022-09-1609时15分 浏览次数:\n河北省教育厅\n2022年4月6日\n河北省乙规划",
        {"title": ["河北省乙规划"], "reposted_on": ["2022-09-16"], "issued_on": ["2022-04-06"], "published_on": []},
    ),
    "a title whose last line is spaced": (
        "示例市人民政府办公室\n关于印发示例市甲预案的\n通 知\n示政办〔2015〕67号\n示例市甲预案",
        {"notice_title": ["示例市人民政府办公室关于印发示例市甲预案的通知"], "title": ["示例市甲预案"]},
    ),
    "a report on what was found": (
        "国务院办公厅关于甲省、乙省\n四起特大事故调查处理情况的通报\n国办发〔2004〕7号",
        {"notice_title": ["国务院办公厅关于甲省、乙省四起特大事故调查处理情况的通报"]},
    ),
    "a site's list of what it knows": (
        "• 736916953/2024-000372\n• 2024-01-10 15:30:00\n• 示例市人民政府办公室关于印发甲预案的通知\n• 示政办规〔2024〕1号\n• 现行有效\n甲预案",
        {"notice_title": ["示例市人民政府办公室关于印发甲预案的通知"], "doc_number": ["示政办规〔2024〕1号"],
         "index_number": ["736916953/2024-000372"], "validity": ["现行有效"]},
    ),
    "another body's page takes a document over": (
        "发布机构：示例区甲街道办事处\n（转载）示例市人民政府办公厅关于印发甲办法的通知\n示府办规〔2024〕13号\n"
        "各区人民政府：\n现印发给你们。\n示例市人民政府办公厅\n2024年7月26日\n甲办法",
        {"issuer": ["示例市人民政府办公厅"], "source_unit": ["示例区甲街道办事处"],
         "notice_title": ["示例市人民政府办公厅关于印发甲办法的通知"]},
    ),
    "a mayor signs an order": (
        "示例市人民政府令\n第179号\n《甲办法》已经通过，现予公布。\n市　长：某某某\n2021年1月29日\n甲办法",
        {"issuer": ["示例市人民政府"], "doc_number": ["第179号"], "signatory": ["市　长：某某某"], "issued_on": ["2021-01-29"]},
    ),
    "who speaks is no addressee": ("示例省新闻发布会\n省人力资源社会保障厅新闻发言人某某某：", {"addressee": []}),
    "a forwarded opinion is the document": (
        "示例省人民政府办公厅转发民政厅关于整顿社团意见的通知\n示政办发〔1997〕11号\n各市人民政府：\n民政厅《关于整顿社团的意见》已经同意，现转发给你们。\n"
        "示例省人民政府办公厅\n一九九七年四月八日\n关于整顿社团的意见",
        {"notice_title": ["示例省人民政府办公厅转发民政厅关于整顿社团意见的通知"], "title": ["关于整顿社团的意见"]},
    ),
    "a congress publishes a law": (
        "示例省村务公开条例\n示例省第十一届人民代表大会常务委员会公告\n第28号\n《示例省村务公开条例》已经通过，现予公布。\n"
        "示例省人民代表大会常务委员会\n2009年7月22日",
        {"title": ["示例省村务公开条例"], "notice_title": ["示例省第十一届人民代表大会常务委员会公告"], "issuer": ["示例省人民代表大会常务委员会"]},
    ),
    "quotes within quotes, Traditional, the title over three lines": (
        "示例市人民政府辦公室\n關于印發《示例市貫徹〈關于擴大培訓的若干措施〉實施方案》的通知\n示政辦發〔2023〕9號\n各縣人民政府：\n現印發給你們。\n"
        "示例市人民政府辦公室\n2023年3月15日\n示例市貫徹《關于擴大\n培訓的若干措施》\n實施方案",
        {"title": ["示例市貫徹《關于擴大培訓的若干措施》實施方案"], "doc_number": ["示政辦發〔2023〕9號"], "issuer": ["示例市人民政府辦公室"]},
    ),
    "a district's page of a city's document, made years later": (
        "发布机构：示例区发展和改革局\n生成日期：2019-11-18\n示例市人民政府印发关于发展职业教育的实施意见的通知\n示府发〔2015〕16号\n各县人民政府：\n现印发给你们。",
        {"issuer": ["示例市人民政府"], "source_unit": ["示例区发展和改革局"], "issued_on": [], "published_on": ["2019-11-18"]},
    ),
    "a title that the contents' heading is glued below": (
        "示例市发展第十个五年规划\n和二〇三五年远景目标纲要\n示例市人民代表大会批准目 录",
        {"title": ["示例市发展第十个五年规划和二〇三五年远景目标纲要"]},
    ),
    "a title and its number above the text, and both once more": (
        "示政办发〔2016〕26号《示例市人民政府办公厅关于印发〈示例市工作要点〉的通知》\n《示例市人民政府办公厅关于印发〈示例市工作要点〉的通知》\n"
        "示政办发〔2016〕26号\n各区人民政府：\n现印发给你们。\n示例市人民政府办公厅\n2016年5月28日",
        {"notice_title": ["示例市人民政府办公厅关于印发《示例市工作要点》的通知"], "doc_number": ["示政办发〔2016〕26号"] * 2,
         "issuer": ["示例市人民政府办公厅"], "issued_on": ["2016-05-28"]},
    ),
    "a title printed twice before a text in one paragraph": (
        "技能提升行动实施方案 技能提升行动实施方案 为贯彻落实上级要求，制定本实施方案。",
        {"title": ["技能提升行动实施方案"], "repeated_title": ["技能提升行动实施方案"], "doc_type": ["实施方案"]},
    ),
    "two offices issue without 关于": (
        "中共示例区委办公室 示例区人民政府办公室印发《示例区三年行动计划》的通知\n示例区三年行动计划",
        {"issuer": ["中共示例区委办公室", "示例区人民政府办公室"], "title": ["示例区三年行动计划"]},
    ),
    "a law's remark tells when it was adopted": (
        "示例省培训条例\n（2010年3月1日示例省第十一届人民代表大会常务委员会第三次会议通过 根据2018年5月2日的决定修正）",
        {"title": ["示例省培训条例"], "issued_on": ["2010-03-01"]},
    ),
    "a day in a sentence is no adoption": ("示例省培训规划\n2010年3月1日，省政府召开会议，审议通过了培训规划。", {"issued_on": []}),
    "the signature outweighs the remark": (
        "示例省培训办法\n（2010年3月1日示例省人民政府第三次常务会议通过）\n示例省人民政府令\n第12号\n2010年4月6日",
        {"issued_on": ["2010-04-06"], "doc_number": ["第12号"]},
    ),
    "a table that became strokes": (
        "索引号: | 1161/2017-003454 | 主题分类: | 城乡建设 |\n发布机构: | 示例县人民政府 | 成文日期: | 2017年10月26日 |\n"
        "标 题: | 示例县人民政府关于甲规划的批复 | ||\n发文字号: | 示政发〔2017〕26号 | 发布日期: | 2017-10-27 |",
        {"issuer": ["示例县人民政府"], "issued_on": ["2017-10-26"], "doc_number": ["示政发〔2017〕26号"], "published_on": ["2017-10-27"],
         "notice_title": ["示例县人民政府关于甲规划的批复"]},
    ),
    "pinyin within names": (
        "各盟行政公署、自治區(qū)各委辦：",
        {"addressee": ["各盟行政公署、自治區各委辦"]},
    ),
    "a standard's cover, its issuer letter-spaced": (
        "DB 99/1234—2017\n实训场地标准\n2017-04-21发布  2017-10-01实施\n示 例 省 教 育 厅\nGB/T 13456  采光的测定方法",
        {"doc_number": ["DB 99/1234—2017"], "title": ["实训场地标准"], "issued_on": ["2017-04-21"], "effective_on": ["2017-10-01"], "issuer": ["示例省教育厅"]},
    ),
    "an order of Macao": (
        "行政長官辦公室\n第90/2023號行政命令\n行政長官發佈本行政命令。\n二零二三年十二月十四日\n行政長官 示例",
        {"doc_number": ["第90/2023號"], "issuer": ["行政長官辦公室"]},
    ),
    "what a page calls its title yields to the notice's own": (
        "名称: 市政府第8次常务会议\n市政府第8次常务会议\n关于召开市政府第8次常务会议的通知\n市直有关单位:",
        {"title": [], "notice_title": ["关于召开市政府第8次常务会议的通知"], "doc_type": ["通知"]},
    ),
    "the name of an uploaded file": ("“十五五”职业技能培训规划.docx", {"title": ["“十五五”职业技能培训规划"], "doc_type": ["规划"]}),
    "a number in brackets with blanks": ("关于印发甲细则的通知\n( 示府发〔2003〕37号 )\n甲细则", {"doc_number": ["示府发〔2003〕37号"]}),
    "a number that is none": ("索引号：736916953/2024-000372\n文号：无\n示例市教育局关于印发甲方案的通知", {"doc_number": []}),
    "a notice run together, signed in its midst": (
        "各区人力资源局，按照管理办法要求，经专家评审、实地考察并公示，评出二家技能大师工作室为今年的市级工作室，现予以公布，希望再接再厉，做出新的成绩，附件：名单示例市人力资源局2023年12月19日附件：名单（2家）甲工作室乙工作室。",
        {"issued_on": ["2023-12-19"]},
    ),
    "a reporter's day is no signature": (
        "记者从示例市人力资源局2023年12月19日获悉，今年全市评出二家技能大师工作室，各工作室要再接再厉，做出新的成绩，为高质量发展贡献力量，带动更多青年走技能成才、技能报国之路，现将有关情况公布。",
        {"issued_on": []},
    ),
    "nothing but the text": ("为贯彻落实决策部署，制定如下实施方案:", {"title": [], "doc_type": ["实施方案"], "issued_on": []}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_head(name):
    head, wanted = CASES[name]
    facts = parse_text(head + BODY).facts
    for field, values in wanted.items():
        assert [fact.value for fact in facts if fact.field == field] == values, field


TAIL = "第一條 為提升技能，特制定本辦法。\n第二條 本辦法自發布日施行。\n"


def test_history_behind_a_law_is_no_list_of_items():
    parsed = parse_text(
        "技能訓練補助辦法\n" + TAIL
        + "沿革\n1. 中華民國一百零五年一月三十日令訂定發布全文 2 條\n2. 中華民國一百零六年六月十五日令修正發布第 2 條條文\n"
    )
    assert [unit.kind for unit in parsed.units] == ["article", "article"]
    assert len([fact for fact in parsed.facts if fact.field == "history"]) == 3


def test_who_printed_a_document_did_not_issue_it():
    facts = parse_text(
        "甲办法\n第一条 为提升技能，制定本办法。\n第二条 本办法自印发之日起施行。\n公开方式：主动公开\n示例局办公室\n2023年8月9日印发\n"
    ).facts
    told = {fact.field: fact.value for fact in facts}
    assert told["printed_by"] == "示例局办公室" and told["printed_on"] == "2023-08-09" and "issuer" not in told


@pytest.mark.parametrize(
    "title, kind",
    [
        ("示例市人民政府关于促进就业工作的若干意见", "意见"),
        ("示例市人民政府关于推进职业培训的指导意见", "指导意见"),
        ("示例省支持技能人才发展若干措施", "措施"),
        ("示例省支持技能人才发展若干政策措施（试行）", "政策措施"),
        ("示例省技能提升三年行动方案（2021—2023年）", "行动方案"),
        ("示例省技能提升条例实施细则", "实施细则"),
        ("示例市职业培训补贴资金管理办法", "管理办法"),
        ("示例市2024年就业工作要点", "工作要点"),
        ("示例市人民政府关于禁止燃放烟花爆竹的通告", "通告"),
        ("示例市人民政府关于公布技工院校名单的公告", "公告"),
        ("国务院关于示例新区总体方案的批复", "批复"),
        ("示例市人民政府办公厅关于同意设立技师学院的函", "函"),
        ("示例市人民政府关于修改部分规章的决定", "决定"),
        ("示例省职业教育条例", "条例"),
        ("示例省技能竞赛管理规定", "管理规定"),
        ("职业技能评价规范", "规范"),
        ("中华人民共和国职业教育法", "法"),
        # What the title speaks of is not its kind.
        ("示例市法治政府建设工作方案", "工作方案"),
        ("关于印发示例市信函管理暂行规定的通知", "通知"),
        ("示例市法治建设情况", None),
        ("职业技能统计方法", None),
    ],
)
def test_kind_of_a_document(title, kind):
    from ingest.derive import derive
    from ingest.records import Fact

    fact = Fact("title", title, 0, len(title))
    assert next((f.value for f in derive([], [], [fact]) if f.field == "doc_type"), None) == kind
