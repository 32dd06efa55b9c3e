"""Read the targets that a table sets: name, value in base units, operator, period, nature."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from ingest.name import walk
from ingest.records import Indicator, Unit

_SCALES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3}
_VALUE = re.compile(
    r"(?P<op>[≥≤><=]{0,2})(?P<open>[〔\[]?)(?P<number>\d[\d,]*(?:\.\d+)?)[〕\]]?"
    r"(?P<scale>千万|百万|[亿万千])?(?P<unit>[^\d\s]{0,6}?)(?P<word>以上|以下|以内)?\Z"
)
_UNIT = re.compile(r"\((?P<scale>千万|百万|[亿万千])?(?P<unit>[^()\d]{1,8})\)\Z|\((?P<bare>[亿万千])\)\Z")
_NUMBER = re.compile(r"\d{1,3}\s*[.、]\s*")
_PART = re.compile(r"其中[:,]\s*")
_OPERATORS = {"": "=", "=": "=", "≥": "≥", ">=": "≥", "≤": "≤", "<=": "≤", ">": ">", "<": "<"}
_WORDS = {"以上": "≥", "以下": "≤", "以内": "≤"}
_NATURE = re.compile(r"预期性?|约束性?")
_YEARS = re.compile(r"(?:19|20)\d{2}(?:\s*[-—~至]\s*(?:19|20)\d{2})?年?")


def measure(units: tuple[Unit, ...]) -> tuple[Indicator, ...]:
    """Return the indicators of all tables, in order; a row without a value that can be read has none."""
    indicators: list[Indicator] = []
    for box, _, _ in walk(units):
        if box.kind == "box" and any(child.kind == "row" for child in box.children):
            indicators.extend(_measure_table(box, len(indicators)))
    return tuple(indicators)


def _measure_table(box: Unit, seq: int) -> list[Indicator]:
    rows = [child for child in box.children if child.kind == "row"]
    numbered = any(row.number for row in rows)
    found: list[Indicator] = []
    whole: str | None = None  # the last row that is no part of another
    in_part = False
    for row in rows:
        name = unicodedata.normalize("NFKC", row.cells[0])
        is_numbered = bool(_NUMBER.match(name))
        name = _NUMBER.sub("", name, count=1) if is_numbered else name
        part = _PART.match(name)
        # 2.其中:农民工… and after it 企业新型学徒制培训 without a number, among numbered rows: a part too.
        is_part = bool(part) or (in_part and numbered and not is_numbered)
        name = name[part.end() :] if part else name
        unit_match = _UNIT.search(name)
        column, value = _value_of(row, box)
        if not is_part:
            whole = row.eid
        in_part = is_part
        if value is None:
            continue
        scale = value["scale"] or (unit_match and (unit_match["scale"] or unit_match["bare"])) or ""
        unit = (unit_match and unit_match["unit"]) or value["unit"] or None
        number = Decimal(value["number"].replace(",", "")) * _SCALES.get(scale, 1)
        head = box.cells[column] if column < len(box.cells) else ""
        period = m[0] if (m := _YEARS.search(unicodedata.normalize("NFKC", head))) else None
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
                cumulative=_is_cumulative(bool(value["open"]), period),
                period=period,
                nature=nature,
                seq=seq + len(found),
            )
        )
    return found


def _is_cumulative(bracketed: bool, period: str | None) -> bool | None:
    """〔150〕 is a sum over the years; under a head such as 2021-2025年 a bare figure may be one or not."""
    if bracketed:
        return True
    return None if period is not None and len(re.findall(r"\d{4}", period)) > 1 else False


def _value_of(row: Unit, box: Unit) -> tuple[int, re.Match[str] | None]:
    """The column of the target and its value: of several, the last whose head does not say otherwise."""
    readable = []
    for column in range(1, len(row.cells)):
        plain = unicodedata.normalize("NFKC", row.cells[column]).replace(" ", "")
        match = _VALUE.match(plain)
        if match:
            readable.append((column, match))
    for column, match in reversed(readable):
        head = box.cells[column] if column < len(box.cells) else ""
        if not re.search(r"年均|增速|增长|基期|现状", head):
            return column, match
    return readable[-1] if readable else (0, None)
