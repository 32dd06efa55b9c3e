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
    "nothing but the text": ("为贯彻落实决策部署，制定如下实施方案:", {"title": [], "doc_type": ["实施方案"], "issued_on": []}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_head(name):
    head, wanted = CASES[name]
    facts = parse_text(head + BODY).facts
    for field, values in wanted.items():
        assert [fact.value for fact in facts if fact.field == field] == values, field
