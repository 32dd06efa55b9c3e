"""What is no policy document is put aside for one reason, and what only looks so is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.judge import judge, tells, unfit_rules
from ingest.parse import parse
from ingest.read import read
from ingest.records import Layout, Parsed, Reading, UnfitError
from tests.quality.structure import FIXTURES, GOLD

RULES = unfit_rules()


def _judge(tmp_path: Path, name: str, text: str) -> str | None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    try:
        judge(parse(read(path)), path)
    except UnfitError as error:
        return str(error)
    return None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_finds_its_example(rule):
    text = "\n".join([rule.example] * rule.least)
    layout = Layout(titles=(rule.example,)) if rule.where == "page" else Layout()
    assert tells(rule, Parsed(Reading(text, "text/plain", "utf-8", "", layout), (), (), (), ()))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_puts_a_fixture_aside(rule):
    refused = [path.stem for path in GOLD.glob("*.outline") if path.read_text(encoding="utf-8").startswith("refused")]
    reasons = []
    for path in (path for path in FIXTURES.iterdir() if path.stem in refused and path.suffix in (".txt", ".html")):
        try:
            judge(parse(read(path)), path)
        except UnfitError as error:
            reasons.append(str(error))
        except Exception:  # one that cannot be read at all
            continue
    assert any(rule.reason in reason for reason in reasons)


PROSE = "组织群众开展生产自救。\n要把防旱抗旱当作当前的中心任务，并把情况及时报告。\n"
KEPT = {
    "a court's interpretation in questions and answers": (
        "示例人民法院关于审理技能培训纠纷案件若干问题的解释\n一、问：何时受理？\n答：应当受理。\n二、问：由谁管辖？\n答：由当地法院管辖。\n三、问：时效多久？\n答：三年。\n"
    ),
    "an order known by its history": "示例地區解嚴令\n宣告示例地區解嚴。\n沿革\n1. 中華民國七十六年七月十四日總統令發布\n",
    "a number outweighs a headline": (
        "<html><head><title>好消息！补贴提高了</title></head><body><p>示人社发〔2023〕5号</p><p>各市人力资源社会保障局：</p>"
        "<p>现将提高补贴标准的有关事项通知如下，请遵照执行，执行中的问题请及时报告。</p></body></html>"
    ),
    "an amendment in one paragraph": (
        "中华人民共和国技能法修正案（二）\n2001年8月31日通过\n为了保护劳动者的权利，将第十二条修改为：劳动者有权参加培训。\n本修正案自公布之日起施行。\n"
    ),
    "a Traditional title of a kind": "食品技能檢定標準\n下列職類之檢定，依本表辦理。\n本表自發布日施行。\n",
    "a law that mentions 404": "示例省残留量标准\n甲物质的限量为404微克。\n乙物质的限量为20微克。\n",
    "an old instruction in plain prose": f"政务院关于生产救灾的指示\n{PROSE}",
    "a notice on a wall": f"示例市人民政府布告\n{PROSE}",
    "a letter that only its signature tells": f"致全市劳动者\n{PROSE}示例市总工会\n2020年5月1日\n",
    "prose that binds": "做好防汛工作\n各级人民政府应当落实责任。\n有关部门必须密切配合。\n",
    "a notice run together with its text": (
        "示例局关于印发《甲规定》的通知 示发[1994]48号 各县劳动局: ??为保障劳动者的权益,特制定本规定,现印发给你们。 示例局 1994年12月6日\n"
    ),
    "a decision of a few paragraphs": "示例省人民政府关于表彰技能人才的决定\n各市人民政府：\n省人民政府决定表彰下列人员，希望再接再厉。\n",
}


@pytest.mark.parametrize("name", KEPT)
def test_kept(tmp_path, name):
    text = KEPT[name]
    assert _judge(tmp_path, "v1.html" if text.startswith("<") else "v1.txt", text) is None


PUT_ASIDE = {
    "an essay": ("技能是立业之本\n古人说，一技在身，胜过良田百顷。\n让我们走技能报国之路。\n", "nothing tells a policy document"),
    "a case": ("某某诉某公司合同纠纷案\n原告与被告签订培训合同，被告没有履行。\n法院认为，被告应当返还费用。\n", "nothing tells a policy document"),
    "a title whose last character is a kind's": ("红烧肉做法\n先把肉切块，再下锅翻炒。\n最后加水炖煮。\n", "nothing tells a policy document"),
    "an essay on a strategy": ("论技能发展战略\n技能是立业之本。\n让我们走技能报国之路。\n", "nothing tells a policy document"),
    "minutes of a press conference": (
        "实录丨技能提升实施方案新闻发布会\n省人力资源社会保障厅新闻发言人某某某：\n各位记者朋友，大家好。\n下面我介绍方案的情况。\n", "explains a policy"),
}  # fmt: skip


@pytest.mark.parametrize("name", PUT_ASIDE)
def test_put_aside(tmp_path, name):
    text, reason = PUT_ASIDE[name]
    assert reason in (_judge(tmp_path, "v1.txt", text) or "")
