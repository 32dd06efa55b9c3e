"""Let browsers and proxies keep pages for as long as neither kb.db nor the site has changed.

A page is made of the database, of the site's own files, of its address and of the day (which citations name): their hash
is its ETag, told before the page is made. A file under /static/ that is asked for by its fingerprint never changes.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
import time
from functools import lru_cache
from pathlib import Path

import datasette as datasette_package

ROOT = Path(__file__).resolve().parents[2]

PAGE, FOREVER, A_DAY, NOTHING = b"public, no-cache", b"public, max-age=31536000, immutable", b"public, max-age=86400", b"no-store"

_PARTS = ("plugins", "query", "lang", "align", "templates", "static", "metadata.json", "settings.json", "requirements.lock")
_LOOK_EVERY = 1.0  # seconds
# Captured files are read from corpus/, which a curator may change without a build; drafts are kept nowhere.
_NEVER = re.compile(r"^/-/|/source$|^/draft(?:$|[./])")
_KEPT = re.compile(rb"private|no-store|immutable")


class SiteStamp:
    """A hash of the site's own files, looked at again when a second has passed: a template may be edited meanwhile."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root, self._lock = root, threading.Lock()
        self._looked, self._stamp = 0.0, ""

    def read(self) -> str:
        if time.monotonic() - self._looked > _LOOK_EVERY or not self._stamp:
            with self._lock:
                digest = hashlib.sha256(datasette_package.__version__.encode())
                for path in sorted(self._files()):
                    found = path.stat()
                    digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\0".encode())
                self._stamp, self._looked = digest.hexdigest()[:12], time.monotonic()
        return self._stamp

    def _files(self):
        for part in _PARTS:
            path = self._root / part
            if path.is_file():
                yield path
            for folder, names, files in os.walk(path):
                names[:] = [name for name in names if name != "__pycache__"]
                yield from (Path(folder) / name for name in files)


def write_etag(*parts: str) -> bytes:
    """Return the ETag of what is made of some parts; a weak one, for gzip changes the bytes."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return f'W/"{digest[:24]}"'.encode()


def may_keep(path: str) -> bool:
    """Tell whether a page at this path is made of the database and the site alone."""
    return not _NEVER.search(path)


def is_known(etag: bytes, headers: dict[bytes, bytes]) -> bool:
    """Tell whether a request names the ETag as one that the client has."""
    return etag in [tag.strip() for tag in headers.get(b"if-none-match", b"").split(b",")]


def mark_kept(headers: list[tuple[bytes, bytes]], etag: bytes) -> list[tuple[bytes, bytes]]:
    """Add ETag and Cache-Control to the headers of a page, unless it must not be kept."""
    if any(name == b"set-cookie" or name == b"etag" or (name == b"cache-control" and _KEPT.search(value)) for name, value in headers):
        return headers
    return [*((name, value) for name, value in headers if name != b"cache-control"), (b"etag", etag), (b"cache-control", PAGE)]


def describe_static(path: str, query: bytes, folders: dict[str, Path]) -> tuple[bytes, bytes] | None:
    """Return ETag and Cache-Control of a file under a static folder; None when there is no such file."""
    for prefix, folder in folders.items():
        if path.startswith(prefix):
            file = (folder / path[len(prefix) :]).resolve()
            if not file.is_relative_to(folder) or not file.is_file():
                return None
            print_ = fingerprint(file)
            if query and print_.startswith(query.decode("latin-1")) and len(query) >= 8:
                return write_etag(print_), FOREVER
            return write_etag(print_), A_DAY if prefix.startswith("/-/") else PAGE
    return None


def find_folders(datasette) -> dict[str, Path]:
    """Return the folders of static files by the path that they are served at."""
    stock = Path(datasette_package.__file__).resolve().parent / "static"
    return {"/-/static/": stock, **{f"/{mount}/": Path(folder).resolve() for mount, folder in datasette.static_mounts}}


def fingerprint(file: Path) -> str:
    """Return the SHA-256 of a file; read again only when the file has changed."""
    found = file.stat()
    return _fingerprint(file, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=256)
def _fingerprint(file: Path, mtime_ns: int, size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
