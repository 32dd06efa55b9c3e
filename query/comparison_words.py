"""Say what a comparison's cells hold in words, for Word, Excel and CSV alike: sentences, marks, figures, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from query.citation import cite_by_law_manual, gather
from query.layout import unbreak
from query.word import Words

ABSENT = "—（无对应）"
SILENT = "—"
LEGEND = {
    "plain": "各栏都有的词不加标记",
    "some": "部分栏有的词",
    "own": "只有这一栏有的词",
    "alone": "左侧加双线的格：整句只见于这一栏",
    "grey": "套话：几乎每份文件都有的话",
}
METHOD = (
    "句子按用词相近程度对应，由程序判定，未经编者复核；行以第一栏的次序排列，别栏挪动了的句子注明它在原文里是第几句。"
    "词按所在行比较：同一个词在别的行里出现不算。"
)
STRIPS_METHOD = "只列各栏文字里写出的。单位和所指相同，或在对应的句子里各只有一个，才排在同一行；“—”表示这一栏没有写。"
SHARE_LOOKS = {"one": "own", "some": "some"}


@dataclass(frozen=True)
class Names:
    """The Chinese names of what a comparison calls by English words."""

    kinds: Mapping[str, str]
    rows: Mapping[str, str]
    strips: Mapping[str, str]
    forces: Mapping[str, str]
    roles: Mapping[tuple[str, str], str]
    figures: Mapping[str, str]


def say_cell(cell: dict[str, Any] | None, kind: str) -> list[Words]:
    """Return a cell's sentences as words that show who shares them; what is not the document's has the look "remark"."""
    if cell is None:
        return [Words("" if kind == "loose" else ABSENT, "remark")]
    said: list[Words] = []
    before = None
    for sentence in cell["sentences"]:
        if before is not None and (before["text"].endswith("\n") or sentence["n"] != before["n"] + 1):
            said.append(Words("\n"))
        if sentence["moved"]:
            said.append(Words(f"［原文第{sentence['n']}句］", "remark"))
        said += [_say_piece(piece, kind) for piece in sentence["pieces"]]
        if kind == "loose":
            said.append(Words(f"［对应第{sentence['row']}行］", "remark"))
        before = sentence
    for n in cell.get("elsewhere", ()):
        said.append(Words(("\n" if said else "") + f"［见原文第{n}句处］", "remark"))
    return _trim(said)


def say_figure(item: dict[str, Any], label: str | None, names: Names) -> list[Words]:
    """Return a figure as printed, then what it is in base units, whether it is hoped for, and of what it is."""
    printed = unbreak(item["text"])
    if item["source"] == "indicator" and item["op"] not in (None, "", "=") and not printed.startswith((">", "≥", "＞", "<", "≤", "＜")):
        printed = item["op"] + printed
    remarks = []
    if item["source"] == "indicator" and item["unit"] and item["value"] is not None:
        remarks.append(f"{write_number(item['value'])}{item['unit']}")
    if item["tentative"]:
        remarks.append("力争")
    if item["kind"] != "target":
        remarks.append(names.figures.get(item["kind"], item["kind"]))
    if item["subject"] and item["subject"] != label:
        remarks.append(unbreak(item["subject"]))
    return [Words(printed), *([Words(f"［{'，'.join(remarks)}］", "remark")] if remarks else [])]


def say_strip_cell(strip: str, label: str | None, items: list[dict[str, Any]], names: Names) -> list[Words]:
    """Return what stands of a strip's row in one column; the same thing said twice is said once, with its number."""
    if strip == "force":
        counted = [([Words(item["text"])], item["count"]) for item in items]
    else:
        each = [_say_agency(item, names) if strip == "agencies" else say_figure(item, label, names) for item in items]
        counted = [(said, each.count(said)) for position, said in enumerate(each) if said not in each[:position]]
    words: list[Words] = []
    for said, count in counted:
        words += [*([Words("；")] if words else []), *said]
        if count > 1:
            words.append(Words(f"［{count}次］", "remark"))
    return words or [Words(SILENT)]


def label_strip_row(strip: str, label: str | None, names: Names) -> str:
    """Return what a strip's row is about."""
    return names.forces.get(label or "", label or "") if strip == "force" else unbreak(label or "未说明")


def say_document(document: dict[str, Any]) -> str:
    """Return a document's title in book marks, told when it is supplied: 《题名》（题名代拟）."""
    return f"《{unbreak(document['title'])}》" + ("（题名代拟）" if document["title_supplied"] else "")


def say_source(column: Mapping[str, Any], address: str, build: Mapping[str, str], made_on: date) -> list[Words]:
    """Return a column's source for a footnote: the citation that its own page gives, its address a link."""
    cited = gather(column["document"], column["eid"], address, made_on, build.get("corpus_name"))
    before, link, after = cite_by_law_manual(cited).rpartition(address)
    return [Words(before), Words(link, link=link), Words(after)]


def say_corpus(build: Mapping[str, str]) -> str:
    """Return the version and the date of the corpus: 语料版本 2026.1，2026-01-31."""
    told = "，".join(filter(None, [build.get("corpus_version"), build.get("corpus_released_on")]))
    return f"语料版本 {told}" if told else ""


def write_number(value: float) -> str:
    """Write a number with thousands separators and without a needless fraction."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,}"


def plain(words: list[Words]) -> str:
    """Return words without their looks."""
    return "".join(piece.text for piece in words)


def _say_piece(piece: dict[str, Any], kind: str) -> Words:
    # A sentence that only one column has is marked as a whole, by its cell: underlined throughout it would hide the rest.
    share = "" if kind == "alone" and piece["share"] == "one" else SHARE_LOOKS.get(piece["share"] or "", "")
    return Words(unbreak(piece["text"]), "grey" if piece["stock"] else share)


def _say_agency(item: dict[str, Any], names: Names) -> list[Words]:
    role = names.roles.get((item["role"], item["form"]), item["role"])
    return [Words(f"{role}：", "remark"), Words(unbreak(item["text"]))]


def _trim(said: list[Words]) -> list[Words]:
    """Without white space at either end, which would only make the cell taller."""
    said = [words for words in said if words.text]
    if said:
        said[0] = Words(said[0].text.lstrip("\r\n\t "), said[0].look)
        said[-1] = Words(said[-1].text.rstrip(), said[-1].look)
    return said
