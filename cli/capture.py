"""Capture files for the corpus: from a path, a folder or an http(s) address, byte for byte."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.read import LARGEST_FILE, MEDIA_TYPES

SECONDS = 60  # for an address altogether
MOST_REDIRECTS = 5
_TYPES = {"text/html": ".html", "application/xhtml+xml": ".html", "text/markdown": ".md", "text/plain": ".txt"}
_SIGNATURES = ((b"%PDF-", ".pdf"), (b"PK\x03\x04", ".docx"), (b"\xd0\xcf\x11\xe0", ".doc"))
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|div|table|meta|\?xml|!--)", re.IGNORECASE)


class CaptureError(Exception):
    """A file or an address that cannot be captured; the message says in one line why."""


@dataclass(frozen=True)
class Captured:
    """A captured file: where it comes from, its type, its bytes; of an address also when and from where it came."""

    name: str
    suffix: str
    data: bytes
    source_url: str | None = None
    captured_on: str | None = None


def is_address(given: str) -> bool:
    """True for what is meant as an address rather than a path."""
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", given))


def list_files(path: Path) -> Iterator[Path]:
    """Yield the files of a folder that may be documents, in order: not hidden, no link, none of a saved page's own files."""
    for found in sorted(path.rglob("*")):
        inner = found.relative_to(path).parts
        if any(part.startswith(".") or part.endswith(("_files", ".files")) for part in inner):
            continue
        if found.is_file() and not found.is_symlink() and found.suffix.lower() in MEDIA_TYPES:
            yield found


def capture_file(path: Path) -> Captured:
    """Return a file. Raises CaptureError."""
    try:
        if not path.is_file():
            raise CaptureError("no such file")
        if path.stat().st_size > LARGEST_FILE:
            raise CaptureError(f"is larger than {LARGEST_FILE >> 20} MB; save the document without pictures")
        data = path.read_bytes()
    except OSError as error:
        raise CaptureError(f"cannot be read: {error.strerror}") from None
    return Captured(path.name, tell_suffix(path.name, data), data)


def fetch(address: str, today: date | None = None, seconds: float = SECONDS) -> Captured:
    """Return what an http(s) address gives, redirects to others of these followed. Raises CaptureError."""
    import httpx  # takes a while to load, and files need none

    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CaptureError("only http:// and https:// addresses are fetched; save the file and name its path")
    if parts.username is not None or parts.password is not None:
        raise CaptureError("the address holds a password, which would be recorded; take it out")
    data = bytearray()
    ends = time.monotonic() + seconds
    try:
        with httpx.Client(follow_redirects=True, max_redirects=MOST_REDIRECTS, timeout=min(20.0, seconds)) as client:
            # Compressed, a small answer may hold any number of bytes.
            headers = {"User-Agent": "policy-kb (kb add)", "Accept-Encoding": "identity"}
            with client.stream("GET", address, headers=headers) as response:
                if response.status_code != 200:
                    raise CaptureError(f"the server answers {response.status_code} {response.reason_phrase}; open it in a browser and save the page")
                if response.headers.get("content-encoding", "identity").lower() != "identity":
                    raise CaptureError("the server sends it compressed though asked not to; open it in a browser and save the page")
                for chunk in response.iter_raw():
                    data += chunk
                    if len(data) > LARGEST_FILE:
                        raise CaptureError(f"is larger than {LARGEST_FILE >> 20} MB; save the document without pictures")
                    if time.monotonic() > ends:
                        raise CaptureError(f"took longer than {seconds:g} seconds; try again or save the page")
                final, content_type = str(response.url), response.headers.get("content-type", "")
    except httpx.TooManyRedirects:
        raise CaptureError(f"is redirected more than {MOST_REDIRECTS} times; open it in a browser and save the page") from None
    except httpx.UnsupportedProtocol:
        raise CaptureError("is redirected to what is no http:// or https:// address; it is not followed") from None
    except httpx.TimeoutException:
        raise CaptureError(f"took longer than {min(20.0, seconds):g} seconds to answer; try again or save the page") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CaptureError(f"cannot be fetched: {' '.join(str(error).split()) or type(error).__name__}") from None
    name = PurePosixPath(unquote(urlsplit(final).path)).name
    captured_on = (today or date.today()).isoformat()
    return Captured(address, tell_suffix(name, bytes(data), content_type), bytes(data), final, captured_on)


def tell_suffix(name: str, data: bytes, content_type: str = "") -> str:
    """Return the suffix under which a file is kept: by its first bytes, by what the server says, by its name.

    A page saved as .aspx is a page; a Word file named .html is a Word file. What is none of these keeps its name's suffix.
    """
    told = next((suffix for signature, suffix in _SIGNATURES if data.startswith(signature)), None)
    suffix = PurePosixPath(name).suffix.lower()
    if told is not None:
        return told
    if suffix in MEDIA_TYPES and suffix not in (".pdf", ".docx", ".doc"):
        return suffix
    if _MARKUP.match(data[:200]):
        return ".html"
    by_type = _TYPES.get(content_type.split(";")[0].strip().lower())
    return by_type or (suffix if suffix in MEDIA_TYPES else suffix or ".txt")
