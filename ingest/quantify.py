"""Find quantities in prose: value, unit, operator, and whether it is a target, a fact, a payment or a limit.

Years, document numbers, ordinals and the numbers that belong to a name (十四五, 双随机, 17个重点帮扶县,
12大主导产业) are not quantities; each rule below says what it keeps out.
"""

from __future__ import annotations

import re
from decimal import Decimal

import cn2an

from ingest.name import walk
from ingest.records import Quantity, Unit

UNITS = (
    "个月|个工作日|人次|万人|学时|课时|小时|平方米|公顷|公里|亩|个百分点|百分点|名|人|个|家|所|套|项|元|%|％|次|届|门|篇|台|张|倍|户|件|期|场|册|支|班"
)
_SCALES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3, None: 1}
_BEFORE = (
    "不少于|不得少于|不低于|不得低于|至少要拥有|至少|不超过|不得超过|不高于|不多于|超过|突破|多于|大于|低于|"
    "达到|达|保持在|稳定在|控制在|约|近|接近|提高到|提高至|增加到|力争达到|力争|每年|不小于"
)
_AFTER = "以上|以下|以内|左右|之内"
_QUANTITY = re.compile(
    rf"(?P<before>{_BEFORE})?(?P<number>\d[\d,]{{0,20}}(?:\.\d{{1,9}})?|[一二两三四五六七八九十百]{{1,4}})"
    rf"(?:\s*[-—－~～至]\s*(?P<to>\d+(?:\.\d+)?))?(?P<scale>千万|百万|[亿万千])?(?P<unit>{UNITS})(?P<after>{_AFTER})?"
)
_SCALE_ONLY = re.compile(r"(?P<before>)(?P<number>\d{1,20}(?:\.\d{1,9})?)(?P<to>)(?P<scale>[亿万])(?P<unit>)(?=新型学徒|学徒|高技能)(?P<after>)")
_OPERATORS = {
    "不少于": "≥", "不得少于": "≥", "不低于": "≥", "不得低于": "≥", "至少": "≥", "至少要拥有": "≥", "不小于": "≥",
    "不超过": "≤", "不得超过": "≤", "不高于": "≤", "不多于": "≤", "控制在": "≤", "超过": ">", "突破": ">", "多于": ">",
    "大于": ">", "低于": "<", "约": "≈", "近": "≈", "接近": "≈", "以上": "≥", "以下": "≤", "以内": "≤", "之内": "≤", "左右": "≈",
}  # fmt: skip

# What a number belongs to a name by: 17个(乡村振兴)重点帮扶县, 12大主导产业, 107个县域特色产业群.
_NAME_BEHIND = re.compile(r"(?:乡村振兴)?重点帮扶|大主导|重大工程|主导产业|县域特色|现代化|占比|百年")
_NAME_BEFORE = re.compile(r"(?:第|十|“|[A-Za-z]|[×*÷/])\Z")  # 第五届, 十四五, “5G, ×100% of a formula
_PAST = re.compile(r"“?十三五”?(?:时期|期间|期末)|五年来|截至|截止|颁布的|(?:现有|已有|已达)\d")
_BACKGROUND = re.compile(r"[\u4e00-\u9fff]{0,4}(?:基础|环境|背景|现状|形势|回顾)[\u4e00-\u9fff、]{0,5}\Z")
_SECTIONS = {"part", "chapter", "section", "clause"}
_RHYTHM = re.compile(r"每(?:季度|半年|月)|每年(?=公布|发布|举办|组织|开展)")
_PAYMENT = re.compile(r"每人|补贴|标准|奖励|津贴|资助|工资|元/")
_LIMIT_BEFORE = {"不超过", "不得超过", "不少于", "不得少于", "不低于", "不得低于", "至少要拥有"}
_TARGET = re.compile(r"到“?\d{4}|“十四五”|期间|力争|累计|新增|建成|建设|打造|培养|培育|创建|遴选|开展|开发|推动|实现|达到|总量|引进|办好|培训|保持")


def quantify(text: str, units: tuple[Unit, ...]) -> tuple[Quantity, ...]:
    """Return the quantities in the own characters of each unit but rows and headings, in order."""
    quantities: list[Quantity] = []
    looks_back: dict[str, bool] = {}
    for unit, _, parent in walk(units):
        # In 发展基础 a number says what is; 达到 stands there as well as among the targets.
        above = parent is not None and looks_back[parent.eid]
        looks_back[unit.eid] = above or bool(unit.kind in _SECTIONS and unit.heading and _BACKGROUND.match(unit.heading))
        if unit.kind in ("row", "part", "chapter", "section", "annex", "box"):
            continue
        for pattern in (_QUANTITY, _SCALE_ONLY):
            for match in pattern.finditer(text, unit.start, unit.own_end):
                quantity = _read(text, unit, match, looks_back[unit.eid])
                if quantity is not None:
                    quantities.append(quantity)
        quantities += [_rhythm(text, unit, match) for match in _RHYTHM.finditer(text, unit.start, unit.own_end)]
    return tuple(sorted(quantities, key=lambda q: q.start))


def _rhythm(text: str, unit: Unit, match: re.Match[str]) -> Quantity:
    """每季度, 每年公布: once in a period, number and unit implied."""
    behind = re.match(r"[\u4e00-\u9fff]{0,20}", text[match.end() : unit.own_end])
    return Quantity(
        unit.eid, match.start(), match.end(), match[0], 1.0, None, "次", "=", "frequency", (behind and behind[0]) or None, None, False
    )


