"""Find quantities in prose: value, unit, operator, and whether it is a target, a fact, a payment or a limit.

Years, document numbers, ordinals and the numbers that belong to a name (十四五, 双随机, 17个重点帮扶县,
12大主导产业) are not quantities; each rule below says what it keeps out.
"""

from __future__ import annotations

import re
from bisect import bisect_right
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
    rf"(?:\s*[-—－~～至]\s*(?P<to>\d{{1,20}}(?:\.\d{{1,9}})?))?(?P<scale>千万|百万|[亿万千])?(?P<unit>{UNITS})(?P<after>{_AFTER})?"
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
_TRIES = re.compile(r"力争|争取|争创")
_PART_END = re.compile(r"[。；;\n]")
LONGEST_LEFT = 200  # characters before a number among which its subject is looked for
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
        sentences = _Sentences(text, unit)
        for pattern in (_QUANTITY, _SCALE_ONLY):
            for match in pattern.finditer(text, unit.start, unit.own_end):
                quantity = _read(text, unit, match, sentences.at(match.start()), looks_back[unit.eid])
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


def _read(text: str, unit: Unit, match: re.Match[str], sentence: _Sentence, looks_back: bool) -> Quantity | None:
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
    kind = _kind(sentence, match, printed_unit, before, behind, looks_back)
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
        subject=_subject(behind, text[max(sentence.start, match.start() - LONGEST_LEFT) : match.start()]),
        year=None if kind == "payment" else sentence.years.before(match.start()),
        tentative=sentence.tries_until <= match.start("number"),
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


def _kind(sentence: _Sentence, match: re.Match[str], unit: str, before: str, behind: str, looks_back: bool) -> str:
    if unit == "元" and sentence.pays and not match["scale"]:
        return "payment"
    if unit == "届" or re.search(r"每(?:两|[一二三四五])?年(?:举办)?\Z", before):
        return "frequency"
    if match["before"] in _LIMIT_BEFORE and unit in ("次", "学时", "课时", "小时"):
        return "limit"
    if match["before"] == "至少要拥有" or (unit in ("%", "％") and re.search(r"用于|税|限额|工资", before + behind[:12])):
        return "limit"
    if looks_back or sentence.past_until <= match.start():
        return "existing"
    return "target" if sentence.aims else "other"


class _Sentence:
    """A sentence, or one of its parts divided by ;, and what each of its numbers asks of it: told once, not for each number."""

    def __init__(self, text: str, start: int, end: int, years: _Years) -> None:
        words = text[start:end]
        self.start = start
        self.years = years
        self.pays = bool(_PAYMENT.search(words))
        self.aims = bool(_TARGET.search(words))
        past, tries = _PAST.search(words), _TRIES.search(words)
        self.past_until = start + past.end() if past else len(text) + 1  # where 截至 and the like end
        self.tries_until = start + tries.end() if tries else len(text) + 1  # where 力争 ends


class _Sentences:
    """The sentences of a unit's own characters, each read when it is first asked for."""

    def __init__(self, text: str, unit: Unit) -> None:
        self._text, self._end = text, unit.own_end
        self._starts = [unit.start, *(m.end() for m in _PART_END.finditer(text, unit.start, unit.own_end))]
        self._whole = [unit.start, *(start for start in self._starts[1:] if text[start - 1] in "。\n")]
        self._read: dict[int, _Sentence] = {}
        self._years: dict[int, _Years] = {}

    def at(self, place: int) -> _Sentence:
        """The sentence around a place."""
        number = bisect_right(self._starts, place) - 1
        if number not in self._read:
            start = self._starts[number]
            end = self._starts[number + 1] - 1 if number + 1 < len(self._starts) else self._end
            self._read[number] = _Sentence(self._text, start, end, self._years_around(place))
        return self._read[number]

    def _years_around(self, place: int) -> _Years:
        """The years of the whole sentence: its parts divided by ; share the year that its head names."""
        number = bisect_right(self._whole, place) - 1
        if number not in self._years:
            end = self._whole[number + 1] if number + 1 < len(self._whole) else self._end
            self._years[number] = _Years(self._text, self._whole[number], end)
        return self._years[number]


class _Years:
    """The years that a sentence names, in order."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._found = list(_YEARS.finditer(text, start, end))
        self._ends = [match.end() for match in self._found]

    def before(self, place: int) -> str | None:
        """The year or the years named last before a place: 2025, 2021-2025; of a plan's end its last."""
        known = bisect_right(self._ends, place)
        last = self._found[known - 1] if known else None
        if known < len(self._found) and self._found[known].start() < place:
            # 2025年至2030年 of which only the first half stands before the place.
            halves = list(_YEARS.finditer(self._text, self._found[known].start(), place))
            last = halves[-1] if halves else last
        return _year(last) if last else None


def _subject(behind: str, before: str) -> str | None:
    """The words that say of what: behind the number (30名专家), else the phrase before it (技能人才总量达到565万人)."""
    after = re.match(r"[\u4e00-\u9fff]{2,20}?(?=[,，、;；。()（和及]|\Z)", behind)
    if after and not behind.startswith(("的", "以上", "左右")):
        return after[0]
    left = re.split(r"[,，、:：;；。]", before)[-1]
    left = re.sub(rf"(?:{_BEFORE}|累计|共|其中)+\Z", "", left) or left
    return left[-40:] or None


_YEARS = re.compile(
    r"(?P<from>20\d{2})年?\s*[至到—-]+\s*(?P<to>20\d{2})年|“?(?P<plan>十[一二三四五六])五”?(?P<end>期?末)?(?:时期|期间)?|"
    r"(?P<since>从)?(?P<year>20\d{2})年"
)


def _year(match: re.Match[str]) -> str:
    if match["from"]:
        return f"{match['from']}-{match['to']}"
    if match["plan"]:
        # 十四五 is the fourteenth five-year plan, 2021 to 2025.
        start = 1981 + ("一二三四五六".index(match["plan"][1]) + 11 - 6) * 5
        return str(start + 4) if match["end"] else f"{start}-{start + 4}"
    return f"{match['year']}-" if match["since"] else match["year"]
