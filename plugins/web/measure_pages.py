"""The coverage matrix: which document covers which measure, as a page and to take away; and a measure's own address."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import quote, unquote

from datasette import Response

from plugins.web.respond import answer_json, answer_missing, answer_page, ask, ask_for_download, complete_addresses
from plugins.web.search_export import CONTENT_TYPES, write_disposition
from plugins.web.words import STATE_NAMES
from query.corpus import read_build
from query.counterparts import counterparts_of
from query.export import Column
from query.measures import MOST_COLUMNS, SORTS, STATES, Asked, choose_columns, find_measure, list_coverage
from query.measures_word import write_measures_word
from query.pick import Picked, clean_typed, list_names, pick
from query.tables import write_table_csv, write_table_xlsx

MOST_DOCUMENTS_ASKED = 20
COLUMNS = (
    Column("label", "措施", 34),
    Column("theme", "主题", 14),
    Column("documents", "载有此项的文件数", 10),
    Column("province", "地区", 10),
    Column("document_title", "文件", 34),
    Column("state", "措辞", 10),
    Column("shared", "与他件相同的文字（%）", 12),
    Column("provisions", "条款", 44),
    Column("figures", "数量", 34),
    Column("looked", "查找范围", 24),
    Column("measure_id", "措施编号", 40),
    Column("address", "固定地址", 50, is_link=True),
)


async def show_measures(datasette, request):
    """The coverage matrix. Where not all documents find room, the address names those that stand in it."""
    asked, added = read_asked(request.args), clean_typed(request.args.get("add"))

    def question(conn):
        settled, unclear, remarks = _settle(conn, asked, added, "sort" in request.args)
        return settled, unclear, remarks, list_coverage(conn, settled)

    settled, unclear, remarks, found = await ask(datasette, question)
    if request.url_vars["format"]:
        return answer_json(datasette, {"path": settled.path(), "remarks": remarks, **found})
    # The addresses of documents alone are read back: what they leave out must not be asked for again.
    if not unclear and not remarks and settled != asked and (added or settled.of != asked.of or "d" not in request.args):
        return Response.redirect(datasette.urls.path(settled.path()))
    shown = [column["id"] for column in found["columns"]]
    context = {
        "asked": settled,
        "found": found,
        "states": _name_states(found),
        "remarks": remarks,
        "unclear": [{"typed": unclear, "choices": [(d, _add(settled, shown, d["id"]).path()) for d in unclear.offered]}] if unclear else [],
        "chosen": [
            {**column, "without": settled.turn(documents=tuple(id_ for id_ in shown if id_ != column["id"])).path()} for column in found["columns"]
        ],
        "has_more": found["all_documents"] > len(shown),
    }
    return await answer_page(datasette, request, "measures.html", context)


async def show_measure(datasette, request):
    """A measure's address, under the id of any of its provisions: the side by side of its provisions."""
    provision = unquote(request.url_vars["id"])
    measure = await ask(datasette, find_measure, provision)
    if measure is None:
        return await answer_missing(datasette, request, "measures", f"没有哪项措施含有编号为“{provision[:120]}”的条款")
    form = request.url_vars["format"] or ""
    return Response.redirect(datasette.urls.path(f"/compare{form}?m={quote(measure, safe='')}"))


async def show_counterparts(datasette, request):
    """The counterparts of a provision as JSON."""
    found = await ask(datasette, counterparts_of, unquote(request.url_vars["id"]))
    if found is None:
        return answer_json(datasette, {"ok": False, "status": 404, "error": "no such provision"}, status=404)
    return answer_json(datasette, found)


async def export_measures(datasette, request):
    """The whole matrix that was asked for as a table, a row for every measure and document."""
    given = read_asked(request.args)

    def question(conn):
        settled, *_ = _settle(conn, given, "", "sort" in request.args)
        return settled, list_coverage(conn, settled, whole=True), read_build(conn)

    absolute = complete_addresses(datasette, request)

    asked, found, build = await ask_for_download(datasette, question)
    form = request.url_vars["format"]
    rows = list(_rows(found, absolute))
    if form == "csv":
        body = await asyncio.to_thread(write_table_csv, COLUMNS, rows)
    elif form == "docx":
        body = await asyncio.to_thread(write_measures_word, found, asked.path(), _name_states(found), absolute, build, date.today())
    else:
        about = [
            ("内容", f"{found['total']} 项措施 × {len(found['columns'])} 份文件，一行一格。"),
            ("措施", "各地文件中规定同一事项的条款，由程序归并，编者更正；见 docs/comparison.md。"),
            ("措辞", "；".join(f"{name}：{meaning}" for name, meaning in _name_states(found).values())),
            ("语料版本", " ".join(filter(None, [build.get("corpus_version"), build.get("corpus_released_on")]))),
            ("语料校验和", build.get("corpus_sha256", "")),
            ("地址", absolute(asked.path())),
        ]
        body = await asyncio.to_thread(_write_workbook, rows, about)
    headers = {"Content-Disposition": write_disposition("覆盖矩阵", form, "policy-measures")}
    return Response(body, headers=headers, content_type=CONTENT_TYPES[form])


