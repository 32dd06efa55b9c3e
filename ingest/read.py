"""Read one captured file: bytes to reading text."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

from ingest.decode import decode
from ingest.delimit import delimit
from ingest.records import Layout, Reading, SourceError, UnfitError
from ingest.unwrap import unwrap

MEDIA_TYPES = {
    ".txt": "text/plain",
    ".html": "text/html",
    ".htm": "text/html",
    ".md": "text/markdown",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".doc": "application/msword",
    ".pdf": "application/pdf",
}

_TAG = re.compile(r"<(?:[a-zA-Z!/?])")
_PARAGRAPH_TAG = re.compile(r"</p>|</div>|<br\s*/?>", re.I)
LEAST_TAGS = 5  # a few are what an editor left in a text
MOST_TAGS = 1_000_000  # the fullest page seen has 3,431; the parser takes 5 seconds for the worst of so many
LARGEST_FILE = 50 << 20  # bytes; the largest plan with all its pictures has a tenth


def read(path: Path) -> Reading:
    """Return the reading text of a captured file.

    Raises SourceError for an empty file, one of an unknown type, or one that is not text; UnfitError, which is
    one too, for what is no readable policy document (encrypted, a scan).
    """
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise SourceError(f"{path}: type {path.suffix or '(none)'} cannot be read; save it as one of {known}")
    if path.exists() and not path.is_file():
        raise SourceError(f"{path}: is no plain file; take it out")  # reading a pipe would wait for ever
    if path.stat().st_size > LARGEST_FILE:
        raise UnfitError(f"{path}: is larger than {LARGEST_FILE >> 20} MB; save the document without pictures")
    data = path.read_bytes()
    if not data.strip():
        raise SourceError(f"{path}: the file is empty; capture the page anew")
    text, layout, encoding = _read_as(media_type, data, path)
    if not text.strip():
        raise SourceError(f"{path}: the file shows no text; capture the page anew")
    return Reading(text, media_type, encoding, hashlib.sha256(data).hexdigest(), layout)


def _read_as(media_type: str, data: bytes, path: Path) -> tuple[str, Layout, str]:
    # Each format's library is loaded when a file of the format is read: a build of plain texts needs none.
    if media_type == "application/pdf":
        from ingest.formats.pdf import read_pdf

        return *read_pdf(data, path), "binary"
    if media_type.startswith("application/"):
        from ingest.formats.word import read_word

        if media_type == "application/msword":
            from ingest.formats.office import convert_to_docx

            data = convert_to_docx(data, path)
        return *read_word(data, path), "binary"
    markup, encoding = decode(data, path)
    markup = markup.replace("\r\n", "\n").replace("\r", "\n")
    if media_type == "text/html" and _is_answer(markup):
        raise UnfitError(f"{path}: is the answer of an interface (JSON), not the page; save the page as the browser shows it")
    tags = len(_PARAGRAPH_TAG.findall(markup))
    if (media_type == "text/html" and _TAG.search(markup)) or (media_type == "text/plain" and tags >= LEAST_TAGS):
        from ingest.formats.html import read_html

        # A piece of a page that was pasted into a text: there a line break is one.
        markup = markup if media_type == "text/html" else markup.replace("\n", "<br>\n")
        _check_tags(markup, path)
        return *read_html(markup), encoding
    if media_type == "text/markdown":
        from ingest.formats.markdown import read_markdown

        _check_tags(markup, path)
        return *read_markdown(markup), encoding
    text, doubts, noise = unwrap(markup)
    text, grids, strokes = delimit(text)
    return text, replace(Layout(), doubts=doubts, noise=(*noise, *strokes), grids=grids), encoding


def _check_tags(markup: str, path: Path) -> None:
    """Raise UnfitError for more tags than any page has: nothing can stop the parser meanwhile, 50 MB of them hold it for a minute."""
    if markup.count("<") > MOST_TAGS:
        raise UnfitError(f"{path}: has more than {MOST_TAGS:,} tags; save it as text, or the part that is the document")


def _is_answer(markup: str) -> bool:
    """True for JSON that was saved as a page."""
    if markup.lstrip()[:1] not in ("{", "["):
        return False
    try:
        return isinstance(json.loads(markup), (dict, list))
    except (ValueError, RecursionError):
        return False
