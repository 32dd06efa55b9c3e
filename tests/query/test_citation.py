"""Citations read as their rules ask, and reference managers read them back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import bibtexparser
import jsonschema
import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from query.citation import STYLES, gather, write_bibtex, write_csl_json, write_ris

CSL = json.loads((Path(__file__).parent / "fixtures" / "csl-data.json").read_text(encoding="utf-8"))
ADDRESS = "https://kb.example/d/ln-2022-x@v1"
TODAY = date(2026, 11, 2)

FOUR = {
    "id": "ln-2022-x", "title": "辽宁省“十四五”职业技能培训规划", "title_supplied": 0, "doc_type": "规划", "province": "辽宁省",
    "issuers": ["省人社厅", "省教育厅", "省发改委", "省财政厅"], "doc_number": "辽人社发〔2022〕20号",
    "issued_on": "2022-06-10", "published_on": "2022-06-14", "repost": None,
}  # fmt: skip
REPOST = {**FOUR, "issuers": ["省人社厅", "省教育厅"], "doc_number": None, "published_on": None, "repost": {"on": "2022-09-16"}}
BARE = {**FOUR, "title_supplied": 1, "issuers": [], "doc_number": None, "issued_on": None, "published_on": None}
NAMED = {**FOUR, "title": "国务院关于《办法》的通知", "issuers": ["国务院"]}


@pytest.mark.parametrize(
    ("document", "eid", "style", "wanted"),
    [
        (FOUR, None, "law", "省人社厅等《辽宁省“十四五”职业技能培训规划》，辽人社发〔2022〕20号，2022年6月14日发布，载文库，{}，2026年11月2日访问。"),
        (FOUR, "part_5__cl_14", "law",
         "省人社厅等《辽宁省“十四五”职业技能培训规划》（辽人社发〔2022〕20号）第5部分第14条，2022年6月14日发布，载文库，{}，2026年11月2日访问。"),
        (NAMED, None, "law", "《国务院关于〈办法〉的通知》，辽人社发〔2022〕20号，2022年6月14日发布，载文库，{}，2026年11月2日访问。"),
        (REPOST, None, "law",
         "省人社厅、省教育厅《辽宁省“十四五”职业技能培训规划》，2022年6月10日成文，据2022年9月16日转载的文本，载文库，{}，2026年11月2日访问。"),
        (BARE, "part_1", "law", "《辽宁省“十四五”职业技能培训规划》（题名系编者代拟；发文机关、日期不详）第1部分，载文库，{}，2026年11月2日访问。"),
        (FOUR, None, "gb2015", "省人社厅, 省教育厅, 省发改委, 等. 辽宁省“十四五”职业技能培训规划: 辽人社发〔2022〕20号[A/OL]. (2022-06-14)[2026-11-02]. {}."),
        (FOUR, "part_5__cl_14", "gb2015",
         "省人社厅, 省教育厅, 省发改委, 等. 辽宁省“十四五”职业技能培训规划: 辽人社发〔2022〕20号[A/OL]. 第五部分第（十四）条(2022-06-14)[2026-11-02]. {}."),
        (FOUR, None, "gb2025", "省人社厅，省教育厅，省发改委，等. 辽宁省“十四五”职业技能培训规划：辽人社发〔2022〕20号[EB/OL]. （2022-06-14）[2026-11-02]. {}."),
        (REPOST, None, "gb2025", "省人社厅，省教育厅. 辽宁省“十四五”职业技能培训规划[EB/OL]. （2022-06-10成文，2022-09-16转载）[2026-11-02]. {}."),
        (BARE, None, "gb2025", "佚名. [辽宁省“十四五”职业技能培训规划][EB/OL]. （日期不详）[2026-11-02]. {}."),
    ],
)  # fmt: skip
def test_styles(document, eid, style, wanted):
    name, write = STYLES[style]
    assert write(gather(document, eid, ADDRESS, TODAY, "文库")) == wanted.format(ADDRESS)


@pytest.mark.parametrize("document", [FOUR, REPOST, BARE, NAMED])
@pytest.mark.parametrize("eid", [None, "part_5__cl_14"])
def test_csl_json_is_valid(document, eid):
    jsonschema.validate(json.loads(write_csl_json(gather(document, eid, ADDRESS, TODAY, "文库"))), CSL)


def test_csl_json_says_what_is_known():
    item, = json.loads(write_csl_json(gather(FOUR, "part_5__cl_14", ADDRESS, TODAY, "文库")))
    assert [author["literal"] for author in item["author"]] == FOUR["issuers"]
    assert (item["number"], item["section"], item["URL"]) == ("辽人社发〔2022〕20号", "第5部分第14条", ADDRESS)
    assert (item["issued"], item["accessed"]) == ({"date-parts": [[2022, 6, 14]]}, {"date-parts": [[2026, 11, 2]]})


def test_csl_json_leaves_out_what_is_not_known_and_says_so():
    item, = json.loads(write_csl_json(gather(BARE, None, ADDRESS, TODAY)))
    assert not {"author", "issued", "number"} & set(item)
    assert "题名系编者代拟" in item["note"] and "发文机关、日期不详" in item["note"]


def test_bibtex_reads_back():
    entry, = bibtexparser.parse_string(write_bibtex(gather(REPOST, "part_1", ADDRESS, TODAY, "文库"))).entries
    fields = {field.key: field.value for field in entry.fields}
    assert (entry.entry_type, entry.key) == ("misc", "ln-2022-x:part_1")
    assert (fields["title"], fields["author"]) == ("{辽宁省“十四五”职业技能培训规划}", "{省人社厅} and {省教育厅}")
    assert (fields["date"], fields["urldate"], fields["url"], fields["pages"]) == ("2022-06-10", "2026-11-02", ADDRESS, "第一部分")
    assert fields["note"] == "据转载的文本；转载日期：2022-09-16；所记日期为成文日期，发布日期不详"


def test_ris_reads_back():
    record, = rispy.loads(write_ris(gather(FOUR, "part_5__cl_14", ADDRESS, TODAY, "文库")))
    assert (record["type_of_reference"], record["title"], record["authors"]) == ("STAT", FOUR["title"], FOUR["issuers"])
    assert (record["year"], record["date"], record["urls"]) == ("2022", "2022/06/14", [ADDRESS])
    assert (record["section"], record["access_date"], record["language"]) == ("第5部分第14条", "2026/11/02", "zh-CN")


hostile = st.text(max_size=40)


@given(title=hostile, issuer=hostile, number=hostile)
def test_hostile_words_break_no_record(title, issuer, number):
    cited = gather({**FOUR, "title": title, "issuers": [issuer], "doc_number": number}, None, ADDRESS, TODAY)
    assert len(bibtexparser.parse_string(write_bibtex(cited)).entries) == 1
    assert len(rispy.loads(write_ris(cited))) == 1
    item, = json.loads(write_csl_json(cited))
    assert item["URL"] == ADDRESS
