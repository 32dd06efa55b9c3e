"""Pages of what the provisions have been read for: themes, targets compared, agencies; and suggestions while typing."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote, urlencode

from datasette import Response

from plugins.web.asked import Asked
from plugins.web.frame import shorten_province
from plugins.web.respond import answer_json, answer_missing, answer_page, ask, ask_for_download, complete_addresses
from plugins.web.search_export import CONTENT_TYPES
from plugins.web.words import SUGGESTION_KINDS
from query.agencies import list_agencies, read_agency
from query.corpus import read_build
from query.indicators import MOST_COLUMNS, choose_columns, list_indicator_rows, list_indicators
from query.pick import clean_typed, find_documents, pick
from query.suggest import MOST as MOST_SUGGESTED
from query.suggest import suggest
from query.tables import INDICATOR_COLUMNS, write_table_csv, write_table_xlsx
from query.themes import list_themes, read_theme, theme_matrix

MOST_ALONE = 40  # documents whose targets no other has that are listed


async def show_themes(datasette, request):
    """The vocabulary with its counts, and theme by province."""

    def question(conn):
        return list_themes(conn), theme_matrix(conn)

    groups, matrix = await ask(datasette, question)
    if request.url_vars["format"]:
        return answer_json(datasette, {"groups": groups, "matrix": matrix})
    scopes = {theme["id"]: theme["scope"] for group in groups for theme in group["themes"]}
    return await answer_page(datasette, request, "themes.html", {"groups": groups, "matrix": matrix, "scopes": scopes})


async def show_theme(datasette, request):
    """What each province says on a theme."""
    theme_id = unquote(request.url_vars["id"])
    theme = await ask(datasette, read_theme, theme_id)
    if theme is None:
        return await answer_missing(datasette, request, "themes", f"没有编号为“{theme_id[:80]}”的主题")
    if request.url_vars["format"]:
        return answer_json(datasette, theme)
    return await answer_page(datasette, request, "theme.html", {"theme": theme})


async def show_indicators(datasette, request):
    """Targets of tables compared over documents; of many documents those that the address names."""
    if request.url_vars["format"]:
        return answer_json(datasette, await ask(datasette, list_indicators))
    given = tuple(dict.fromkeys(request.args.getlist("d")))[:MOST_COLUMNS]
    added = clean_typed(request.args.get("add"))

    def question(conn):
        return list_indicators(conn), choose_columns(conn, given), choose_columns(conn), pick(conn, added)

    compared, shown, suggested, more = await ask(datasette, question)
    documents = {document["id"]: document for document in compared["documents"]}
    offered = [document for document in more.offered if document["id"] in documents]
    if more.id and offered:
        return Response.redirect(datasette.urls.path(_write_columns([more.id, *shown])))
    if len(shown) < len(documents) and not set(shown) & set(given):
        return Response.redirect(datasette.urls.path(_write_columns(shown)))
    unclear = [{"typed": replace(more, total=len(offered)), "choices": [(d, _write_columns([d["id"], *shown])) for d in offered]}] if offered else []
    context = {
        "compared": {**compared, "concepts": [one for one in compared["concepts"] if not set(shown).isdisjoint(one["values"])]},
        "columns": [documents[id_] for id_ in shown],
        "chosen": [{**documents[id_], "without": _write_columns([other for other in shown if other != id_])} for id_ in shown],
        "is_suggested": set(shown) == set(suggested),
        "unclear": unclear,
        "remarks": [f"“{added[:60]}”不是哪份列有可比指标的文件的编号或题名。"] if added and not offered else [],
        "alone": compared["alone"][:MOST_ALONE],
    }
    return await answer_page(datasette, request, "indicators.html", context)


def _write_columns(documents: list[str]) -> str:
    pairs = [("d", id_) for id_ in dict.fromkeys(documents)][:MOST_COLUMNS]
    return f"/indicators?{urlencode(pairs)}" if pairs else "/indicators"


async def export_indicators(datasette, request):
    """All indicators as a table, the compared ones first."""

    def question(conn):
        return list(list_indicator_rows(conn)), read_build(conn)

    absolute = complete_addresses(datasette, request)

    rows, build = await ask_for_download(datasette, question)
    for row in rows:
        row["address"] = absolute(row["pinned"])
    form = request.url_vars["format"]
    if form == "csv":
        body = await asyncio.to_thread(write_table_csv, INDICATOR_COLUMNS, rows)
    else:
        about = [
            ("内容", "各地文件指标表中的目标，一行一项。同一可比指标的各行相邻，其后是没有归并的指标。"),
            ("数值", "已换算为基本单位（150万人次记作 1500000 人次）；印出的数值和单位同时列出。"),
            ("归并", "“可比指标”由编者按名称归并；口径的差别见“口径差别”一栏。"),
            ("语料版本", " ".join(filter(None, [build.get("corpus_version"), build.get("corpus_released_on")]))),
            ("语料校验和", build.get("corpus_sha256", "")),
            ("地址", absolute("/indicators")),
        ]
        body = await asyncio.to_thread(_write_workbook, rows, about)
    name = quote(f"各地指标比较.{form}", safe="")
    headers = {"Content-Disposition": f"attachment; filename=\"indicators.{form}\"; filename*=UTF-8''{name}"}
    return Response(body, headers=headers, content_type=CONTENT_TYPES[form])


async def show_agencies(datasette, request):
    """The agencies that have duties."""
    listed = await ask(datasette, list_agencies)
    if request.url_vars["format"]:
        return answer_json(datasette, listed)
    return await answer_page(datasette, request, "agencies.html", {"listed": listed})


async def show_agency(datasette, request):
    """What an agency leads and supports, over all documents."""
    agency_id = unquote(request.url_vars["id"])
    agency = await ask(datasette, read_agency, agency_id)
    if agency is None:
        return await answer_missing(datasette, request, "agencies", f"没有编号为“{agency_id[:80]}”的机构")
    if request.url_vars["format"]:
        return answer_json(datasette, agency)
    return await answer_page(datasette, request, "agency.html", {"agency": agency})


async def show_suggestions(datasette, request):
    """What the typed words may mean; ``q`` is to be searched for, ``path`` to be gone to."""
    found = await ask(datasette, suggest, request.args.get("q") or "")
    for suggestion in found:
        suggestion["kind_label"] = SUGGESTION_KINDS[suggestion["kind"]]
        path = _place_of(suggestion)
        suggestion.update({"path": datasette.urls.path(path)} if path else {"q": suggestion["text"]})
    return answer_json(datasette, {"suggestions": found})


async def show_document_suggestions(datasette, request):
    """The documents that the typed words may mean; ``q`` of each, its id, is what a field takes."""
    found, _ = await ask(datasette, find_documents, request.args.get("q") or "", MOST_SUGGESTED)
    suggestions = [
        {
            "text": document["title"],
            "q": document["id"],
            "kind_label": "，".join(filter(None, [shorten_province(document["province"]), (document["issued_on"] or "")[:4]])),
        }
        for document in found
    ]
    return answer_json(datasette, {"suggestions": suggestions})


def _place_of(suggestion) -> str | None:
    """The page that a suggestion names; None where it is words to search for."""
    kind, id_ = suggestion["kind"], suggestion["id"]
    if kind == "theme":
        return f"/themes/{id_}"
    if kind == "agency":
        return f"/agencies/{id_}"
    if kind == "audience":
        return Asked(chosen={"audience": (id_,)}).path()
    return None


def _write_workbook(rows, about) -> bytes:
    with tempfile.TemporaryDirectory(prefix="policy-indicators-") as folder:
        path = Path(folder) / "indicators.xlsx"
        write_table_xlsx(path, "指标", INDICATOR_COLUMNS, rows, about)
        return path.read_bytes()
