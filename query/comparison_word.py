"""Write a comparison as a file for Word: the aligned rows as one table, then figures, agencies and binding words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from query.comparison_words import (
    LEGEND, METHOD, STRIPS_METHOD, Names, label_strip_row, say_cell, say_corpus, say_document, say_source, say_strip_cell,
)  # fmt: skip
from query.dates import write_date
from query.word import Cell, Words, add_heading, add_paragraph, add_table, fit_size, save_document, start_document


def write_comparison_word(
    comparison: Mapping[str, Any],
    names: Names,
    absolute: Callable[[str], str],
    build: Mapping[str, str],
    made_on: date,
) -> bytes:
    """Return the .docx; ``absolute`` completes a path to an address, ``build`` are the facts of kb.db."""
    columns = comparison["columns"]
    document = start_document(comparison["title"], subject="政策条款逐句对照", author=build.get("corpus_name", ""))
    for line in _introduce(comparison, build, made_on):
        add_paragraph(document, line)
    add_heading(document, "一、逐句对照")
    add_paragraph(document, _explain_marks(comparison), style="Note")
    size = fit_size(len(columns) + 1)
    heads = ["行", *map(_head_column, columns)]
    rows = [_write_sources(columns, absolute, build, made_on), *(_write_row(row, names) for row in comparison["rows"])]
    add_table(document, heads, rows, size=size, caption=f"{comparison['title']}：句子逐行对应")
    if not comparison["rows"]:
        add_paragraph(document, "各栏文字相同，没有差异。")
    add_paragraph(document, METHOD, style="Note")
    if comparison["strips"]:
        add_heading(document, "二、" + "、".join(names.strips.get(strip["id"], strip["id"]) for strip in comparison["strips"]) + "对照")
        for strip in comparison["strips"]:
            if len(comparison["strips"]) > 1:
                add_heading(document, names.strips.get(strip["id"], strip["id"]), level=2)
            _add_strip(document, strip, columns, names, size)
        add_paragraph(document, STRIPS_METHOD, style="Note")
    address = absolute(comparison["path"])
    add_paragraph(document, [Words("本对照的地址："), Words(address, link=address)], style="Note")
    return save_document(document)


def _introduce(comparison: Mapping[str, Any], build: Mapping[str, str], made_on: date) -> Iterator[str]:
    """When it was made, from which corpus, and what is left out; one paragraph each."""
    corpus = say_corpus(build)
    yield f"制作日期：{write_date(made_on.isoformat())}。{corpus}{'。' if corpus else ''}各条的出处和固定地址见脚注。"
    remarks = list(comparison["remarks"])
    if comparison["hidden"]:
        remarks.append(f"略去了各栏相同的 {comparison['hidden']} 行。")
    for column in comparison["columns"]:
        if column["boxes"]:
            boxes = "、".join(box["label"] for box in column["boxes"])
            remarks.append(f"{column['name']}：其中的专栏没有列入（{boxes}）。")
    if remarks:
        yield "说明：" + "".join(remarks)


def _explain_marks(comparison: Mapping[str, Any]) -> list[Words]:
    marks = [LEGEND["plain"]]
    shown: list[Words] = [Words(f"图例：{marks[0]}；")]
    if len(comparison["columns"]) > 2:
        shown += [Words(LEGEND["some"], "some"), Words("；")]
    shown += [Words(LEGEND["own"], "own"), Words(f"；{LEGEND['alone']}")]
    if "dim" in comparison["view"]:
        shown += [Words("；"), Words(LEGEND["grey"], "grey")]
    return [*shown, Words("。")]


def _head_column(column: Mapping[str, Any]) -> list[Words]:
    return [Words(column["name"]), Words(f"\n{column['short']}", "light")]


def _write_sources(columns, absolute, build, made_on) -> list[Any]:
    """The row below the head: each column's document, its source as a footnote.

    Not in the head itself: that is repeated on every page, and LibreOffice loses footnotes there.
    """
    cells: list[Any] = [Words("出处", "remark")]
    for column in columns:
        words = "\n".join(filter(None, [say_document(column["document"]), write_date(column["date"] or "")]))
        cells.append([Words(words, note=say_source(column, absolute(column["pinned"]), build, made_on))])
    return cells


def _write_row(row: Mapping[str, Any], names: Names) -> list[Any]:
    kind = row["kind"]
    number = [Words(str(row["n"]) if row["n"] else ""), Words(f"\n{names.rows.get(kind, kind)}" if row["n"] else names.rows.get(kind, kind), "remark")]
    return [number, *(Cell(say_cell(cell, kind), edge=kind == "alone" and cell is not None) for cell in row["cells"])]


def _add_strip(document: Any, strip: Mapping[str, Any], columns, names: Names, size: float) -> None:
    heads = ["事项", *(column["name"] for column in columns)]
    rows = [
        [label_strip_row(strip["id"], row["label"], names), *(say_strip_cell(strip["id"], row["label"], items, names) for items in row["cells"])]
        for row in strip["rows"]
    ]
    widths = [0.8, *[1.0] * len(columns)]
    add_table(document, heads, rows, widths=widths, size=size, caption=names.strips.get(strip["id"], strip["id"]), number_first=False)
