"""Check a draft: a form, and the review of what was pasted or uploaded, as a page, as JSON or as a Word file.

The draft is in memory for as long as the request lasts: nothing of it is written to a file, kept or logged, and no
answer may be cached. This is the one place where the site reads a text as a build does: it imports ``ingest.draft``.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from datasette import Response, hookimpl
from datasette.views.base import DatasetteError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import FormParser, parse_options_header

from ingest.draft import LIMITS, DraftError, learn_tagger, parse_draft, read_draft, too_large
from plugins.web.frame import shorten_province
from plugins.web.respond import DatabaseMissing, answer_json, answer_page, complete_addresses
from plugins.web.search_export import CONTENT_TYPES, write_disposition
from plugins.web.words import STATE_NAMES
from query.corpus import read_build
from query.database import open_database
from query.draft import review
from query.draft_known import load_library
from query.draft_word import write_review_word
from query.memo import once
from query.relate import load_meaning

PATHS = ("/draft", "/draft.json")
SECONDS = 20  # for one draft
MOST_AT_ONCE, LONGEST_WAIT = 2, 15
MOST_BODY = LIMITS.bytes + (1 << 16)  # the file, and the form around it
MOST_DRAINED = 8 * MOST_BODY  # read and dropped so that the browser gets to hear why; beyond it the connection breaks
LONGEST_UPLOAD = 120
FIELDS = {"text", "file", "format"}

_desks = threading.BoundedSemaphore(MOST_AT_ONCE)
_learning = threading.Lock()


@hookimpl
def skip_csrf(datasette, scope):
    """A draft changes nothing, and no token means no cookie; requests from other sites are refused in ``show_draft``."""
    base = datasette.setting("base_url").rstrip("/")
    return scope["path"].removeprefix(base) in PATHS


async def show_draft(datasette, request):
    """The form (GET), and the review of a draft (POST)."""
    as_json = bool(request.url_vars["format"])
    if request.method in ("GET", "HEAD"):
        if as_json:
            return _keep_nothing(answer_json(datasette, _refuse("用 POST 提交草稿：字段 text 是文字，或 file 是 .docx、.txt 文件。", 405), 405))
        asyncio.get_running_loop().run_in_executor(None, _prepare, _path(datasette))
        return await _answer_form(datasette, request)
    if request.method != "POST":
        raise DatasetteError("这里只接受 GET 和 POST。", status=405)
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise DatasetteError("草稿只能从本站的表单提交。", status=403)
    form: dict[str, Any] = {}
    try:
        form = read_form(request.headers.get("content-type", ""), await read_body(request))
        found = await asyncio.to_thread(_review, _path(datasette), form)
    except DraftError as error:
        if as_json:
            return _keep_nothing(answer_json(datasette, _refuse(error.message, error.status), error.status))
        return await _answer_form(datasette, request, error, form.get("text") or "")
    if as_json:
        return _keep_nothing(answer_json(datasette, found["review"]))
    if form.get("format") == "docx":
        return await _answer_word(datasette, request, found)
    names = {d["id"]: f"{shorten_province(d['province'])}《{d['title']}》" for d in found["review"]["documents"]}
    same = [d["id"] for d in found["review"]["documents"] if d["is_same"]]
    context = {**found, "states": STATE_NAMES, "names": names, "same": same}
    return _keep_nothing(await answer_page(datasette, request, "draft_review.html", context))


async def read_body(request) -> bytes:
    """Return the body of a request. Raises DraftError when it is too large or too slow; what is too much is not kept."""
    pieces, size = [], 0
    try:
        async with asyncio.timeout(LONGEST_UPLOAD):
            while True:
                message = await request.receive()
                if message["type"] != "http.request":
                    raise DraftError("上传中断了，请再试一次。")
                size += len(message.get("body", b""))
                if size > MOST_BODY:
                    pieces.clear()
                    if size > MOST_DRAINED:
                        break
                else:
                    pieces.append(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        raise DraftError("上传太慢，已经停止。请再试一次，或把文字直接粘贴进来。", 408) from None
    if size > MOST_BODY:
        raise too_large()
    return b"".join(pieces)


def read_form(content_type: str, body: bytes) -> dict[str, Any]:
    """Return the fields of a form: ``text``, ``format``, and ``file`` as (name, bytes); JSON may take its place.

    Raises DraftError.
    """
    kind, options = parse_options_header(content_type)
    form: dict[str, Any] = {}
    try:
        if kind == b"application/json":
            given = json.loads(body)
            return {"text": str(given["text"]), "name": str(given.get("name") or "")}
        if kind == b"application/x-www-form-urlencoded":  # which the parser below splits, but does not decode
            fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
            return {name: values[-1] for name, values in fields.items() if name in FIELDS - {"file"}}

        def on_field(field):
            name = (field.field_name or b"").decode("utf-8", "replace")
            if name in FIELDS - {"file"}:
                form[name] = (field.value or b"").decode("utf-8", "replace")

        def on_file(file):
            if (file.field_name or b"") == b"file" and file.file_name:
                file.file_object.seek(0)
                form["file"] = ((file.file_name or b"").decode("utf-8", "replace"), file.file_object.read())

        # In memory, whatever its size: the body's is bounded.
        config = {"MAX_MEMORY_FILE_SIZE": MOST_BODY + 1, "MAX_FIELDS": 20}
        parser = FormParser(kind.decode("latin-1"), on_field, on_file, boundary=options.get(b"boundary"), config=config)
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DraftError("没有读懂提交的表单。请从本站的“核对草稿”页提交，或按说明用 JSON 提交。") from None
    return form


def _review(path: Path, form: dict[str, Any]) -> dict[str, Any]:
    """The review of a form's draft, over a connection of its own: ``{"review", "text", "build"}``."""
    if not _desks.acquire(timeout=LONGEST_WAIT):
        raise DraftError("同时核对的草稿太多，请过一分钟再试。", 503)
    try:
        name, data = form.get("file") or (form.get("name", ""), b"")
        text, remarks = read_draft(data, name) if data or "file" in form else (form.get("text") or "", ())
        if "file" in form and (form.get("text") or "").strip():
            remarks = (*remarks, f"既选了文件又粘贴了文字：核对的是文件“{name[:80]}”。")
        conn = open_database(path)
        try:
            tagger = _learn(conn)  # the first time it takes as long as the corpus is large, and is no fault of the draft
            until = time.monotonic() + SECONDS
            draft = parse_draft(text, name[:200], remarks, tagger)
            return {"review": review(conn, draft, until), "text": draft["text"], "build": read_build(conn)}
        finally:
            conn.close()
    except TimeoutError:
        raise DraftError(f"核对用时超过 {SECONDS} 秒，已经停止。请把草稿分成几部分再试。", 503) from None
    finally:
        _desks.release()


