"""The security headers: what a browser may do with an answer.

Our own pages run no inline script or style. Datasette's table pages hold three scripts in the page, always the same
words: they are allowed by their hash and no others are; their styles name the columns and cannot be told beforehand.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import datasette as datasette_package

_COMMON = (
    "img-src 'self' data:; frame-src 'none'; media-src 'none'; worker-src 'none'; form-action 'self'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)

#: Our own pages load nothing from elsewhere and run nothing that stands in the page.
STRICT_POLICY = f"default-src 'self'; script-src 'self'; style-src 'self'; {_COMMON}"

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_IN_TEMPLATES = ("_close_open_menus.html", "_codemirror_foot.html")
_WRITTEN = ("DATASETTE_ALLOW_FACET = true;", "DATASETTE_ALLOW_FACET = false;")  # table.html writes one of them


@cache
def write_stock_policy() -> str:
    """Return the policy for Datasette's own pages, with the hashes of the scripts that its templates hold."""
    folder = Path(datasette_package.__file__).parent / "templates"
    scripts = [words for name in _IN_TEMPLATES for words in _INLINE.findall((folder / name).read_text(encoding="utf-8"))]
    hashes = " ".join(f"'sha256-{_hash(words)}'" for words in (*scripts, *_WRITTEN))
    return f"default-src 'self'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; {_COMMON}"


def write_headers(scheme: str | None) -> dict[bytes, bytes]:
    """Return the headers that every answer carries, but for its content policy."""
    headers = {
        b"x-content-type-options": b"nosniff",
        b"x-frame-options": b"DENY",
        b"referrer-policy": b"same-origin",
        b"permissions-policy": b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
        b"cross-origin-opener-policy": b"same-origin",
    }
    if scheme == "https":
        headers[b"strict-transport-security"] = b"max-age=31536000"
    return headers


def choose_policy(headers: list[tuple[bytes, bytes]]) -> bytes:
    """Return the policy for an answer that brings none: a page without one is Datasette's own, data need nothing."""
    is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)
    return (write_stock_policy() if is_page else STRICT_POLICY).encode()


def _hash(words: str) -> str:
    return base64.b64encode(hashlib.sha256(words.encode()).digest()).decode()
