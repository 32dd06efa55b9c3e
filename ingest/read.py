"""Read one captured file: bytes to reading text."""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString, Tag, UnicodeDammit
from bs4.element import PreformattedString

from ingest.records import Reading, SourceError

MEDIA_TYPES = {".txt": "text/plain", ".html": "text/html", ".htm": "text/html"}

# Tried in order before detection. UTF-8 is strict enough to fail on anything else;
# GB18030 holds GBK and GB2312 and is what undeclared mainland pages are written in.
ENCODINGS = ["utf-8", "gb18030"]

logging.getLogger("bs4.dammit").setLevel(logging.ERROR)  # it warns of what is refused below

_INVISIBLE = {"script", "style", "template", "head", "noscript", "title", "meta", "link"}
_BLOCKS = set(
    "address article aside blockquote body caption center dd div dl dt fieldset figure footer form"
    " h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol option p pre section select table tbody"
    " td tfoot th thead title tr ul".split()
)


def read(path: Path) -> Reading:
    """Return the reading text of a captured file.

    Raises SourceError for an empty file, one of an unknown type, or one that is not text.
    """
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        known = ", ".join(sorted(MEDIA_TYPES))
        raise SourceError(f"{path}: type {path.suffix or '(none)'} cannot be read; save it as one of {known}")
    data = path.read_bytes()
    if not data.strip():
        raise SourceError(f"{path}: the file is empty; capture the page anew")
    markup, encoding = decode(data, path)
    text = visible_text(markup) if media_type == "text/html" else markup
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise SourceError(f"{path}: the file shows no text; capture the page anew")
    return Reading(text=text, media_type=media_type, encoding=encoding, sha256=hashlib.sha256(data).hexdigest())


def decode(data: bytes, path: Path) -> tuple[str, str]:
    # windows-1252 decodes any bytes at all and would turn Chinese into rubbish without a word.
    dammit = UnicodeDammit(data, user_encodings=ENCODINGS, exclude_encodings=["windows-1252", "iso-8859-1", "ascii"])
    text = dammit.unicode_markup
    # When nothing fits, UnicodeDammit puts U+FFFD for what it cannot read: characters would be lost.
    if text is None or not dammit.original_encoding or dammit.contains_replacement_characters:
        raise SourceError(f"{path}: the file cannot be decoded as text; save it as UTF-8")
    # Bytes of an image or an archive happen to decode too: text has next to no control characters.
    controls = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\n\r\f\v\x85" for c in text)
    if controls > max(2, len(text) // 200):
        raise SourceError(f"{path}: the file is not text ({controls} control characters); save it as UTF-8 text")
    return text.removeprefix("\ufeff"), dammit.original_encoding


def visible_text(markup: str) -> str:
    """Return the text that a page shows, in order, a line break wherever a block element starts or ends."""
    pieces: list[str] = []
    for node in BeautifulSoup(markup, "lxml").descendants:
        if isinstance(node, Tag):
            if node.name == "br":
                pieces.append("\n")
            elif node.name in _BLOCKS:
                pieces.append("\n\n")
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            if any(parent.name in _INVISIBLE for parent in node.parents):
                continue
            # In HTML a line break of the source is a space, and between Han characters not even that.
            text = re.sub(r"(?<=[\u3000-\uffef])[ \t\r\n\f]*\n[ \t\r\n\f]*(?=[\u3000-\uffef])", "", str(node))
            pieces.append(re.sub(r"[ \t\r\n\f]+", " ", text))
            if _closes_block(node):
                pieces.append("\n\n")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *", "\n", "".join(pieces))).strip("\n")


def _closes_block(node: NavigableString) -> bool:
    """True where this string is the last thing in a block element, so that what follows is a new line."""
    current: NavigableString | Tag = node
    while current.next_sibling is None and current.parent is not None:
        current = current.parent
        if current.name in _BLOCKS:
            return True
    return False
