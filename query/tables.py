"""Write rows as a small table to take away: CSV and Excel, with the guards of query.export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from query.export import Cells, Column, Row, neutralise

INDICATOR_COLUMNS = (
    Column("concept", "可比指标", 28),
    Column("name", "表中的名称", 34),
    Column("part_of", "属于（其中项）", 24),
    Column("province", "地区", 10),
    Column("document_title", "文件", 30),
    Column("issued_on", "成文日期", 12),
    Column("op", "关系", 6),
    Column("value", "数值（基本单位）", 16),
    Column("unit", "基本单位", 10),
    Column("value_text", "印出的数值", 12),
    Column("printed_unit", "印出的单位", 12),
    Column("cumulative", "是否累计", 10),
    Column("period", "期间", 14),
    Column("nature", "属性", 10),
    Column("group_name", "表中的分组", 16),
    Column("note", "口径差别", 34),
    Column("id", "单元编号", 34),
    Column("address", "固定地址", 44, is_link=True),
)
_CUMULATIVE = {1: "累计", 0: "非累计", None: "未说明"}


def write_table_csv(columns: Sequence[Column], rows: Iterable[Row]) -> bytes:
    """Return a CSV file that Excel opens by a double click: UTF-8 with BOM, CRLF; numbers without separators."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([column.head for column in columns])
    for row in rows:
        values = [_value(row, column.key) for column in columns]
        writer.writerow([neutralise(value) if isinstance(value, str) else value for value in values])
    return buffer.getvalue().encode("utf-8", "replace")


def write_table_xlsx(path: Path, name: str, columns: Sequence[Column], rows: Iterable[Row], about: Iterable[tuple[str, str]]) -> None:
    """Write a workbook: a sheet of rows called ``name``, and one that says what it is."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(name)
    for position, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.freeze_panes = "A2"
    cells = Cells(sheet)
    sheet.append([cells.head(column.head) for column in columns])
    for row in rows:
        sheet.append([_cell(cells, column, _value(row, column.key)) for column in columns])
    second = book.create_sheet("说明")
    second.column_dimensions["A"].width, second.column_dimensions["B"].width = 18, 90
    cells = Cells(second)
    for head, words in about:
        second.append([cells.head(head), cells.words(words)])
    book.save(path)


def _cell(cells: Cells, column: Column, value: Any) -> Any:
    if column.is_link:
        return cells.link(value)
    return cells.words(value) if isinstance(value, str) else cells.number(value)


def _value(row: Row, key: str) -> Any:
    """A row's value as a table shows it: words, or a number, whole where it is whole."""
    value = row[key]
    if key == "cumulative":
        return _CUMULATIVE[value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return "" if value is None else value
