"""What stands between the network and the pages, from the outside in.

The address that readers use, refusals, the rate limit, places for exports, one database for the whole request,
what the client has already, gzip, security headers, a line in the log.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from contextlib import nullcontext
from functools import wraps

from datasette import hookimpl
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from plugins.web import cache, limit, refuse
from plugins.web.clock import today
from plugins.web.leave import watch_client
from plugins.web.options import Options, read_options
from plugins.web.policy import choose_policy, write_headers
from plugins.web.swap import ServedDatabase

_ZIPPED_ALREADY = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                   "application/vnd.openxmlformats-officedocument.wordprocessingml.document")  # fmt: skip


@hookimpl(trylast=True)  # the last wrapper stands outermost
def asgi_wrapper(datasette):
    def wrap(app):
        options = read_options(os.environ)
        guard = Guard(datasette, app, options)

        @wraps(app)
        async def guarded(scope, receive, send):
            if scope["type"] == "http":
                return await guard.answer(scope, receive, send)
            if not options.is_local:
                # The server is about to start: its own log would hold addresses of readers and what they searched for.
                logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
            return await app(scope, receive, send)

        return guarded

    return wrap


class Guard:
    """An ASGI app around Datasette's."""

    def __init__(self, datasette, app, options: Options) -> None:
        self._datasette, self._options = datasette, options
        self._app = GZipMiddleware(
            _begin_once(app), minimum_size=1000, compresslevel=6, exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, *_ZIPPED_ALREADY)
        )
        self._headers = write_headers(options.scheme)
        self._site = cache.SiteStamp()
        self._folders = cache.find_folders(datasette)
        self._buckets = {limit.READ: limit.Buckets(*options.reads), limit.HEAVY: limit.Buckets(*options.heavy)}
        self._exports = limit.ExportPlaces(options.exports)

    async def answer(self, scope, receive, send) -> None:
        began, told = time.perf_counter(), _Told()
        path = self._strip_base(scope["path"])
        headers = {name.lower(): value for name, value in scope["headers"]}
        send = self._add_headers(told.count(send))
        refusal = refuse.examine(scope, headers, path, self._options.is_local)
        client = self._name_limited(scope)
        if refusal is None and client is not None and (weight := limit.weigh(path)) != limit.FREE:
            wait = self._buckets[weight].take(client)
            refusal = refuse.say_wait(wait, weight == limit.HEAVY) if wait else None
        try:
            if refusal is None:
                await self._let_in(self._settle(scope), headers, path, client, receive, send)
            else:
                await refuse.answer(self._datasette, path, refusal, send)
        except refuse.BodyTooLarge:
            if not told.status:
                await refuse.answer(self._datasette, path, refuse.TOO_LARGE, send)
        finally:
            if self._options.logs:
                told.write(scope["method"], path, time.perf_counter() - began)

    async def _let_in(self, scope, headers, path: str, client: str | None, receive, send) -> None:
        await self._datasette.invoke_startup()  # without a server's start, the first request is the start
        receive = refuse.count_body(receive, refuse.limit_body(path))
        database = self._datasette.databases.get("kb")
        # A program's session lasts for hours; each of its questions is to see the newest build.
        is_pinned = isinstance(database, ServedDatabase) and path != "/-/mcp"
        with database.pin() if is_pinned else nullcontext() as generation:
            kept = self._find_kept(scope, path, generation)
            if kept is not None and scope["method"] in ("GET", "HEAD"):
                if cache.is_known(kept[0], headers):
                    return await _say_unchanged(send, *kept)
                send = _keep(send, *kept)
            if not limit.is_export(path):
                return await self._app(scope, receive, send)
            reason = await self._exports.enter(client)
            if reason is not None:
                return await refuse.answer(self._datasette, path, refuse.NO_PLACE[reason], send)
            try:
                is_watched = scope["method"] == "GET"  # what is sent along is read by the page itself
                async with watch_client(receive, send) if is_watched else nullcontext((receive, send)) as (receive, send):
                    await self._app(scope, receive, send)
            finally:
                self._exports.leave(client)

    def _find_kept(self, scope, path: str, generation) -> tuple[bytes, bytes] | None:
        """ETag and Cache-Control of what a request asks for, when they can be told before it is made."""
        static = cache.describe_static(path, scope["query_string"], self._folders)
        if static is not None or generation is None or not cache.may_keep(path):
            return static
        headers = dict(scope["headers"])
        if b"cookie" in headers or b"authorization" in headers:
            return None
        host = headers.get(b"host", b"").decode("latin-1")
        asked = (scope["scheme"], host, (scope.get("raw_path") or scope["path"].encode()).decode("latin-1"))
        accept = headers.get(b"accept", b"").decode("latin-1") if path.startswith("/akn") else ""
        query = scope["query_string"].decode("latin-1")
        return cache.write_etag(generation.stamp, self._site.read(), *asked, query, accept, str(self._options), today().isoformat()), cache.PAGE

    def _name_limited(self, scope) -> str | None:
        """The client whom the rate limit holds; None when it is held by none."""
        client = limit.name_client(scope)
        is_free = self._options.limited == "off" or (self._options.limited == "remote" and limit.is_this_machine(client))
        return None if is_free else client

    def _strip_base(self, path: str) -> str:
        base = self._datasette.setting("base_url")
        return "/" + path[len(base) :] if base != "/" and path.startswith(base) else path

    def _settle(self, scope):
        """The request as the pages see it: at the public address, without what nobody reads."""
        headers = [(name.lower(), value) for name, value in scope["headers"]]
        if self._options.host:
            headers = [(name, value) for name, value in headers if name != b"host"]
            headers.append((b"host", self._options.host.encode()))
        if not self._options.is_local:
            # Nobody logs in and no form changes anything: there are no cookies, and those of other programs at the
            # same name would only stop caching.
            headers = [(name, value) for name, value in headers if name not in (b"cookie", b"authorization")]
        return {
            **scope,
            "headers": headers,
            "scheme": self._options.scheme or scope["scheme"],
        }

    def _add_headers(self, send):
        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                headers = [(bytes(name).lower(), bytes(value)) for name, value in message.get("headers", [])]
                if not self._options.is_local:
                    headers = [(name, value) for name, value in headers if name != b"set-cookie"]
                present = {name for name, _ in headers}
                headers += [(name, value) for name, value in self._headers.items() if name not in present]
                if b"content-security-policy" not in present:
                    headers.append((b"content-security-policy", choose_policy(headers)))
                message = {**message, "headers": headers}
            await send(message)

        return send_with_headers


