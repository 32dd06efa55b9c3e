"""Write the review of a draft as a file for Word: what was compared, provision by provision, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from query.comparison_words import say_corpus
from query.dates import write_date
from query.layout import unbreak
from query.word import Words, add_heading, add_paragraph, add_table, save_document, start_document

STATES = {"same": "同文", "adapted": "改写", "own": "自有", "passing": "顺带", "none": "没有对应"}
METHOD = (
    "对应由程序按用词、标题和主题判定，未经编者复核。同文：六成以上的文字与对应条款逐字相同（连续八字以上才算）；改写：二成到六成；"
    "自有：不到二成；顺带：别处只在规定其他事项时提到。“没有”指在本稿各条里没有找到，换了说法的可能找不到；缺少一项措施未必是缺点。"
)
MOST_FIGURES = 6


def write_review_word(
    review: Mapping[str, Any], absolute: Callable[[str], str], build: Mapping[str, str], made_on: date
) -> bytes:
    """Return the .docx; ``absolute`` completes a path to an address, ``build`` are the facts of kb.db."""
    title = unbreak(review["title"] or review["name"] or "草稿")
    document = start_document(f"核对：{title}", subject="草稿与库中文件的核对", author=build.get("corpus_name", ""))
    corpus = say_corpus(build)
    add_paragraph(document, f"制作日期：{write_date(made_on.isoformat())}。{corpus}{'。' if corpus else ''}条款的固定地址见脚注。")
    for line in say_counts(review):
        add_paragraph(document, line)
    for remark in review["remarks"]:
        add_paragraph(document, f"说明：{remark}")
    for d in review["documents"]:
        if d["is_same"]:
            add_paragraph(document, f"说明：本稿与库中{d['province']}《{d['title']}》几乎逐字相同，多半就是这份文件，判断措辞和缺少的措施时不算它。")
    add_heading(document, "一、与哪些文件比")
    add_table(
        document,
        ["序", "文件", "本稿有对应的条数", "本稿用词见于其中", "是否同类"],
        [
            [str(n), f"{d['province']}《{d['title']}》", str(d["counterparts"]), "—" if d["is_same"] else f"{d['vocabulary']:.0%}", _say_kin(d)]
            for n, d in enumerate((d for d in review["documents"] if d["is_compared"]), 1)
        ],
        widths=[0.5, 5, 1.5, 1.5, 1],
        caption="与哪些文件比",
    )
    add_heading(document, "二、逐条核对")
    units = [unit for unit in review["units"] if unit["documents"] or review["counts"]["peers"]]
    same = {d["id"] for d in review["documents"] if d["is_same"]}
    rows = [[str(unit["n"]), _say_unit(unit), _say_state(unit), _say_others(unit, same, absolute)] for unit in units]
    add_table(document, ["序", "本稿", "措辞", "其他文件的对应条款"], rows, widths=[0.5, 3.5, 1, 6], size=9.0, caption="逐条核对")
    if len(units) < len(review["units"]):
        add_paragraph(document, f"另有 {len(review['units']) - len(units)} 条没有对应条款，没有列出。", style="Note")
    if review["counts"]["peers"] > 1:
        for head, entries in (("三、同类文件多数有、本稿没有的措施", review["missing"]), ("四、本稿只顺带提到的措施", review["touched"])):
            add_heading(document, head)
            if entries:
                _add_measures(document, entries, absolute)
            else:
                add_paragraph(document, "没有。")
    add_paragraph(document, METHOD, style="Note")
    return save_document(document)


def say_counts(review: Mapping[str, Any]) -> list[str]:
    """Return what was found in numbers, a sentence each, for Word and the terminal."""
    n = review["counts"]
    compared = sum(document["provisions"] for document in review["documents"] if document["is_compared"])
    left_out = n["documents"] - n["compared"]
    where = f"内容最近的 {n['compared']} 份文件" if left_out else f" {n['documents']} 份文件"
    among = "比对过的文件中" if left_out else "库中"
    more = f"另有 {left_out} 份文件内容较远，没有比对：下面说没有，都不包括这些文件。" if left_out else ""
    lines = [
        f"本稿读出 {n['provisions']} 条（{review['characters']:,} 字），与库中{where}的 {compared:,} 条比对。{more}",
        f"其中 {n['whole']} 条有对应条款：措辞同文 {n['same']} 条，改写 {n['adapted']} 条，自有 {n['own']} 条；"
        f"{n['passing']} 条别处只顺带提到；{n['none']} 条没有对应。",
    ]
    if n["peers"] > 1:
        lines.append(f"多数同类文件（{n['peers']} 份）有而本稿没有的措施 {n['missing']} 项，本稿只顺带提到的 {n['touched']} 项。")
    elif n["peers"] == 1:
        lines.append(f"{among}只有一份文件与本稿同类，说不上“多数文件都有”，所以不列缺少的措施。")
    else:
        lines.append(f"{among}没有与本稿同类的文件：只列文字确实相近的条款，不列缺少的措施。")
    return lines


def _step(label: str) -> str:
    """A label's last step; of a paragraph, whose number says little, the one above it too."""
    path = label.split(" › ")
    return unbreak(" › ".join(path[-2:] if path[-1].endswith("段") else path[-1:]))


