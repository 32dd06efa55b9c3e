"""Facts, a trap a case: what is a figure, a duty, a citation, a binding word, and what only looks like one."""

from __future__ import annotations

import pytest

from ingest.address import Audience, find_audiences, find_force
from ingest.assign import SentenceReader, assign
from ingest.cite import cite
from ingest.quantify import quantify
from ingest.resolve import Agencies, concept_of
from tests.conftest import parse_text


def _first(sentence: str):
    parsed = parse_text(f"一、任务\n{sentence}")
    return [(q.text, q.value, q.unit, q.op, q.kind) for q in quantify(parsed.reading.text, parsed.units)]


QUANTITIES = {
    "开展培训150万人次以上。": [("150万人次以上", 1_500_000, "人次", "≥", "target")],
    "到2025年，总量达到565万人。": [("达到565万人", 5_650_000, "人", "=", "target")],
    "“十三五”时期，培训近180万人次。": [("近180万人次", 1_800_000, "人次", "≈", "existing")],
    "按照每人每天15元的标准给予补贴。": [("15元", 15, "元", "=", "payment")],
    "培训补贴标准每人不超过1000元。": [("不超过1000元", 1000, "元", "≤", "payment")],
    "专题教育每学年不少于16学时。": [("不少于16学时", 16, "学时", "≥", "limit")],
    "每人每年参加培训不超过3次。": [("不超过3次", 3, "次", "≤", "limit")],
    "税前扣除限额提高至工资薪金总额8%的政策。": [("8%", 8, "%", "=", "limit")],
    "每两年举办一届职业技能大赛。": [("一届", 1, "届", "=", "frequency")],
    "每季度对各地开展评估。": [("每季度", 1, "次", "=", "frequency")],
    "力争全市培养5万名技师。": [("5万名", 50_000, "名", "=", "target")],
    "技工院校至少要拥有一个长期合作的企业。": [("至少要拥有一个", 1, "个", "≥", "limit")],
    "见习期为6个月。": [("6个月", 6, "个月", "=", "other")],
    # what only looks like a quantity
    "比例=甲数/总数×100%。": [],
    "贯彻党的十九大精神和“十四五”规划。": [],
    "推进17个乡村振兴重点帮扶县培训。": [],
    "围绕12大主导产业培养人才。": [],
    "运用“双随机、一公开”方式。": [],
    "落实国办发〔2019〕24号文件。": [],
    "打造一批品牌，一次性告知。": [],
    "推广5G和2021-2025年规划。": [],
    "规模以上企业和高级工以上人员。": [],
}  # fmt: skip


@pytest.mark.parametrize("sentence", QUANTITIES)
def test_quantity(sentence):
    assert _first(sentence) == QUANTITIES[sentence]


def test_range_of_a_quantity():
    parsed = parse_text("一、任务\n扶持每个市办好1-2所技师学院。")
    found = quantify(parsed.reading.text, parsed.units)[0]
    assert (found.value, found.value_to, found.unit) == (1, 2, "所")


DUTIES = {
    "做好培训。(省人社厅、省教育厅按职责分工负责。排第一位为牵头单位,下同)": [("省人社厅", "lead"), ("省教育厅", "support")],
    "做好培训。（省人社厅负责）": [("省人社厅", "lead")],
    "做好培训。(省人社厅)": [("省人社厅", "lead")],
    "做好培训。(市教育局牵头,市财政局参加)": [("市教育局", "lead"), ("市财政局", "support")],
    "做好培训。（人力资源社会保障部、财政部负责。列第一位者为牵头单位，下同）": [("人力资源社会保障部", "lead"), ("财政部", "support")],
    "做好培训。(省人社厅、省国资委等按职责分工负责)": [("省人社厅", "support"), ("省国资委", "support")],
    "1.甲。(市教育局牵头,市财政局参加) 2.乙。(市人社局负责) 3.丙。": [("市教育局", "lead"), ("市财政局", "support"), ("市人社局", "lead")],
    "做好。(市经济和信息化委、省教育厅和省财政厅负责)": [("市经济和信息化委", "support"), ("省教育厅", "support"), ("省财政厅", "support")],
    # brackets that assign nothing
    "面向职业院校(含技工院校,下同)。": [],
    "重点支持两市(沈阳市、大连市重点办好3-5所)。": [],
    "办学由校长负责(实行校长对教学质量全面负责)": [],
}  # fmt: skip


