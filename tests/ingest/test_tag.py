"""Themes on texts that the tagger never saw, and curators' decisions that outlive a rebuild."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from ingest.build import build
from ingest.facts import learn_themes
from ingest.parse import parse
from ingest.read import read
from ingest.rows import provision_rows
from ingest.tag import Passage
from ingest.vocabulary import load_vocabulary
from lang.words import cutter
from tests.conftest import CORPUS

# Clauses as they stand in plans on other matters: nothing of the vocabulary but its framing fits them.
DRAINAGE = [
    ("完善排水管网", "新建改建雨水管渠，提高排水防涝标准，推进雨污分流改造，消除易涝积水点，建设雨水泵站和调蓄设施。"),
    ("推进海绵城市建设", "保护河湖水系和湿地，增加透水铺装，控制地面径流，建设下沉式绿地和雨水花园。"),
    ("加强河道整治", "清淤疏浚骨干河道，拓宽卡口河段，提升行洪能力，加固堤防水闸。"),
    ("健全三级诊疗", "完善医院绩效考核指标，降低患者门诊次均费用，规范合理用药和大型设备检查。"),
]
FRAMING = {"background", "guiding-principles", "goals", "organisation", "publicity", "funding", "supervision"}

TRAINING = [
    ("大力推行企业新型学徒制", "企业与技工院校签订合作协议，对新招用和转岗人员开展学徒培训，实行双导师联合培养。", "apprenticeship"),
    ("加强全民数字技能培训", "面向劳动者开展人工智能、大数据、云计算等数字技能培训，开发数字技能课程。", "digital-skills"),
    ("办好职业技能大赛", "定期举办全省职业技能竞赛，选拔选手参加世界技能大赛和全国技能大赛。", "competitions"),
    ("加强资金监管", "严厉查处套取骗取补贴资金等违法违规行为，对培训机构实行全过程监管和绩效评估。", "supervision"),
    ("健全技能人才评价体系", "推行职业技能等级认定，支持企业自主评价，规范社会培训评价组织。", "evaluation"),
]


@pytest.fixture(scope="module")
def tagger():
    vocabulary = load_vocabulary(CORPUS)
    rows = {d: list(provision_rows(d, "", parse(read(CORPUS / d / "v1.txt")))) for d in vocabulary.labels}
    return learn_themes(vocabulary, rows, cutter(vocabulary.lexicon))


@pytest.mark.parametrize("heading, text", DRAINAGE)
def test_text_of_another_field_has_no_theme_of_training(tagger, heading, text):
    assert {tag.theme for tag in tagger.tag([Passage(heading, text)])[0]} <= FRAMING


@pytest.mark.parametrize("heading, text, theme", TRAINING)
def test_text_of_a_province_that_was_never_seen(tagger, heading, text, theme):
    tags = tagger.tag([Passage(heading, text)])[0]
    assert tags and tags[0].theme == theme and tags[0].evidence


def test_labels_stand_once_for_every_clause_and_box(site_db):
    """And for nothing that is not there."""
    labels = load_vocabulary(CORPUS).labels
    conn = sqlite3.connect(site_db)
    for document, given in labels.items():
        there = {row[0] for row in conn.execute("select eid from provisions where document_id = ?", [document])}
        wanted = {
            row[0]
            for row in conn.execute(
                "select eid from provisions where document_id = ? and kind in ('clause', 'article', 'box')", [document]
            )
        }
        assert wanted <= set(given) <= there


def test_a_curators_decision_wins_and_outlives_a_rebuild(tmp_path):
    corpus = tmp_path / "corpus"
    shutil.copytree(CORPUS, corpus)
    labels = corpus / "labels" / "sx-2019-jineng-tisheng.yml"
    text = labels.read_text(encoding="utf-8")
    labels.write_text(text.replace("part_3__cl_6: [standards]", "part_3__cl_6: [international]"), encoding="utf-8")
    for _ in range(2):
        build(corpus, tmp_path / "kb.db")
        shown = sqlite3.connect(tmp_path / "kb.db").execute(
            "select theme_id, origin from provision_themes where provision_id = 'sx-2019-jineng-tisheng__part_3__cl_6'"
        )
        assert shown.fetchall() == [("international", "curator")]


def test_a_document_without_labels_is_tagged_by_the_model(tmp_path):
    corpus = tmp_path / "corpus"
    shutil.copytree(CORPUS, corpus)
    (corpus / "labels" / "sx-2019-jineng-tisheng.yml").unlink()
    build(corpus, tmp_path / "kb.db")
    origins = sqlite3.connect(tmp_path / "kb.db").execute(
        "select distinct origin from provision_themes where provision_id like 'sx-2019%'"
    )
    assert origins.fetchall() == [("model",)]
