"""The page of shared wording: how much of each document is its own, and the passages that documents share."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

from datasette import Response

from align.shares import MINIMA
from plugins.web.respond import answer_json, answer_missing, answer_page, ask, ask_for_download, complete_addresses
from plugins.web.search_export import CONTENT_TYPES
from query.export import Column
from query.pick import MOST_LISTED, Picked, clean_typed, list_names, pick
from query.reuse import SORTS, list_passage_rows, list_passages, read_family
from query.reuse_shares import USUAL_MINIMUM, choose_minimum, describe_reuse, list_share_rows
from query.tables import write_table_csv

MOST_ROWS = 20_000  # of a table to take away
PASSAGE_COLUMNS = (
    Column("family", "段落编号", 10),
    Column("family_length", "最长字数", 10),
    Column("documents", "见于文件数", 10),
    Column("places", "处数", 8),
    Column("province", "地区", 10),
    Column("document_title", "文件", 30),
    Column("issued_on", "成文日期", 12),
    Column("label", "位置", 36),
    Column("relation", "与基准相比", 12),
    Column("identical", "至少相同的比例", 12),
    Column("length", "字数", 8),
    Column("text", "文字", 80),
    Column("address", "固定地址", 44, is_link=True),
)
SHARE_COLUMNS = (
    Column("province", "地区", 10),
    Column("document_title", "文件", 30),
    Column("other_province", "另一地区", 10),
    Column("other_title", "另一文件", 30),
    Column("characters", "字数", 10),
    *(Column(f"shared_{least}", f"相同的字数（{least} 字以上的段落）", 16) for least in MINIMA),
    Column("document_id", "文件编号", 30),
    Column("other_id", "另一文件编号", 30),
)


@dataclass(frozen=True)
class Asked:
    """What is asked of the page: least length, one or two documents, order, page, or one passage by its id."""

    minimum: int = USUAL_MINIMUM
    a: str = ""
    b: str = ""
    sort: str = "length"
    page: int = 1
    family: str = ""

    def path(self, form: str = "", **changes) -> str:
        """Return the address, ``/reuse?min=30&a=…&b=…``: what is usual is left out, changes begin on the first page."""
        asked = replace(self, **{"page": 1, **changes}) if changes else self
        pairs = {
            "min": asked.minimum if asked.minimum != USUAL_MINIMUM else "",
            "a": asked.a,
            "b": asked.b,
            "sort": asked.sort if asked.sort != "length" else "",
            "page": asked.page if asked.page > 1 else "",
            "family": asked.family,
        }
        told = urlencode({name: value for name, value in pairs.items() if value})
        return f"/reuse{form}" + (f"?{told}" if told else "")


async def show_reuse(datasette, request):
    """Shares, matrix and passages; ``?family=`` one passage with all its places."""
    asked, remarks = _read_asked(request.args)
    if asked.family:
        return await _show_family(datasette, request, asked)

    def question(conn):
        names = list_names(conn)
        settled, unclear, told = _settle(conn, asked)
        found = list_passages(conn, settled.minimum, settled.a or None, settled.b or None, settled.sort, settled.page)
        return names, settled, unclear, told, describe_reuse(conn, settled.minimum), found

    names, settled, unclear, told, shares, found = await ask(datasette, question)
    remarks += told
    if request.url_vars["format"]:
        return answer_json(datasette, {"path": settled.path(), "remarks": remarks, "shares": shares, **found})
    if not unclear and not told and (settled.a, settled.b) != (asked.a, asked.b):  # what was typed names a document: here is its address
        return Response.redirect(datasette.urls.path(settled.path()) + "#passages")
    asked = settled
    documents = sorted(names.values(), key=lambda d: (d["province_code"], d["id"]))
    context = {
        "asked": asked,
        "remarks": remarks,
        "documents": documents if len(documents) <= MOST_LISTED else [],
        "chosen": {which: names.get(getattr(asked, which)) for which in ("a", "b")},
        "unclear": [
            {"typed": one, "choices": [(document, asked.path(**{which: document["id"]})) for document in one.offered]}
            for which, one in unclear
        ],
        "shares": shares,
        "found": found,
        "most_rows": MOST_ROWS,
        "sorts": {"length": "最长的在前", "documents": "见于文件最多的在前"},
    }
    return await answer_page(datasette, request, "reuse.html", context)


async def export_passages(datasette, request):
    """The passages that were asked for as a table, a row for each place."""
    asked, _ = _read_asked(request.args)

    def question(conn):
        settled, *_ = _settle(conn, asked)
        return list_passage_rows(conn, settled.minimum, settled.a or None, settled.b or None, MOST_ROWS)

    found = await ask_for_download(datasette, question)
    absolute = complete_addresses(datasette, request)
    for row in found:
        row["address"] = absolute(row["pinned"])
    return await _answer_csv(PASSAGE_COLUMNS, found, "reuse", "相同文字")


async def export_shares(datasette, request):
    """What each document shares with each other one, by least length; ``?a=`` one document with all others."""
    found = await ask_for_download(datasette, list_share_rows, clean_typed(request.args.get("a")) or None)
    return await _answer_csv(SHARE_COLUMNS, found, "reuse-shares", "文件两两相同的字数")


async def _show_family(datasette, request, asked: Asked):
    family = await ask(datasette, read_family, asked.family)
    if family is None:
        return await answer_missing(datasette, request, "reuse", f"没有编号为 {asked.family} 的相同段落；它的文字或所在的文件可能已有变动")
    if request.url_vars["format"]:
        return answer_json(datasette, family)
    return await answer_page(datasette, request, "reuse_passage.html", {"passage": family})


async def _answer_csv(columns, found, name: str, han_name: str) -> Response:
    body = await asyncio.to_thread(write_table_csv, columns, found)
    encoded = quote(f"{han_name}.csv", safe="")
    headers = {"Content-Disposition": f"attachment; filename=\"{name}.csv\"; filename*=UTF-8''{encoded}"}
    return Response(body, headers=headers, content_type=CONTENT_TYPES["csv"])


def _read_asked(args) -> tuple[Asked, list[str]]:
    """Read the parameters of an address; what cannot be read falls back to the usual, with a remark where it matters."""
    minimum, remark = choose_minimum(clean_typed(args.get("min")))
    sort = args.get("sort")
    a, b = clean_typed(args.get("a")), clean_typed(args.get("b"))
    asked = Asked(
        minimum, a or b, b if a else "", sort if sort in SORTS else "length", _number(args.get("page"), 1), clean_typed(args.get("family"))[:40]
    )
    return asked, [remark] if remark else []


def _settle(conn, asked: Asked) -> tuple[Asked, list[tuple[str, Picked]], list[str]]:
    """Find the documents that are meant; return them, what may mean several (by the place it takes), and what to say.

    What names no document is dropped, and so is one that is named twice.
    """
    picked = [one for one in (pick(conn, asked.a), pick(conn, asked.b)) if one.typed]
    remarks = [f"没有编号为“{one.typed[:60]}”的文件，题名里也没有这些字；这里不按它筛选。" for one in picked if not one.total]
    kept = list(dict.fromkeys(one.id for one in picked if one.id))
    if len(kept) == 1 and len(picked) == 2 and all(one.id for one in picked):
        remarks.append("两次选了同一份文件；下面是它与其他各份文件相同的段落。")
    free = "b" if kept else "a"
    unclear = [(which, one) for which, one in zip((free, "b"), (one for one in picked if one.total > 1))]
    return replace(asked, a=kept[0] if kept else "", b=kept[1] if len(kept) > 1 else ""), unclear, remarks


def _number(given: str | None, usual: int) -> int:
    return int(given) if given and re.fullmatch(r"[1-9][0-9]{0,8}", given) else usual
