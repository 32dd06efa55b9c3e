"""What a written reference means: short forms, Chinese forms, and that it never guesses between several."""

from __future__ import annotations

import sqlite3

import pytest

from query.documents import read_document
from query.layout import walk
from query.locate import find_by_reference, find_documents, locate
from query.place import write_place
from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI

UNITS = [
    {"eid": eid, "heading": heading}
    for eid, heading in [
        ("part_2", "总体要求"), ("part_2__cl_1", "指导思想"), ("part_2__cl_1__para_1", None),
        ("part_5", "提升供给能力"), ("part_5__cl_1", "完善体系"), ("part_5__cl_14", "健全体系"), ("part_5__cl_14__item_2", None),
        ("part_5__cl_14__goal_3", "制度完善"), ("box_3", "数字技能提升行动"), ("box_3__row_2", None), ("box_3__item_1", "建设课程"),
        ("chp_2__art_14", None), ("chp_2__art_14__para_1", None), ("chp_2__art_14__para_2", None), ("chp_2__art_14__para_2__item_3", None),
        ("chp_2__art_15", None), ("chp_2__art_15__item_1", None), ("chp_2__art_16", None), ("chp_2__art_16__cl_3", None),
        ("annex_1", "任务分工"), ("annex_1__part_2", "分工"), ("annex_1__box_1", "表"), ("part_1_2", "又一个"),
    ]
]  # fmt: skip


@pytest.mark.parametrize(
    "written, means",
    [
        ("part_5__cl_14", ["part_5__cl_14"]),
        ("cl_14", ["part_5__cl_14"]),
        ("CL_14", ["part_5__cl_14"]),
        ("part_5_cl_14", ["part_5__cl_14"]),
        ("box_3_row_2", ["box_3__row_2"]),
        ("cl_14_item_2", ["part_5__cl_14__item_2"]),
        ("cl_14__sent_2", ["part_5__cl_14__sent_2"]),
        ("第五部分第（十四）条", ["part_5__cl_14"]),
        ("第五部分（十四）", ["part_5__cl_14"]),
        ("第5部分(14)", ["part_5__cl_14"]),
        ("第５部分 第１４条", ["part_5__cl_14"]),
        ("（十四）", ["part_5__cl_14"]),
        ("㈠", ["part_2__cl_1", "part_5__cl_1"]),
        ("（一）", ["part_2__cl_1", "part_5__cl_1"]),
        ("第二部分（一）指导思想", ["part_2__cl_1"]),
        ("（一）指导思想", ["part_2__cl_1"]),
        ("指导思想", ["part_2__cl_1"]),
        ("五、", ["part_5"]),
        ("五、提升供给能力", ["part_5"]),
        ("专栏3", ["box_3"]),
        ("专栏三", ["box_3"]),
        ("专栏３第二行", ["box_3__row_2"]),
        ("专栏3第1项", ["box_3__item_1"]),
        ("第十四条", ["chp_2__art_14"]),
        ("第14条第2款第3项", ["chp_2__art_14__para_2__item_3"]),
        ("第十四条第二款第三项", ["chp_2__art_14__para_2__item_3"]),
        ("第十四条第二款第2句", ["chp_2__art_14__para_2__sent_2"]),
        ("第十五条第一款第一项", ["chp_2__art_15__item_1"]),
        ("第十五条第一款", ["chp_2__art_15"]),
        ("第十六条第（三）项", ["chp_2__art_16__cl_3"]),
        ("第五部分第（十四）条第3个分项", ["part_5__cl_14__goal_3"]),
        ("附件", ["annex_1"]),
        ("附件一专栏1", ["annex_1__box_1"]),
        ("附件1第二部分", ["annex_1__part_2"]),
        ("第二部分", ["part_2"]),
        ("part_1_2", ["part_1_2"]),
        ("第九十九条", []),
        ("第2句", []),
        ("", []),
        ("第条", []),
        ("第九九九九九九九九九九条", []),
        ("…", []),
        ("14", []),
    ],
)
def test_reference_means(written, means):
    assert find_by_reference(UNITS, written) == means


def _read(site_db):
    return sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)


@pytest.mark.parametrize("document_id", [LIAONING, CHONGQING, HEBEI, SHANXI])
@pytest.mark.parametrize("printed", [True, False])
def test_every_place_as_citations_write_it_leads_back_to_its_provision(site_db, document_id, printed):
    units = list(walk(read_document(_read(site_db), document_id)["provisions"]))
    assert [unit["eid"] for unit in units if unit["eid"] not in find_by_reference(units, write_place(unit["eid"], printed))] == []


@pytest.mark.parametrize(
    "written, document",
    [
        (LIAONING, LIAONING),
        (LIAONING.upper(), LIAONING),
        ("辽人社发〔2022〕20号", LIAONING),
        ("辽人社发[2022]20号", LIAONING),
        ("辽宁省“十四五”职业技能培训规划", LIAONING),
        ("《辽宁省\"十四五\"职业技能培训规划》", LIAONING),
    ],
)  # fmt: skip
def test_documents_are_found_by_id_title_and_number(site_db, written, document):
    assert find_documents(_read(site_db), written) == [document]


@pytest.mark.parametrize("written", ["", "规划", "辽人社发〔2022〕2号", "x" * 500, "\x00", "%", "辽人社发〔20222〕0号"])
def test_what_names_no_document_finds_none(site_db, written):
    assert find_documents(_read(site_db), written) == []


def test_the_permanent_address_is_itself(site_db):
    found = locate(_read(site_db), f"{LIAONING}@v1", "part_5__cl_14")
    assert (found.state, found.version, found.eid) == ("here", 1, "part_5__cl_14")
