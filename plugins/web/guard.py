"""Security headers on every response, and refusal of paths that a browser would read differently from us."""

from __future__ import annotations

from functools import wraps

from datasette import hookimpl

# The stock Datasette pages carry inline scripts and styles; ours set a strict policy of their own.
_STOCK_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    b"content-security-policy": _STOCK_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cross-origin-opener-policy": b"same-origin",
}
_REFUSAL = "地址中不能有反斜杠。\n".encode()


@hookimpl
def asgi_wrapper(datasette):
    return guard


def guard(app):
    """Wrap an ASGI app: refuse backslashes in paths, add the security headers that a response lacks."""

    @wraps(app)
    async def guarded(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)

        async def send_with_headers(message):
            if message["type"] == "http.response.start":
                headers = [(bytes(name), bytes(value)) for name, value in message.get("headers", [])]
                present = {name.lower() for name, _ in headers}
                headers += [(name, value) for name, value in _HEADERS.items() if name not in present]
                message = {**message, "headers": headers}
            await send(message)

        if _holds_backslash(scope):
            return await _refuse(send_with_headers)
        return await app(scope, receive, send_with_headers)

    return guarded


def _holds_backslash(scope) -> bool:
    # Browsers read "/\example.com/" as "//example.com/": Datasette's redirect of a trailing slash would lead there.
    raw = scope.get("raw_path") or b""
    return "\\" in scope["path"] or b"\\" in raw or b"%5c" in raw.lower()


async def _refuse(send):
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(_REFUSAL)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSAL})
