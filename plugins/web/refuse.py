"""Refuse what no page needs to look at: paths that a browser reads differently, other methods, too much at once.

A refusal is one clear line in Chinese that says what to do, as a page or as data.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from plugins.web.options import is_host
from plugins.web.policy import STRICT_POLICY

LONGEST_PATH, LONGEST_QUERY = 4 << 10, 32 << 10  # bytes as they are sent; a Han character is nine
LARGEST_MESSAGE = 256 << 10  # bytes a program may send to /-/mcp
LARGEST_UPLOAD = 256 << 20  # the page of drafts takes far less, and says so itself when it has read a file that is too large

_UPLOADS = re.compile(r"^/draft(?:$|[./])")
_PROGRAMS = re.compile(r"^/-/mcp$")
_READING = ("GET", "HEAD", "OPTIONS")
_DATA = re.compile(r"\.(?:json|jsonl)$|^/-/(?:mcp|health)$")
_CONTROL = re.compile(rb"[\x00-\x20\x7f]|%[01][0-9a-f]|%7f", re.IGNORECASE)


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered; ``wait`` in seconds, when asking later helps."""

    status: int
    heading: str
    advice: str
    wait: int = 0
    headers: tuple[tuple[bytes, bytes], ...] = ()


class BodyTooLarge(BaseException):
    """A body without a length turned out larger than allowed. Not to be caught on the way."""


NO_PATH = Refusal(400, "读不懂这个地址", "地址中不能有反斜杠、控制字符，也不能以两道斜杠开头。")
NO_HOST = Refusal(400, "读不懂这个请求", "请求里的主机名（Host）不是一个域名或地址。")
TOO_LONG = Refusal(414, "地址太长", "请把检索词缩短，或少选几条再试。")
TOO_LARGE = Refusal(413, "内容太大", "请上传较小的文件，或分几次来。")
NO_PLACE = {
    "own": Refusal(429, "您的导出还在进行", "请等前面的导出完成后再试。", wait=15),
    "full": Refusal(503, "正在导出的人太多", "导出要占用服务器，同时只能做几份。请等正在进行的导出完成后再试。", wait=15),
}


def examine(scope, headers: dict[bytes, bytes], path: str, is_local: bool) -> Refusal | None:
    """Return why a request is refused at the door; None when it may come in."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "replace")
    if not is_host(headers.get(b"host", b"localhost").decode("latin-1")):
        return NO_HOST
    if not _is_path(scope["path"], raw):
        return NO_PATH
    if len(raw) > LONGEST_PATH or len(scope.get("query_string", b"")) > LONGEST_QUERY:
        return TOO_LONG
    allowed = _READING if is_local or not (_UPLOADS.match(path) or _PROGRAMS.match(path)) else (*_READING, "POST", "DELETE")
    if scope["method"] not in allowed and not is_local:
        return Refusal(405, "这里只能阅读", "这个地址不接受提交。", headers=((b"allow", ", ".join(allowed).encode()),))
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > limit_body(path):
        return TOO_LARGE
    return None


def limit_body(path: str) -> int:
    """Return how many bytes may be sent to a path."""
    return LARGEST_UPLOAD if _UPLOADS.match(path) else LARGEST_MESSAGE


def count_body(receive, most: int):
    """Wrap ``receive``: raise BodyTooLarge once more has come than allowed, whatever length was named."""
    seen = 0

    async def counted():
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            raise BodyTooLarge
        return message

    return counted


def say_wait(seconds: int, is_heavy: bool) -> Refusal:
    """Return the refusal of a client that asks too much."""
    hint = "导出、比对、核对草稿和订阅每分钟的次数有限。" if is_heavy else "需要整批数据，请用检索页的导出。"
    return Refusal(429, "请求太密，请稍候", f"这个网络地址来的请求太密了，请等 {seconds} 秒再试。{hint}", wait=seconds)


async def answer(datasette, path: str, refusal: Refusal, send) -> None:
    """Send a refusal as JSON where data were asked for, else as a page of the site."""
    extra = [(b"retry-after", str(refusal.wait).encode())] if refusal.wait else []
    if _DATA.search(path):
        told = {"ok": False, "status": refusal.status, "error": f"{refusal.heading}：{refusal.advice}"}
        body, content_type = json.dumps(told, ensure_ascii=False), b"application/json; charset=utf-8"
    else:
        body, content_type = await _render(datasette, refusal), b"text/html; charset=utf-8"
    data = body.encode()
    headers = [
        (b"content-type", content_type),
        (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", STRICT_POLICY.encode()),
        *extra,
        *refusal.headers,
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


async def _render(datasette, refusal: Refusal) -> str:
    await datasette.invoke_startup()  # it may be the very first request
    context = {"status": refusal.status, "heading": refusal.heading, "advice": refusal.advice, "query": ""}
    return await datasette.render_template("site/error.html", context)


def _is_path(path: str, raw: bytes) -> bool:
    # Browsers read "/\example.com/" as "//example.com/", which Datasette's redirect of a trailing slash would lead to.
    # "http://example.com/" as a whole is what a proxy is asked.
    if not path.startswith("/") or path.startswith("//") or not raw.startswith(b"/") or raw.startswith(b"//"):
        return False
    return not ("\\" in path or b"\\" in raw or b"%5c" in raw.lower() or _CONTROL.search(raw))