def _say_kin(document: Mapping[str, Any]) -> str:
    return "即本稿" if document["is_same"] else "同类" if document["is_peer"] else "不同类"


def _say_unit(unit: Mapping[str, Any]) -> list[Words]:
    said = [Words(_step(unit["label"]), "strong")]
    if unit["opening"]:
        said.append(Words(f"\n{unit['opening']}"))
    if unit["figures"]["own"]:
        said.append(Words(f"\n本稿的数：{_say_figures(unit['figures']['own'])}", "remark"))
    return said


def _say_state(unit: Mapping[str, Any]) -> str:
    shared = "" if unit["shared"] is None else f"\n{unit['shared']:.0%} 的文字相同"
    return STATES[unit["state"]] + shared


def _say_others(unit: Mapping[str, Any], same: Collection[str], absolute: Callable[[str], str]) -> list[Words]:
    said: list[Words] = []
    for entry in unit["documents"]:
        if entry["document_id"] in same:
            continue
        best = entry["found"][0]
        passing = "（顺带）" if best["kind"] == "passing" else ""
        said.append(Words(("\n" if said else "") + entry["province"], "strong"))
        said.append(_cite(f" {_step(best['label'])}{passing}", entry["title"], best, absolute))
        if best["opening"]:
            said.append(Words(f" {best['opening']}"))
        if best["figures"] and best["kind"] == "whole":
            said.append(Words(f"［{_say_figures(best['figures'])}］", "remark"))
    return said or [Words("—（没有对应条款）", "remark")]


def _add_measures(document: Any, entries: Sequence[Mapping[str, Any]], absolute: Callable[[str], str]) -> None:
    rows = []
    for n, entry in enumerate(entries, 1):
        head = [Words(unbreak(entry["label"]), "strong"), Words(f"\n{entry['of']} 份同类文件中 {entry['documents']} 份有", "remark")]
        if entry["by"]:
            places = "、".join(_step(by["label"]) for by in entry["by"])
            head.append(Words(f"\n本稿提到的地方：{places}", "remark"))
        where: list[Words] = []
        for place in entry["places"]:
            where.append(Words(("\n" if where else "") + place["province"], "strong"))
            where.append(_cite(f" {_step(place['label'])}", place["title"], place, absolute))
            if place["opening"]:
                where.append(Words(f" {place['opening']}"))
            if place["figures"]:
                where.append(Words(f"［{_say_figures(place['figures'])}］", "remark"))
        rows.append([str(n), head, where])
    add_table(document, ["序", "措施", "见于"], rows, widths=[0.5, 3, 7], size=9.0, caption="措施")


def _cite(words: str, title: str, provision: Mapping[str, Any], absolute: Callable[[str], str]) -> Words:
    address = absolute(provision["pinned"])
    return Words(words, note=[Words(f"《{title}》，{unbreak(provision['label'])}，"), Words(address, link=address)])


def _say_figures(figures: Sequence[Mapping[str, Any]]) -> str:
    said = [f"{unbreak(figure['subject'] or '')}{unbreak(figure['text'])}" for figure in figures[:MOST_FIGURES]]
    more = len(figures) - len(said)
    return "；".join(said) + (f"；另有 {more} 个数" if more else "")
