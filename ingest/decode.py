"""Decode bytes to text: declared, undeclared and wrongly declared encodings."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

import charset_normalizer

from ingest.records import SourceError

_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# What Chinese pages are written in. GB18030 holds GBK and GB2312; Big5-HKSCS holds Big5.
_CANDIDATES = ["gb18030", "big5hkscs", "utf_16_le", "utf_16_be"]
_SAMPLE = 200_000
_COMMON = re.compile("[，。、；：（）的之一二三四五六七八九十第不有为為及或在人国國应應]")
_MULTIBYTE = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")


def decode(data: bytes, path: Path) -> tuple[str, str]:
    """Return text and encoding; what a page declares is not believed, since it is often wrong.

    A few bytes that are broken become U+FFFD and later a doubt; a file with many is refused.
    Raises SourceError for what is not text.
    """
    text, encoding = _decode(data)
    if text is None:
        raise SourceError(f"{path}: the file cannot be decoded as text; save it as UTF-8")
    # Bytes of an image or an archive happen to decode too: text has next to no control characters.
    sample = text[:_SAMPLE]
    controls = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\n\r\f\v\x85" for c in sample)
    if controls > max(2, len(sample) // 200):
        raise SourceError(f"{path}: the file is not text ({controls} control characters); save it as UTF-8 text")
    return text.removeprefix("\ufeff"), encoding


def _decode(data: bytes) -> tuple[str | None, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data.decode(encoding, errors="replace")
            return (text if _is_intact(text) else None), encoding.removesuffix("-sig")
    # UTF-8 fails on anything else, so a page that calls itself gb2312 and decodes as UTF-8 is UTF-8;
    # UTF-16 of mostly Latin text decodes too, but full of NULs.
    text = data.decode("utf-8", errors="replace")
    if "\0" not in text[:1000] and _is_intact(text) and (
        "\ufffd" not in text or len(_MULTIBYTE.findall(data[:_SAMPLE])) > 20
    ):
        return text, "utf-8"
    best = charset_normalizer.from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    # Where it can't tell, as of a Big5 text with Markdown's signs: the reading with the marks and words of any text.
    names = [best.encoding] if best is not None else sorted(_CANDIDATES, key=lambda name: -_likeness(data[:_SAMPLE], name))
    for name in (*names, "gb18030"):
        text = data.decode(name, errors="replace")
        if _is_intact(text):
            return text, name.replace("_", "-")
    return (text, "utf-8") if _is_intact(text := data.decode("utf-8", errors="replace")) else (None, "")


def _likeness(data: bytes, encoding: str) -> int:
    """How many marks and words that any Chinese text has stand in the bytes so read; those that do not decode count against it."""
    text = data.decode(encoding, errors="replace")
    return len(_COMMON.findall(text)) - 10 * text.count("\ufffd")


def _is_intact(text: str) -> bool:
    """True where at most a few characters could not be decoded."""
    return text.count("\ufffd") <= len(text) // 500 + (2 if len(text) > 200 else 0)
