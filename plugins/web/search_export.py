"""What a search finds, as data: /search.csv, .xlsx, .json, .jsonl, all rows, written as they are fetched."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

from datasette import Response

from plugins.web.asked import SCOPES, SORTS, Asked, read_asked
from plugins.web.leave import stop_if_left
from plugins.web.read_back import read_back
from plugins.web.respond import ByteStream, answer_json, answer_text, ask, complete_addresses, in_thread, lend_connection
from query.corpus import read_build
from query.export import flatten, write_csv, write_json, write_jsonl, write_xlsx
from query.facets import load_catalogue
from query.patience import limited
from query.search import LARGEST_PAGE, search, search_all

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

#: An export may take longer than a page: finding all rows of a large corpus is one statement.
_PATIENCE = 5
_FILE_PIECE = 1 << 16


async def show_export(datasette, request) -> Response | ByteStream:
    """Answer with all rows of a search; JSON with ``limit`` or ``after`` gives a page as the search page has it."""
    form = request.url_vars["format"]
    asked = read_asked(request.args)
    if asked.is_empty:
        problem = "没有检索词，也没有选定范围：在地址里写上 q=检索词。"
        if form in ("json", "jsonl"):
            return answer_json(datasette, {"ok": False, "status": 400, "error": problem}, status=400)
        return answer_text(problem + "\n", status=400)
    if form == "json" and (request.args.get("limit") or request.args.get("after")):
        return answer_json(datasette, await ask(datasette, _search_page, asked, _read_limit(request.args.get("limit"))))
    head = await ask(datasette, _describe, asked)
    headers = {"Content-Disposition": write_disposition(head["sentence"], form), "Cache-Control": "no-store"}
    if datasette.cors:
        headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "HEAD":
        return Response("", headers=headers, content_type=CONTENT_TYPES[form])
    pieces = _Pieces(datasette, request, form, asked, head)
    try:
        first = await in_thread(pieces.take)  # an error that comes now can still be said with a status
    except BaseException:
        pieces.close()
        raise
    return ByteStream(first, pieces.take, pieces.close, headers, CONTENT_TYPES[form])


def write_disposition(sentence: str, form: str, plain: str = "policy-search") -> str:
    """Return the header that names the file, in Chinese where the client can read it (RFC 6266)."""
    name = re.sub(r'[\s\\/:*?"<>|%\x00-\x1f\x7f]+', " ", sentence).strip(" .")[:60].strip(" .") or "检索结果"
    return f"attachment; filename=\"{plain}.{form}\"; filename*=UTF-8''{quote(f'{name}.{form}', safe='')}"


class _Pieces:
    """An export's pieces in order, over a connection of its own; each call may come from another thread."""

    def __init__(self, datasette, request, form: str, asked: Asked, head: dict[str, Any]) -> None:
        self._lent = ExitStack()
        self._conn = self._lent.enter_context(lend_connection(datasette))
        self._limit = _PATIENCE * datasette.setting("sql_time_limit_ms") / 1000

        absolute = complete_addresses(datasette, request)
        rows = self._rows(asked, absolute, head.pop("kinds"))
        self._pieces = _WRITERS[form](rows, head, absolute(asked.path()))

    def take(self) -> bytes | None:
        """Return the next piece; None at the end."""
        return next(self._pieces, None)

    def close(self) -> None:
        self._pieces.close()
        self._lent.close()

    def _rows(self, asked: Asked, absolute: Callable[[str], str], kinds: dict[str, str]) -> Iterator[dict[str, Any]]:
        hits = search_all(self._conn, asked.q, scope=asked.scope, sort=asked.sort, chosen=asked.chosen)
        while True:
            stop_if_left()
            with limited(self._conn, self._limit):
                hit = next(hits, None)
            if hit is None:
                return
            yield flatten(hit, absolute, kinds)


def _search_page(conn, asked: Asked, limit: int) -> dict[str, Any]:
    return search(
        conn, asked.q, limit=limit, after=asked.after or None, scope=asked.scope, sort=asked.sort, chosen=asked.chosen
    )


def _read_limit(limit: str | None) -> int:
    return min(int(limit), LARGEST_PAGE) if limit and limit.isascii() and limit.isdigit() and len(limit) < 6 else 20


def _describe(conn, asked: Asked) -> dict[str, Any]:
    """What is said of an export beside its rows."""
    found = search(conn, asked.q, limit=1, scope=asked.scope, sort=asked.sort, chosen=asked.chosen)
    catalogue = load_catalogue(conn)
    kept = ("query", "read_as", "remarks", "message", "scope", "sort", "chosen", "total", "is_estimate", "documents")
    return {
        **{key: found[key] for key in kept},
        "sentence": read_back(found, catalogue),
        "facets": found["facets"],
        "build": read_build(conn),
        "kinds": {value: label for (facet, value), label in catalogue.labels.items() if facet == "kind"},
    }


def _write_workbook(rows: Iterator[dict[str, Any]], head: dict[str, Any], address: str) -> Iterator[bytes]:
    """Yield a workbook from a temporary file: its parts can be put together only when all rows are written."""

    def about(counts) -> list[tuple[str, str]]:
        build = head["build"]
        lines = [
            ("检索内容", head["sentence"]),
            ("输入的检索词", head["query"]),
            ("读作", head["read_as"]),
            ("说明", "\n".join([*head["remarks"], *([head["message"]] if head["message"] else [])])),
            ("同时出现的范围", SCOPES[head["scope"]]),
            ("排列", SORTS[head["sort"]]),
            ("逐字包含的条款", f"{counts['exact']} 条"),
            ("意思相近的条款", f"{counts['related']} 条，未逐字出现，“匹配”一栏记作“相关”"),
            ("语料版本", " ".join(filter(None, [build.get("corpus_version"), build.get("corpus_released_on")]))),
            ("语料校验和", build.get("corpus_sha256", "")),
            ("程序校验和", build.get("tool_sha256", "")),
            ("本次检索的地址", address),
            ("导出时间", datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")),
        ]
        if counts["left_out"]:
            lines.append(("未列入", f"工作表行数已满，另有 {counts['left_out']} 条未列入，请改用 CSV"))
        if counts["cut"]:
            lines.append(("截短", f"{counts['cut']} 个单元格装不下全文，全文见固定地址"))
        if counts["unlinked"]:
            lines.append(("未加链接", f"工作表链接数已满，{counts['unlinked']} 个地址只写作文字"))
        return [line for line in lines if line[1]]

    with tempfile.TemporaryDirectory(prefix="policy-search-") as folder:
        path = Path(folder) / "search.xlsx"
        write_xlsx(path, rows, about)
        with path.open("rb") as file:
            while piece := file.read(_FILE_PIECE):
                yield piece


_WRITERS: dict[str, Callable[..., Iterator[bytes]]] = {
    "csv": lambda rows, head, address: write_csv(rows),
    "jsonl": lambda rows, head, address: write_jsonl(rows),
    "json": lambda rows, head, address: write_json(rows, {**head, "address": address}),
    "xlsx": _write_workbook,
}