def read_asked(args) -> Asked:
    """Read the parameters of an address; what is unknown falls back to the usual."""
    documents = tuple(dict.fromkeys(d for d in args.getlist("d") if re.fullmatch(r"[a-z0-9-]{1,120}", d)))[:MOST_DOCUMENTS_ASKED]
    state = args.get("state") or ""
    sort = args.get("sort") or ""
    return Asked(
        documents=documents,
        theme=(args.get("theme") or "")[:60],
        least=_number(args.get("least"), 2, 1000),
        state=state if state in STATES else "",
        of=clean_typed(args.get("of")),
        sort=sort if sort in SORTS else "theme",
        page=_number(args.get("page"), 1, 100_000),
    )


def _settle(conn, asked: Asked, added: str, is_sorted: bool) -> tuple[Asked, Picked | None, list[str]]:
    """Name the documents of the columns; return what is asked then, what may mean several documents, and what to say."""
    names = list_names(conn)
    remarks = []
    if asked.of and asked.of not in names:
        of = pick(conn, asked.of)
        if not of.id:
            remarks.append(f"“{asked.of[:60]}”{'可能指几份文件' if of.total else '不是库中哪份文件的编号或题名'}，这里没有按它筛选。")
        asked = replace(asked, of=of.id)
    if len(names) > MOST_COLUMNS and not any(id_ in names for id_ in asked.documents):
        asked = replace(asked, documents=tuple(choose_columns(conn, asked)), sort=asked.sort if is_sorted else "common")
    if not added:
        return asked, None, remarks
    more = pick(conn, added)
    if more.id:
        return _add(asked, choose_columns(conn, asked), more.id), None, remarks
    if not more.total:
        remarks.append(f"没有编号为“{added[:60]}”的文件，题名里也没有这些字。")
    return asked, more if more.total else None, remarks


def _add(asked: Asked, shown: Sequence[str], document: str) -> Asked:
    """Put a document into the first column; the last one makes room."""
    return asked.turn(documents=(document, *(id_ for id_ in shown if id_ != document))[:MOST_COLUMNS])


def _name_states(found) -> dict[str, tuple[str, str]]:
    return {state: STATE_NAMES[state] for state in found["states"]}


def _number(given: str | None, usual: int, most: int) -> int:
    return min(int(given), most) if given and re.fullmatch(r"[1-9][0-9]{0,6}", given) else usual


def _rows(found, absolute) -> Iterator[dict]:
    columns = {column["id"]: column for column in found["columns"]}
    for measure in found["measures"]:
        for cell in measure["cells"]:
            column = columns[cell["document_id"]]
            first = cell["provisions"][0] if cell["provisions"] else None
            yield {
                "label": measure["label"],
                "theme": measure["theme"]["name"] if measure["theme"] else "",
                "documents": measure["documents"],
                "province": column["province"],
                "document_title": column["title"],
                "state": STATE_NAMES[cell["state"]][0],
                "shared": None if cell["shared"] is None else round(cell["shared"] * 100, 1),
                "provisions": "\n".join(p["label"] for p in cell["provisions"]),
                "figures": "；".join(f"{f['subject'] or ''}{f['text']}" for f in cell["figures"]),
                "looked": _say_looked(cell, column["looked"]),
                "measure_id": measure["id"],
                "address": absolute(first["pinned"]) if first else "",
            }


def _say_looked(cell, looked) -> str:
    return "没有比对" if cell["state"] == "unseen" else f"{looked['provisions']} 条，{looked['characters']} 字"


def _write_workbook(rows, about) -> bytes:
    with tempfile.TemporaryDirectory(prefix="policy-measures-") as folder:
        path = Path(folder) / "measures.xlsx"
        write_table_xlsx(path, "覆盖矩阵", COLUMNS, rows, about)
        return path.read_bytes()
