"""Read the targets that a table sets: name, value in base units, operator, period, nature."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from ingest.cells import UNIT_LINE, is_serial
from ingest.name import walk
from ingest.records import Indicator, Unit

_SCALES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3}
_VALUE = re.compile(
    r"(?P<op>[≥≤><=]{0,2})(?P<open>[〔\[【]?)(?P<number>\d[\d,]*(?:\.\d+)?)[〕\]】]?"
    # A unit begins with a letter or %: 4.就业率 is a number and a name, no 4 of the unit .就业率.
    r"(?P<scale>千万|百万|[亿万千])?(?P<unit>(?:[%‰℃㎡]|(?!以[上下内])[^\W\d_])[^\d\s]{0,5}?)?(?P<word>以上|以下|以内)?\Z"
)
_UNIT = re.compile(r"\((?P<bare>千万|百万|[亿万千])\)\Z|\((?P<scale>千万|百万|[亿万千])?(?P<unit>(?![已至含见预约不其])[^()\d]{1,8})\)\Z")
_NUMBER = re.compile(r"\d{1,3}\s*[.、]\s*")
_PART = re.compile(r"其中[:,]\s*")
_OPERATORS = {"": "=", "=": "=", "≥": "≥", ">=": "≥", "≤": "≤", "<=": "≤", ">": ">", "<": "<"}
_WORDS = {"以上": "≥", "以下": "≤", "以内": "≤"}
_NATURE = re.compile(r"预期性?|约束性?")
_UNIT_CELL = re.compile(r"(?P<scale>千万|百万|[亿万千])?(?P<unit>[%‰]|[^\W\d_][^\s()]{0,9})?\Z")
_HEAD_UNIT = re.compile(r"(?:\(|单位[:：]\s*)(?P<scale>千万|百万|[亿万千])?(?P<unit>[%‰]|(?![已至含见预约])[^\W\d_][^\d\s(),]{0,4})?\)?(?=\s*(?:›|\)|\Z))")
# A table sets targets when its title or a head says so, or a head names the year by which: a list of coordinates, of rates
# or of what is there holds figures too, and none of them is a target.
_TARGETS = re.compile(r"目标|任务|计划|预期|约束性|规划数|指标")
# What a year brought beside the year before is no target where no head says so; nor are the lengths of a database's fields.
_LOOKS_BACK = re.compile(r"(?:比|较)(?:上年|去年|上期|同期)|同比|环比|上年同期")
_AIMS = re.compile(r"目标|任务|计划|预期|约束性|规划")
_YEAR_HEAD = re.compile(r"(?:19|20)\d{2}\s*年")
_HEAD_YEAR = re.compile(r"((?:19|20)\d{2})\s*年")
_NAMES = re.compile(r"(?:主要|具体|三级|核心)?指标(?:名称|内容)?|名称|(?:主要)?项目(?:名称)?|内容|任务(?:名称|内容)?|工作任务")
_NO_VALUE = re.compile(r"序号|编号|代码|坐标|电话|邮编|页码|日期|时间|权重|分值|得分|备注|说明|属性|时限|期限|进度|责任|完成(?!目标|任务)|标准|等级|投资")
_NOT_YET = re.compile(r"其中|年均|增速|增长|基期|现状")
_BEFORE = re.compile(r"基期|现状")
_NO_NAME = re.compile(r"小\s*计\Z")
_YEAR_VALUE = re.compile(r"(?:19|20)\d{2}年?\Z")
_DATE = re.compile(r"(?:19|20)\d{2}(?:年|[.．/-]\d{1,2}\Z)|\d{1,2}月(?!\w*次)")  # 2024年底, 2020.12, 6月底: by when
_YEARS = re.compile(r"(?:19|20)\d{2}(?:\s*[-—~至]\s*(?:19|20)\d{2})?年?")


@dataclass(frozen=True)
class _Head:
    """What a column's head, or a table's title, says of the values below it."""

    unit: tuple[str, str | None] | None  # scale and unit
    has_odd_unit: bool  # one is told that can't be read
    period: str | None
    year: int | None  # the last that it names
    holds_no_value: bool  # names, serial numbers, remarks
    may_be_year: bool  # a bare year below it is the year by which
    is_before: bool  # what was there at the beginning
    is_not_yet: bool  # 其中, 年均: a value to be taken only where there is no other

    @classmethod
    def read(cls, printed: str) -> _Head:
        """Return what a head says."""
        folded, plain = unicodedata.normalize("NFKC", printed), re.sub(r"\s", "", printed)
        unit = next((m for m in _HEAD_UNIT.finditer(folded) if m["scale"] or m["unit"]), None)
        period = _YEARS.search(folded)
        return cls(
            unit=(unit["scale"] or "", unit["unit"]) if unit else None,
            has_odd_unit=unit is None and "单位:" in folded,
            period=period[0] if period else None,
            year=max(map(int, _HEAD_YEAR.findall(plain)), default=None),
            holds_no_value=bool(_NAMES.fullmatch(plain) or (_NO_VALUE.search(plain) and "目标" not in plain)),
            may_be_year=(not plain or bool(re.search(r"年|时|期限", plain))) and not _YEAR_HEAD.search(plain),
            is_before=bool(_BEFORE.search(plain)),
            is_not_yet=bool(_NOT_YET.search(plain)),
        )


def measure(units: tuple[Unit, ...], text: str = "") -> tuple[Indicator, ...]:
    """Return the indicators of all tables, in order; a row without a value that can be read has none.

    ``text`` is the reading text: the line 单位：万人 above a table tells what its figures count.
    """
    indicators: list[Indicator] = []
    for box, _, _ in walk(units):
        if box.kind == "box" and any(child.kind == "row" for child in box.children):
            indicators.extend(_measure_table(box, len(indicators), _unit_above(box, text)))
    return tuple(indicators)


_NO_HEAD = _Head.read("")


def _measure_table(box: Unit, seq: int, above: str | None) -> list[Indicator]:
    rows = [child for child in box.children if child.kind == "row"]
    if not _sets_targets(box):
        return []
    if _has_years_for_rows(rows):
        return _measure_years(box, rows, seq, above)
    at, unit_at = _name_column(box, rows), _unit_column(box)
    heads = [_Head.read(cell) for cell in box.cells]  # once, not for each row: a head may be as long as a page
    title = _Head.read(box.heading or "")
    if "指标" in box.cells[at + 1 :] or (at < len(box.cells) and box.cells[at] in box.cells[at + 1 :]):
        # 指标 / 属性 on two lines were taken for two heads, or two tables stand side by side: names and values can't be told apart.
        return []
    numbered = any(row.number for row in rows)
    found: list[Indicator] = []
    whole: str | None = None  # the last row that is no part of another
    in_part = False
    for row in rows:
        name = unicodedata.normalize("NFKC", row.cells[at] if at < len(row.cells) else "")
        is_numbered = bool(_NUMBER.match(name))
        name = _NUMBER.sub("", name, count=1) if is_numbered else name
        part = _PART.match(name)
        # 2.其中:农民工… and after it 企业新型学徒制培训 without a number, among numbered rows: a part too.
        is_part = bool(part) or (in_part and numbered and not is_numbered)
        name = name[part.end() :] if part else name
        unit_match = _UNIT.search(name)
        column, value = _value_of(row, heads, at)
        if not is_part:
            whole = row.eid
        in_part = is_part
        if value is None or not re.search(r"[^\W\d_]", name) or _NO_NAME.match(name.strip()):
            continue
        if len(row.cells) < len(box.cells) - 1 or len(row.cells) > len(box.cells) > 0:
            continue  # more than the nature is lacking, or cells are too many: under which head the figure stands can't be told
        head = heads[column] if column < len(heads) else _NO_HEAD
        measured = _scale(value, unit_match, _told_unit(row, unit_at, head, title, above))
        if measured is None:
            continue  # a unit that can't be read may hold 万: no figure is better than one that is wrong
        number, unit = measured
        nature = next((m[0] for cell in row.cells[1:] if (m := _NATURE.fullmatch(cell.strip()))), None)
        found.append(
            Indicator(
                eid=row.eid,
                box_eid=box.eid,
                group_name=row.group_name,
                name=name[: unit_match.start()].strip() if unit_match else name.strip(),
                part_of=whole if is_part and whole != row.eid else None,
                value=float(number),
                value_text=row.cells[column],
                unit=unit,
                op=_WORDS.get(value["word"] or "") or _OPERATORS.get(value["op"], "="),
                cumulative=_is_cumulative(bool(value["open"]), head.period),
                period=head.period,
                nature=nature,
                seq=seq + len(found),
            )
        )
    return found


def _scale(
    value: re.Match[str], named: re.Match[str] | None, told: tuple[str, str | None] | None
) -> tuple[Decimal, str | None] | None:
    """The figure in base units, and its unit: the value's own, that after the name, or that told for the table.

    What names its unit takes no magnitude from elsewhere: 就业率（%） in a table of 万人 counts no 万.
    """
    scale, unit = value["scale"] or "", value["unit"]
    if named is not None:
        scale, unit = scale or named["scale"] or named["bare"] or "", named["unit"] or unit
    if unit is None:
        if told is None:
            return None
        scale, unit = scale or told[0], told[1]
    elif named is None and not scale and told is not None and told[0] and told[1] == unit:
        return None  # 150人 in a column of 万人
    return Decimal(value["number"].replace(",", "")) * _SCALES.get(scale, 1), unit


def _has_years_for_rows(rows: list[Unit]) -> bool:
    return len(rows) > 1 and all(_YEARS.fullmatch(unicodedata.normalize("NFKC", row.cells[0]).strip()) for row in rows)


def _measure_years(box: Unit, rows: list[Unit], seq: int, above: str | None) -> list[Indicator]:
    """A table whose rows are years: its heads name the targets."""
    found: list[Indicator] = []
    title = _Head.read(box.heading or "")
    for row in rows:
        for column in range(1, min(len(row.cells), len(box.cells))):
            head = unicodedata.normalize("NFKC", box.cells[column])
            value = _read_value(row.cells[column])
            if value is None or _NO_VALUE.search(head) or len(row.cells) != len(box.cells):
                continue
            named = _UNIT.search(head)
            measured = _scale(value, named, _told_unit(row, 10**6, _NO_HEAD, title, above))
            if measured is None:
                continue
            period = unicodedata.normalize("NFKC", row.cells[0]).strip()
            found.append(
                Indicator(
                    eid=row.eid, box_eid=box.eid, group_name=row.group_name,
                    name=(head[: named.start()] if named else head).strip(), part_of=None,
                    value=float(measured[0]), value_text=row.cells[column], unit=measured[1],
                    op=_WORDS.get(value["word"] or "") or _OPERATORS.get(value["op"], "="),
                    cumulative=_is_cumulative(bool(value["open"]), period), period=period, nature=None, seq=seq + len(found),
                )
            )  # fmt: skip
    return found


def _is_cumulative(bracketed: bool, period: str | None) -> bool | None:
    """〔150〕 is a sum over the years; under a head such as 2021-2025年 a bare figure may be one or not."""
    if bracketed:
        return True
    return None if period is not None and len(re.findall(r"\d{4}", period)) > 1 else False


def _sets_targets(box: Unit) -> bool:
    heads = " ".join(box.cells)
    if "字段" in heads or (_LOOKS_BACK.search(heads) and not _AIMS.search(heads)):
        return False
    return bool(_TARGETS.search(f"{box.heading or ''} {heads}") or _YEAR_HEAD.search(heads))


def _name_column(box: Unit, rows: list[Unit]) -> int:
    """The column of the targets' names: the one whose head says so, else the first that is no number of rows."""
    heads = [re.sub(r"\s", "", head) for head in box.cells]
    named = next((i for i, head in enumerate(heads) if _NAMES.fullmatch(head)), None)
    if named is not None:
        return named
    first = [row.cells[0].strip() for row in rows]
    serial = (heads and is_serial(heads[0])) or (len(first) > 2 and first == [str(i + 1) for i in range(len(first))])
    return 1 if serial else 0