class _Told:
    """What a request was answered, for the log: nothing about who asked, and no words of a search."""

    def __init__(self) -> None:
        self.status, self.size = 0, 0

    def count(self, send):
        async def counting(message):
            if message["type"] == "http.response.start":
                self.status = message["status"]
            self.size += len(message.get("body", b""))
            await send(message)

        return counting

    def write(self, method: str, path: str, seconds: float) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = {"at": at, "method": method, "path": path[:200], "status": self.status, "bytes": self.size, "ms": round(seconds * 1000, 1)}
        sys.stderr.write(json.dumps(line, ensure_ascii=True) + "\n")  # in one piece: the server writes there, too


def _begin_once(app):
    """Break off when an answer begins a second time: an error page behind half an export would make it look whole."""

    async def begun_once(scope, receive, send):
        has_begun = False

        async def send_once(message):
            nonlocal has_begun
            if message["type"] == "http.response.start":
                if has_begun:
                    raise RuntimeError("an answer that had begun has failed")
                has_begun = True
            await send(message)

        await app(scope, receive, send_once)

    return begun_once


def _keep(send, etag: bytes, control: bytes):
    async def send_kept(message):
        if message["type"] == "http.response.start" and message["status"] == 200:
            headers = [(name.lower(), value) for name, value in message.get("headers", [])]
            if control == cache.PAGE:
                headers = cache.mark_kept(headers, etag)
            else:
                headers += [(b"etag", etag), (b"cache-control", control)]
            message = {**message, "headers": headers}
        await send(message)

    return send_kept


async def _say_unchanged(send, etag: bytes, control: bytes) -> None:
    headers = [(b"etag", etag), (b"cache-control", control), (b"vary", b"Accept-Encoding")]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
