"""The home page and the list of documents: the same list, narrowed by province and by year."""

from __future__ import annotations

import re
from typing import Any

from datasette import Response

from plugins.web.respond import answer_json, answer_page, ask, ask_for_download
from plugins.web.tiles import UNDATED, Narrowed, draw_years, lay_tiles
from plugins.web.words import EXAMPLES
from query.addresses import write_address
from query.corpus import count_documents, describe_corpus, group_by_province, list_documents
from query.feeds import list_changes
from query.pick import Picked, clean_typed, find_documents, list_names
from query.themes import group_matrix, theme_matrix

SHOWN_AT_HOME, PAGE_SIZE = 12, 50
MOST_NEWS = 5
MOST_FOUND = 50  # documents by words of their titles
MOST_COLUMNS = 6  # of provinces, up to which home shows the themes and not their groups alone


async def show_home(datasette, request):
    """Home: search field, what is in here, tiles and years that narrow the documents, themes by province, what is new."""
    asked = _read_narrowed(request)

    def question(conn):
        matrix = theme_matrix(conn)
        return {
            "corpus": describe_corpus(conn),
            "matrix": matrix if len(matrix["provinces"]) <= MOST_COLUMNS else group_matrix(conn),
            "news": list_changes(conn)[:MOST_NEWS],
            **_list(conn, asked, "/", 1, SHOWN_AT_HOME, newest_first=True),
        }

    context = {**await ask(datasette, question), "examples": EXAMPLES}
    return await answer_page(datasette, request, "home.html", context)


async def show_documents(datasette, request):
    """The documents by province, page by page, narrowed with ?province= and ?year=; ?find= goes to one by words of its title."""
    asked = _read_narrowed(request)
    if request.url_vars["format"]:
        return answer_json(datasette, await ask_for_download(datasette, list_documents, asked.province, asked.year))
    typed = clean_typed(request.args.get("find"))

    def question(conn):
        listed = _list(conn, asked, "/d", _read_page(request), PAGE_SIZE)
        return *find_documents(conn, typed, MOST_FOUND), len(list_names(conn)), listed

    found, total, all_documents, context = await ask(datasette, question)
    if total == 1:
        return Response.redirect(datasette.urls.path(write_address(found[0]["id"])))
    unclear = {"typed": Picked(typed, offered=tuple(found), total=total), "choices": [(d, write_address(d["id"])) for d in found]}
    context |= {"find": typed, "unclear": unclear if total else None, "offers_find": all_documents > PAGE_SIZE}
    return await answer_page(datasette, request, "documents.html", context)


def _list(conn, asked: Narrowed, page: str, number: int, size: int, newest_first: bool = False) -> dict[str, Any]:
    counts = count_documents(conn)
    found = [row for row in counts if asked.province in (None, row["province_code"]) and asked.year in (None, row["year"])]
    total = sum(row["n"] for row in found)
    number = min(number, max(1, -(-total // size)))
    listed = list_documents(conn, asked.province, asked.year, newest_first=newest_first, limit=size, offset=(number - 1) * size)
    per_province: dict[str, int] = {}
    for row in found:
        per_province[row["province_code"]] = per_province.get(row["province_code"], 0) + row["n"]
    names = {row["province_code"]: row["province"] for row in counts}
    tiles = lay_tiles(counts, asked, page)
    chips = []
    if asked.province:
        known = next((tile["name"] for tile in tiles["placed"] if tile["code"] == asked.province), asked.province)
        chips.append({"label": names.get(asked.province, known), "path": asked.turn("province", asked.province).path(page)})
    if asked.year:
        chips.append({"label": "日期不详" if asked.year == UNDATED else f"{asked.year}年", "path": asked.turn("year", asked.year).path(page)})
    first = (number - 1) * size + 1
    return {
        "groups": group_by_province(listed),
        "per_province": per_province,
        "total": total,
        "first": first,
        "last": first + len(listed) - 1,
        "chips": chips,
        "tiles": tiles,
        "years": draw_years(counts, asked, page),
        "all_path": asked.path("/d"),
        "pages": -(-total // size),
        "page": number,
        "first_page": asked.path(page) if number > 2 else None,
        "last_page": asked.path(page, -(-total // size)) if number + 1 < -(-total // size) else None,
        "previous_page": asked.path(page, number - 1) if number > 1 else None,
        "next_page": asked.path(page, number + 1) if number * size < total else None,
    }


def _read_narrowed(request) -> Narrowed:
    return Narrowed(request.args.get("province") or None, request.args.get("year") or None)


def _read_page(request) -> int:
    number = request.args.get("page") or ""
    return int(number) if re.fullmatch(r"[1-9]\d{0,5}", number) else 1
