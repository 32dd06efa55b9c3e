"""Write the coverage matrix as a file for Word: measures as rows, documents as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from query.comparison_words import say_corpus, say_document
from query.dates import write_date
from query.layout import unbreak
from query.word import Cell, Words, add_paragraph, add_table, fit_size, save_document, start_document

MOST_FIGURES = 3
TINTS = {"same": "D9D9D9", "adapted": "F2F2F2"}
CAVEATS = (
    "哪些条款算同一项措施，由程序按标题、用词、主题和位置判断，编者更正；判断会错，请对照原文。",
    "百分数是这一格的文字中，与本行其他文件逐字相同的部分。同样的措辞不一定出于抄录，也可能同出一个上位文件。",
    "“未提及”是说在收录的这份文件的各条中没有找到，不表示当地没有规定。",
)
UNSEEN_CAVEAT = "“未比对”是说这份文件没有与载有此项的任何一份文件比对过：不能当作没有提到，要知道有没有，请检索或并列比对。没有互相比对过的文件，同一事项也可能分成几行。"


def write_measures_word(
    found: Mapping[str, Any], path: str, states: Mapping[str, tuple[str, str]], absolute: Callable[[str], str],
    build: Mapping[str, str], made_on: date,
) -> bytes:  # fmt: skip
    """Return the .docx of a matrix as ``query.measures.list_coverage`` returns it.

    ``states`` are the words for each state that a cell can have and their meanings; ``absolute`` completes a path to an address.
    """
    columns = found["columns"]
    document = start_document("各地措施覆盖矩阵", subject=f"{found['total']} 项措施，{len(columns)} 份文件", landscape=True)
    corpus = say_corpus(build)
    add_paragraph(document, f"{found['total']} 项措施，{len(columns)} 份文件。制作日期：{write_date(made_on.isoformat())}。{corpus}{'。' if corpus else ''}")
    heads = ["序", "措施", *([Words(column["province"], "strong"), "\n", say_document(column)] for column in columns)]
    looked = ["", "查找范围", *(f"{c['looked']['provisions']} 条，{c['looked']['characters']:,} 字" for c in columns)]
    rows = [
        [str(number), _say_measure(measure), *(_say_cell(cell, states, absolute) for cell in measure["cells"])]
        for number, measure in enumerate(found["measures"], 1)
    ]
    add_table(document, heads, [looked, *rows], widths=[0.5, 2.2, *[3.0] * len(columns)], size=fit_size(len(columns)), caption="覆盖矩阵")
    for name, meaning in states.values():
        add_paragraph(document, [Words(name, "strong"), f"：{meaning}"], style="Note")
    for caveat in (*CAVEATS, UNSEEN_CAVEAT) if "unseen" in states else CAVEATS:
        add_paragraph(document, caveat, style="Note")
    add_paragraph(document, ["本表的地址：", Words(absolute(path), link=absolute(path))], style="Note")
    return save_document(document)


def _say_measure(measure: Mapping[str, Any]) -> list[Any]:
    theme = f"\n{measure['theme']['name']}" if measure["theme"] else ""
    return [Words(unbreak(measure["label"]), "strong"), Words(theme, "light")] if theme else [Words(unbreak(measure["label"]), "strong")]


def _say_cell(cell: Mapping[str, Any], states: Mapping[str, tuple[str, str]], absolute: Callable[[str], str]) -> Cell:
    share = f" {cell['shared']:.0%}" if cell["shared"] is not None and cell["state"] != "own" else ""
    content: list[Any] = [Words(states[cell["state"]][0] + share, "grey" if cell["state"] in ("absent", "passing", "unseen") else "strong")]
    for provision in cell["provisions"]:
        label = unbreak(" ".join(provision["label"].split(" › ")[-1 if provision["heading"] else -2 :]))
        content += ["\n", Words(label, link=absolute(provision["pinned"]))]
    if cell["figures"]:
        figures = "、".join(unbreak(figure["text"]) for figure in cell["figures"][:MOST_FIGURES])
        more = f" 等 {len(cell['figures'])} 个" if cell["more_figures"] else ""
        content.append(f"\n{figures}{more}")
    return Cell(content, tint=TINTS.get(cell["state"], ""))
