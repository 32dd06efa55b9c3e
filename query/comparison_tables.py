"""Write a comparison as data: a workbook of aligned rows, facts and sources, and a CSV of one row a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from query.comparison_words import ABSENT, METHOD, Names, label_strip_row, say_cell, say_corpus, say_document, write_number
from query.export import Column, Row
from query.layout import unbreak
from query.tables import Table, write_table_csv, write_tables_xlsx

SENTENCE_COLUMNS = (
    Column("row", "行", 6),
    Column("row_kind", "行类", 8),
    Column("column", "栏", 6),
    Column("province", "地区", 10),
    Column("document_title", "文件", 30),
    Column("doc_number", "文号", 20),
    Column("date", "日期", 12),
    Column("provision_id", "条款编号", 34),
    Column("label", "位置", 36),
    Column("sentence", "原文第几句", 10),
    Column("moved", "是否挪动", 8),
    Column("text", "文字", 80),
    Column("only", "只有这一栏有的词", 40),
    Column("some", "部分栏有的词", 40),
    Column("start", "起（条款文字中的第几字，从0起）", 10),
    Column("end", "止（不含）", 10),
    Column("address", "固定地址", 44, is_link=True),
)
FACT_COLUMNS = (
    Column("kind", "类别", 10),
    Column("item", "事项", 30),
    Column("column", "栏", 6),
    Column("province", "地区", 12),
    Column("document_title", "文件", 30),
    Column("printed", "印出的文字", 30),
    Column("op", "关系", 6),
    Column("value", "数值（基本单位）", 16),
    Column("value_to", "至", 16),
    Column("unit", "基本单位", 10),
    Column("nature", "性质", 10),
    Column("year", "年份或期间", 12),
    Column("tentative", "是否力争", 10),
    Column("subject", "所指", 24),
    Column("count", "次数", 6),
    Column("start", "起（条款文字中的第几字，从0起）", 10),
    Column("end", "止（不含）", 10),
    Column("address", "固定地址", 44, is_link=True),
)
SOURCE_COLUMNS = (
    Column("column", "栏", 6),
    Column("province", "地区", 12),
    Column("document_title", "文件", 34),
    Column("supplied", "题名代拟", 10),
    Column("doc_number", "文号", 20),
    Column("issuers", "发文机关", 34),
    Column("issued_on", "成文日期", 12),
    Column("published_on", "发布日期", 12),
    Column("provision_id", "条款编号", 34),
    Column("kind", "层级", 8),
    Column("label", "位置", 44),
    Column("version", "版本", 6),
    Column("sentences", "句数", 8),
    Column("total", "字数", 8),
    Column("all", "各栏都有的字", 10),
    Column("some", "部分栏有的字", 10),
    Column("one", "独有的字", 10),
    Column("boxes", "其中没有列入的专栏", 30),
    Column("address", "固定地址", 44, is_link=True),
)


def write_comparison_csv(comparison: Mapping[str, Any], names: Names, absolute: Callable[[str], str]) -> bytes:
    """Return a CSV of one row a sentence; a column without counterpart has a row without sentence."""
    return write_table_csv(SENTENCE_COLUMNS, _list_sentences(comparison, names, absolute))


def write_comparison_xlsx(
    path: Path, comparison: Mapping[str, Any], names: Names, absolute: Callable[[str], str], build: Mapping[str, str]
) -> None:
    """Write a workbook: 对照 (a column a provision), 事实 (figures, agencies, binding words), 来源 and 说明."""
    columns = comparison["columns"]
    aligned = [
        Column("row", "行", 6),
        Column("row_kind", "行类", 9),
        *(Column(str(column["n"]), _head(column), 46 if len(columns) < 4 else 34) for column in columns),
    ]
    tables = [
        Table("对照", aligned, _list_rows(comparison, names)),
        Table("事实", FACT_COLUMNS, _list_facts(comparison, names, absolute)),
        Table("来源", SOURCE_COLUMNS, _list_sources(comparison, names, absolute)),
    ]
    write_tables_xlsx(path, tables, _describe(comparison, absolute, build))


def _head(column: Mapping[str, Any]) -> str:
    return "\n".join(filter(None, [column["name"], say_document(column["document"]), column["short"], column["date"]]))


def _list_rows(comparison: Mapping[str, Any], names: Names) -> Iterator[Row]:
    for row in comparison["rows"]:
        cells = {
            str(n): [(words.text, words.look == "own") for words in say_cell(cell, row["kind"])]
            for n, cell in enumerate(row["cells"], 1)
        }
        yield {"row": row["n"], "row_kind": names.rows.get(row["kind"], row["kind"]), **cells}


def _list_sentences(comparison: Mapping[str, Any], names: Names, absolute: Callable[[str], str]) -> Iterator[Row]:
    for row in comparison["rows"]:
        for column, cell in zip(comparison["columns"], row["cells"]):
            said = {"row": row["n"], "row_kind": names.rows.get(row["kind"], row["kind"]), **_name_column(column, absolute)}
            if cell is None:
                if row["kind"] != "loose":
                    yield {**said, "sentence": None, "moved": "", "text": ABSENT, "only": "", "some": "", "start": None, "end": None}
                continue
            for sentence in cell["sentences"]:
                yield {
                    **said,
                    "row": sentence["row"],
                    "sentence": sentence["n"],
                    "moved": "挪动" if sentence["moved"] or row["kind"] == "loose" else "",
                    "text": sentence["text"].strip(),
                    "only": _gather(sentence, "one"),
                    "some": _gather(sentence, "some"),
                    "start": sentence["start"],
                    "end": sentence["end"],
                }


def _list_facts(comparison: Mapping[str, Any], names: Names, absolute: Callable[[str], str]) -> Iterator[Row]:
    for strip in comparison["strips"]:
        for row in strip["rows"]:
            item = label_strip_row(strip["id"], row["label"], names)
            for column, items in zip(comparison["columns"], row["cells"]):
                said = {**_NO_FACT, "kind": names.strips.get(strip["id"], strip["id"]), "item": item, **_name_column(column, absolute)}
                for fact in items:
                    yield {**said, **_describe_fact(strip["id"], fact, names)}
                if not items:
                    yield {**said, "printed": "—（没有写）"}


_NO_FACT = {column.key: None for column in FACT_COLUMNS}


def _describe_fact(strip: str, fact: Mapping[str, Any], names: Names) -> Row:
    if strip == "force":
        starts = [start for start, _ in fact["spans"]]
        return {"printed": fact["text"], "count": fact["count"], "start": starts[0], "end": fact["spans"][0][1]}
    place = {"printed": unbreak(fact["text"]), "start": fact["start"], "end": fact["end"]}
    if strip == "agencies":
        return {**place, "nature": names.roles.get((fact["role"], fact["form"]), fact["role"])}
    return {
        **place,
        **{key: fact[key] for key in ("op", "value", "value_to", "unit", "year")},
        "nature": names.figures.get(fact["kind"], fact["kind"]),
        "tentative": "力争" if fact["tentative"] else "",
        "subject": unbreak(fact["subject"] or ""),
    }


def _list_sources(comparison: Mapping[str, Any], names: Names, absolute: Callable[[str], str]) -> Iterator[Row]:
    for column in comparison["columns"]:
        document = column["document"]
        yield {
            **_name_column(column, absolute),
            "supplied": "代拟" if document["title_supplied"] else "",
            "issuers": "、".join(document["issuers"]),
            "issued_on": document["issued_on"],
            "published_on": document["published_on"],
            "kind": names.kinds.get(column["kind"], column["kind"]),
            "version": column["version"],
            "sentences": column["sentences"],
            "boxes": "、".join(box["label"] for box in column["boxes"]),
            **column["shared"],
        }


def _name_column(column: Mapping[str, Any], absolute: Callable[[str], str]) -> Row:
    return {
        "column": column["n"],
        "province": column["province"],
        "document_title": unbreak(column["document"]["title"]),
        "doc_number": column["document"]["doc_number"],
        "date": column["date"],
        "provision_id": column["provision_id"],
        "label": column["label"],
        "address": absolute(column["pinned"]),
    }


def _gather(sentence: Mapping[str, Any], share: str) -> str:
    """The runs of words of one share, parted by ｜."""
    runs = [""]
    for piece in sentence["pieces"]:
        if piece["share"] == share:
            runs[-1] += unbreak(piece["text"])
        elif piece["share"] and runs[-1]:
            runs.append("")
    return "｜".join(filter(None, (run.strip() for run in runs)))


def _describe(comparison: Mapping[str, Any], absolute: Callable[[str], str], build: Mapping[str, str]) -> list[tuple[str, str]]:
    lines = [
        ("内容", comparison["title"]),
        ("对照", f"一行一组对应的句子，一栏一条；带下划线的是只有这一栏有的词，“{ABSENT}”表示没有对应的句子。{METHOD}"),
        ("事实", "各栏文字里写出的数量、机构和力度用语。数值已换算为基本单位，印出的文字同时列出；没有写的也占一行。"),
        ("略去", f"各栏相同的 {write_number(comparison['hidden'])} 行" if comparison["hidden"] else ""),
        ("说明", "\n".join(comparison["remarks"])),
        ("语料版本", say_corpus(build).removeprefix("语料版本 ")),
        ("语料校验和", build.get("corpus_sha256", "")),
        ("本对照的地址", absolute(comparison["path"])),
    ]
    return [(head, words) for head, words in lines if words]