def _learn(conn: sqlite3.Connection):
    with _learning:  # two drafts at once must not both learn
        load_library(conn)
        return once(conn, _learn_themes)


def _learn_themes(conn: sqlite3.Connection):
    return learn_tagger(conn, load_meaning(conn).cut.cut)


def _prepare(path: Path) -> None:
    """Learn while the reader still looks for the file."""
    try:
        conn = open_database(path)
        _learn(conn)
        conn.close()
    except sqlite3.Error:
        pass  # the form says nothing of the database; the review will


def _path(datasette) -> Path:
    try:
        return Path(datasette.get_database("kb").path)
    except KeyError:
        raise DatabaseMissing from None


async def _answer_form(datasette, request, error: DraftError | None = None, text: str = "") -> Response:
    context = {"error": error.message if error else None, "text": text if len(text) <= LIMITS.characters else "", "limits": LIMITS}
    status = error.status if error else 200
    return _keep_nothing(await answer_page(datasette, request, "draft.html", context, status=status))


async def _answer_word(datasette, request, found: dict[str, Any]) -> Response:
    absolute = complete_addresses(datasette, request)

    title = found["review"]["title"] or Path(found["review"]["name"]).stem or "草稿"
    body = await asyncio.to_thread(write_review_word, found["review"], absolute, found["build"], date.today())
    headers = {"Content-Disposition": write_disposition(f"核对：{title}", "docx", "draft-review")}
    return _keep_nothing(Response(body, headers=headers, content_type=CONTENT_TYPES["docx"]))


def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def _refuse(message: str, status: int) -> dict[str, Any]:
    return {"ok": False, "status": status, "error": message}
