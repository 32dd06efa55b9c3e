"""A draft is set against the documents: what corresponds, what is missing, and what is about something else."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from align.reuse import _shingles
from ingest.draft import learn_tagger, parse_draft
from query.draft import review
from query.draft_word import say_counts
from query.relate import load_meaning
from tests.conftest import CORPUS

HEBEI = "he-2022-zhiye-jineng-peixun"
SHANXI = "sx-2019-jineng-tisheng"
APPRENTICES = """某省职业技能培训规划

二、主要任务

（一）全面推行新型学徒制。引导企业开展新型学徒制培训，企业与院校、培训机构联合培养学徒，实行校企双师培养。每年培训学徒不少于3万人。

（二）加强培训师资队伍建设。培训机构配备专兼职教师，定期开展师资培训，组织教师到企业实践。

（三）广泛开展职业技能竞赛。组织职业技能大赛，选拔优秀选手参加全国和世界技能大赛。
"""
DRAINAGE = """某市城市排水防涝规划

一、管网建设

（一）改造雨水管渠。新建改造排水管网200公里，消除易涝积水点，提高雨水泵站抽排能力，疏浚河道。

（二）建设调蓄设施。利用洼地、公园和下沉广场建设雨水调蓄池，推进海绵城市建设，控制地表径流。

（三）清淤养护。汛前完成雨水口、检查井和管道清淤，配备移动泵车，落实值守和巡查。
"""


@pytest.fixture(scope="module")
def conn(site_db: Path):
    connection = sqlite3.connect(site_db)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def check(conn: sqlite3.Connection):
    tagger = learn_tagger(conn, load_meaning(conn).cut.cut)
    return lambda text: review(conn, parse_draft(text, tagger=tagger))


@pytest.fixture(scope="module")
def hebei(check):
    return check((CORPUS / HEBEI / "v1.txt").read_text(encoding="utf-8"))


def test_a_document_of_the_corpus_finds_its_own_text_everywhere(hebei) -> None:
    for unit in hebei["units"]:
        own = next(entry for entry in unit["documents"] if entry["document_id"] == HEBEI)
        assert own["found"][0]["eid"] == unit["id"].removeprefix("draft__")
        assert own["found"][0]["shared"] == pytest.approx(1.0, abs=0.05)


def test_a_document_of_the_corpus_is_recognised_and_not_judged_by_itself(hebei) -> None:
    same = [d["id"] for d in hebei["documents"] if d["is_same"]]
    assert same == [HEBEI] and hebei["counts"]["peers"] == 4
    assert hebei["counts"]["same"] < hebei["counts"]["provisions"]


def test_counts_add_up(hebei) -> None:
    n = hebei["counts"]
    assert n["same"] + n["adapted"] + n["own"] == n["whole"]
    assert n["whole"] + n["passing"] + n["none"] == n["provisions"] == len(hebei["units"])


def test_provisions_on_other_matters_of_the_same_kind_find_their_counterparts(check) -> None:
    found = check(APPRENTICES)
    headings = [
        {c["label"].split(" › ")[-1] for d in unit["documents"] for c in d["found"][:1] if c["kind"] == "whole"}
        for unit in found["units"]
    ]
    assert "(十七)全面推行新型学徒制" in headings[0]
    assert any("师资" in heading for heading in headings[1])
    assert any("竞赛" in heading for heading in headings[2])


def test_every_counterpart_says_why_and_where(check) -> None:
    for unit in check(APPRENTICES)["units"]:
        for entry in unit["documents"]:
            for c in entry["found"]:
                assert c["address"] == f"/d/{entry['document_id']}/{c['eid']}" and "@v1/" in c["pinned"]
                assert c["why"]["shared_words"] or c["reasons"]


def test_the_drafts_figures_stand_beside_those_of_others(check) -> None:
    figures = check(APPRENTICES)["units"][0]["figures"]
    assert [figure["text"] for figure in figures["own"]] == ["不少于3万人"]
    assert all(entry["figures"] for entry in figures["others"])


def test_what_most_others_have_and_the_draft_lacks_is_listed_with_where(check) -> None:
    found = check(APPRENTICES)
    missing = {entry["label"]: entry for entry in found["missing"]}
    funding = next(entry for label, entry in missing.items() if "资金" in label)
    assert 2 * funding["documents"] > funding["of"] == found["counts"]["peers"]
    assert len(funding["places"]) == funding["documents"] and all(place["opening"] for place in funding["places"])
    assert not any("学徒" in label for label in missing)


def test_what_a_draft_has_is_not_missing_though_another_words_it_otherwise(check) -> None:
    with_funding = APPRENTICES + "\n（四）加大资金支持力度。统筹就业补助资金、职工教育经费等各类资金，建立培训资金保障机制，加强资金监管。\n"
    lacked = [entry["label"] for entry in check(APPRENTICES)["missing"]]
    still = [entry["label"] for entry in check(with_funding)["missing"]]
    assert any("资金" in label for label in lacked) and not any("资金" in label for label in still)


def test_a_text_on_something_else_finds_nothing_and_misses_nothing(check) -> None:
    found = check(DRAINAGE)
    assert found["counts"]["whole"] == found["counts"]["peers"] == 0
    assert found["missing"] == [] and "没有与本稿同类的文件" in say_counts(found)[-1]


def test_articles_without_headings_are_no_preambles(check) -> None:
    found = check("第一条 医疗机构应当配备急救车辆。\n第二条 急救车辆由卫生部门统一调度。\n第三条 本办法自发布之日起施行。\n")
    assert [unit["state"] for unit in found["units"]] == ["none"] * 3


def test_too_late_is_said(conn: sqlite3.Connection) -> None:
    with pytest.raises(TimeoutError):
        review(conn, parse_draft(APPRENTICES), until=time.monotonic() - 1)


def test_nothing_of_a_draft_is_kept(check) -> None:
    secret = "绝密代号青鸾的学徒培训安排由专班负责"
    check(APPRENTICES + f"（五）{secret}。\n")
    before = _shingles.cache_info().currsize
    check(APPRENTICES + f"（五）{secret}，{secret}。\n")
    assert _shingles.cache_info().currsize == before


def test_a_heading_alone_is_a_draft_without_provisions(check) -> None:
    found = check("一、总则\n")
    assert found["units"] == [] and found["missing"] == [] and found["counts"]["provisions"] == 0
