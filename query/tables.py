"""Write rows as a small table to take away: CSV and Excel, with the guards of query.export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from query.export import Cells, Column, Row, measure_row, neutralise

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
_READABLE = 240  # Excel's characters that can be read side by side on a printed A4 page
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


@dataclass(frozen=True)
class Table:
    """A sheet of a workbook: its name, its columns, its rows (dicts by column key).

    A value is a str, a number, None, or a list of ``(str, is_marked)`` whose marked words are underlined.
    """

    name: str
    columns: Sequence[Column]
    rows: Iterable[Row]


def write_table_xlsx(path: Path, name: str, columns: Sequence[Column], rows: Iterable[Row], about: Iterable[tuple[str, str]]) -> None:
    """Write a workbook: a sheet of rows called ``name``, and one that says what it is."""
    write_tables_xlsx(path, [Table(name, columns, rows)], about)


def write_tables_xlsx(path: Path, tables: Iterable[Table], about: Iterable[tuple[str, str]]) -> None:
    """Write a workbook: a sheet a table, and one that says what they are."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.name)
        for position, column in enumerate(table.columns, 1):
            sheet.column_dimensions[get_column_letter(position)].width = column.width
        sheet.freeze_panes, sheet.print_title_rows = "A2", "1:1"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", "9"  # A4
        if sum(column.width for column in table.columns) <= _READABLE:
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
            sheet.page_setup.fitToHeight = 0  # as many pages as it takes; one across
        cells = Cells(sheet)
        sheet.row_dimensions[1].height = measure_row((column.head, column.width) for column in table.columns)
        sheet.append([cells.head(column.head) for column in table.columns])
        for number, row in enumerate(table.rows, 2):
            values = [_value(row, column.key) for column in table.columns]
            sheet.row_dimensions[number].height = measure_row(
                (_print(value), column.width) for column, value in zip(table.columns, values) if not column.is_link
            )
            sheet.append([_cell(cells, column, value) for column, value in zip(table.columns, values)])
            del sheet.row_dimensions[number]  # it is in the file
    second = book.create_sheet("说明")
    second.column_dimensions["A"].width, second.column_dimensions["B"].width = 18, 90
    cells = Cells(second)
    for head, words in about:
        second.append([cells.head(head), cells.words(words)])
    book.save(path)


def _cell(cells: Cells, column: Column, value: Any) -> Any:
    if column.is_link:
        return cells.link(value)
    if isinstance(value, list):
        return cells.marked(value)
    return cells.words(value) if isinstance(value, str) else cells.number(value)


def _print(value: Any) -> str:
    return "".join(words for words, _ in value) if isinstance(value, list) else str(value)


def _value(row: Row, key: str) -> Any:
    """A row's value as a table shows it: words, or a number, whole where it is whole."""
    value = row[key]
    if key == "cumulative":
        return _CUMULATIVE[value]
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return "" if value is None else value