@pytest.mark.parametrize("sentence", DUTIES)
def test_duty_in_a_bracket(sentence):
    parsed = parse_text(f"一、任务\n{sentence}")
    assert [(d.printed, d.role) for d in assign(parsed.reading.text, parsed.units)] == DUTIES[sentence]


def test_a_long_list_that_is_none_takes_no_time():
    """Read as one expression, thirty names joined by a word that may stand in names would take hours."""
    parsed = parse_text("一、任务\n\n加强培训。（" + "省教育厅和" * 30 + "甲乙负责）\n")
    assert assign(parsed.reading.text, parsed.units) == ()


SENTENCES = {
    "司法行政部门负责服刑人员培训。": [("司法行政部门", "lead")],
    "工信、住建等部门要发挥作用。": [("工信", "support"), ("住建", "support")],  # a list that no one leads
    "教育、工信部门牵头。": [("教育", "lead"), ("工信部门", "lead")],
    "具体办法会同省人社厅另行制定。": [("省人社厅", "support")],
    "发展职业教育和农业农村经济。": [],
    "退役军人培训要加强。": [],
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_duty_in_a_sentence(sentence):
    reader = SentenceReader(["司法行政", "工信", "住建", "教育", "农业农村", "退役军人"], ["人社厅"])
    parsed = parse_text(f"一、任务\n{sentence}")
    assert [(d.printed, d.role) for d in reader.read(parsed.reading.text, parsed.units, ())] == SENTENCES[sentence]


CITATIONS = {
    "落实《职业学校学生实习管理规定》。": [("职业学校学生实习管理规定", None)],
    "落实《关于甲的意见》（冀办字[2021]21号）。": [("关于甲的意见", "冀办字[2021]21号")],
    "依据《甲规划》《乙方案(2019-2021年)》。": [("甲规划", None), ("乙方案(2019-2021年)", None)],
    "开展“春潮行动”和《技能中国行》。": [],
}


@pytest.mark.parametrize("sentence", CITATIONS)
def test_citation(sentence):
    parsed = parse_text(f"一、任务\n{sentence}")
    assert [(c.title, c.doc_number) for c in cite(parsed.reading.text, parsed.units)] == CITATIONS[sentence]


@pytest.mark.parametrize(
    "text, must, encourage, explore",
    [
        ("要加强培训,企业应当落实,严禁弄虚作假。", {"要": 1, "应": 1, "严禁": 1}, {}, {}),
        ("适应需要,重要的要求和要素,应急与应届。", {}, {}, {}),
        ("鼓励企业参与,支持院校开展,给予资金支持。", {}, {"鼓励": 1, "支持": 1}, {}),
        ("探索开展试点。", {}, {}, {"探索": 1, "试点": 1}),
    ],
)
def test_binding_words(text, must, encourage, explore):
    counted = {force: {word: len(spans) for word, spans in by_word.items()} for force, by_word in find_force(text).items()}
    assert counted == {"must": must, "encourage": encourage, "explore": explore}


def test_word_that_holds_an_audience_and_means_another_is_left_out():
    audiences = [Audience("skilled", "技能人才", ("技能人才",), ("高技能人才",)), Audience("high", "高技能人才", ("高技能人才",))]
    assert find_audiences("培养高技能人才。", audiences) == {"high": [(2, 7)]}


@pytest.mark.parametrize(
    "printed, agency",
    [("省人社厅", "hrss"), ("辽宁省人社厅", "hrss"), ("人社部门", "hrss"), ("市人社局", "hrss"), ("省小行星局", None)],
)
def test_public_body_by_any_of_its_forms(printed, agency):
    agencies = Agencies([{"id": "hrss", "name": "人社", "forms": ["人社厅", "人社局"], "sentence": ["人社"]}])
    assert agencies.resolve(printed)[0] == agency


@pytest.mark.parametrize("name", ["农民工参加职业培训", "农民工参加职业培训人次", "农民工参加职业培训(人次)"])
def test_target_that_is_named_a_little_differently(name):
    assert concept_of(name, [{"id": "migrant", "names": ["农民工参加职业培训"]}]) == "migrant"