def _unit_column(box: Unit) -> int:
    heads = [re.sub(r"\s", "", head).split("›")[-1] for head in box.cells]
    return next((i for i, head in enumerate(heads) if re.fullmatch(r"(?:计量|计算)?单位", head)), 10**6)


def _unit_above(box: Unit, text: str) -> str | None:
    """The units of the line 单位：… that stands in the two lines before a table, or between its title and its rows."""
    first = next(child.start for child in box.children if child.kind == "row")
    before = [line for line in text[max(0, box.start - 200) : box.start].splitlines() if line.strip()][-2:]
    for line in [*reversed(text[box.start : first].splitlines()), *reversed(before)]:
        if match := UNIT_LINE.fullmatch(line.strip()):
            return unicodedata.normalize("NFKC", match["units"]).strip()
    return None


def _told_unit(row: Unit, column: int, head: _Head, title: _Head, above: str | None) -> tuple[str, str | None] | None:
    """Scale and unit that a column of units, the value's head, the title or the line above tells; None where unreadable."""
    cell = unicodedata.normalize("NFKC", row.cells[column]).strip() if column < len(row.cells) else ""
    if cell.strip("-—–/"):
        match = _UNIT_CELL.match(cell)
        return (match["scale"] or "", match["unit"]) if match else None
    for place in (head, title):
        if place.unit or place.has_odd_unit:
            return place.unit
    if above:
        match = _UNIT_CELL.match(above)
        # 单位：万人、%: which of the two a row counts it must say itself.
        return (match["scale"] or "", match["unit"]) if match and not re.search(r"[、,，/;；]", above) else None
    return "", None


def _read_value(text: str) -> re.Match[str] | None:
    """A cell that is one figure: 30 15 and 重点城市≥30 are none, though closed up they would read as one."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.search(r"[^\W_]\s+[^\W_]", plain):
        return None
    return _VALUE.match(re.sub(r"\s", "", plain))


def _value_of(row: Unit, heads: list[_Head], at: int) -> tuple[int, re.Match[str] | None]:
    """The column of the target and its value: of several, the last whose head does not say otherwise."""
    aims = []
    last = max((head.year for head in heads[at + 1 :] if head.year is not None), default=None)
    for column in range(at + 1, len(row.cells)):
        head = heads[column] if column < len(heads) else _NO_HEAD
        # What was there in 2020 is no target, not even where the one for 2025 is words.
        if head.holds_no_value or head.is_before or (head.year is not None and last is not None and head.year < last):
            continue
        match = _read_value(row.cells[column])
        if match is None or _DATE.match(match[0]):
            continue
        if head.may_be_year and _YEAR_VALUE.match(match[0]):
            continue  # the year by which, not how many
        aims.append((column, match, head))
    for column, match, head in reversed(aims):
        if not head.is_not_yet:
            return column, match
    return aims[-1][:2] if aims else (0, None)