def _read(text: str, unit: Unit, match: re.Match[str], looks_back: bool) -> Quantity | None:
    sentence_start, sentence_end = _sentence(text, unit, match.start())
    sentence = text[sentence_start:sentence_end]
    before = text[max(unit.start, match.start() - 12) : match.start("number")]
    behind = text[match.end() : min(unit.own_end, match.end() + 24)]
    number, scale, printed_unit = match["number"], match["scale"] or None, match["unit"]
    if not number[0].isdigit() and not _is_counted(printed_unit, before):
        return None
    if _NAME_BEHIND.match(behind) or _NAME_BEFORE.search(before):
        return None
    value = _value(number)
    if value is None:
        return None
    if printed_unit.startswith("万"):
        printed_unit, scale = printed_unit[1:], "万"
    factor = _SCALES[scale]
    looks_back = looks_back or unit.kind == "note"
    kind = _kind(sentence, match, printed_unit, before, behind, match.start() - sentence_start, looks_back)
    return Quantity(
        eid=unit.eid,
        start=match.start(),
        end=match.end(),
        text=match[0],
        value=float(value * factor),
        value_to=float(Decimal(match["to"]) * factor) if match["to"] else None,
        unit={"％": "%", "": "人"}.get(printed_unit, printed_unit),
        op=_OPERATORS.get(match["after"] or "") or _OPERATORS.get(match["before"] or "", "="),
        kind=kind,
        subject=_subject(behind, sentence, match.start() - sentence_start),
        year=None if kind == "payment" else _year(text[_full_sentence(text, unit, match.start()) : match.start()]),
        tentative=bool(re.search(r"力争|争取|争创", sentence[: match.start("number") - sentence_start])),
    )


def _is_counted(unit: str, before: str) -> bool:
    """True for a Chinese numeral that counts: 拥有一个, 每两年举办一届; not 一个 as an article, 一批, 一次性."""
    return (unit in ("届", "次") and "每" in before) or before.endswith(("至少要拥有", "至少", "不少于", "不超过"))


def _value(number: str) -> Decimal | None:
    if number[0].isdigit():
        return Decimal(number.replace(",", ""))
    try:
        return Decimal(cn2an.cn2an(number, "smart"))
    except ValueError:
        return None


def _kind(sentence: str, match: re.Match[str], unit: str, before: str, behind: str, at: int, looks_back: bool) -> str:
    if unit == "元" and _PAYMENT.search(sentence) and not match["scale"]:
        return "payment"
    if unit == "届" or re.search(r"每(?:两|[一二三四五])?年(?:举办)?\Z", before):
        return "frequency"
    if match["before"] in _LIMIT_BEFORE and unit in ("次", "学时", "课时", "小时"):
        return "limit"
    if match["before"] == "至少要拥有" or (unit in ("%", "％") and re.search(r"用于|税|限额|工资", before + behind[:12])):
        return "limit"
    if looks_back or _PAST.search(sentence[:at]):
        return "existing"
    return "target" if _TARGET.search(sentence) else "other"


def _sentence(text: str, unit: Unit, at: int) -> tuple[int, int]:
    start = max(text.rfind(mark, unit.start, at) for mark in "。；;\n")
    ends = [end for mark in "。；;\n" if (end := text.find(mark, at, unit.own_end)) >= 0]
    return (max(start + 1, unit.start), min(ends, default=unit.own_end))


def _subject(behind: str, sentence: str, at: int) -> str | None:
    """The words that say of what: behind the number (30名专家), else the phrase before it (技能人才总量达到565万人)."""
    after = re.match(r"[\u4e00-\u9fff]{2,20}?(?=[,，、;；。()（和及]|\Z)", behind)
    if after and not behind.startswith(("的", "以上", "左右")):
        return after[0]
    left = re.split(r"[,，、:：;；。]", sentence[:at])[-1]
    left = re.sub(rf"(?:{_BEFORE}|累计|共|其中)+\Z", "", left) or left
    return left[-40:] or None


_YEARS = re.compile(
    r"(?P<from>20\d{2})年?\s*[至到—-]+\s*(?P<to>20\d{2})年|“?(?P<plan>十[一二三四五六])五”?(?P<end>期?末)?(?:时期|期间)?|"
    r"(?P<since>从)?(?P<year>20\d{2})年"
)


def _full_sentence(text: str, unit: Unit, at: int) -> int:
    """Where the sentence begins, parts divided by ; taken together: they share the year that its head names."""
    return max(max(text.rfind(mark, unit.start, at) for mark in "。\n") + 1, unit.start)


def _year(before: str) -> str | None:
    """The year or the years that the sentence gives before the number: 2025, 2021-2025; of a plan's end its last."""
    found = list(_YEARS.finditer(before))
    if not found:
        return None
    match = found[-1]
    if match["from"]:
        return f"{match['from']}-{match['to']}"
    if match["plan"]:
        # 十四五 is the fourteenth five-year plan, 2021 to 2025.
        start = 1981 + ("一二三四五六".index(match["plan"][1]) + 11 - 6) * 5
        return str(start + 4) if match["end"] else f"{start}-{start + 4}"
    return f"{match['year']}-" if match["since"] else match["year"]
