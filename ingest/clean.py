"""Set noise apart: split a reading text into lines, and take out those that a rule explains whole."""

from __future__ import annotations

import re
import warnings

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

from ingest.records import Line, Noise
from ingest.rules import NoiseRule, noise_rules

# What the web editor's lists leave of themselves beside an empty tag: a bullet or a number.
_LIST_RESIDUE = re.compile(r"[•·●\s]*(?:\d+[.．])?\s*\Z")


def split_lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a text that are not blank, white space trimmed, with their indent."""
    lines: list[Line] = []
    offset = 0
    after_blank = True
    for raw in text.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            lead = len(raw) - len(raw.lstrip())
            start = offset + lead
            lines.append(Line(start, start + len(stripped), stripped, _columns(raw[:lead]), after_blank))
        after_blank = not stripped
        offset += len(raw)
    return tuple(lines)


def clean(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Noise, ...]]:
    """Return the lines that are left, and the noise that was taken out."""
    kept: list[Line] = []
    noise: list[Noise] = []
    for line in lines:
        rule = next((r for r in noise_rules() if r.scope == "line" and explains(r, line.text)), None)
        if rule is None:
            kept.append(line)
        else:
            noise.append(Noise(line.start, line.end, rule.id, rule.reason))
    return tuple(kept), tuple(noise)


def explains(rule: NoiseRule, text: str) -> bool:
    """True when a rule explains the whole of a line, white space aside."""
    if rule.kind == "markup":
        return _is_empty_markup(text)
    return rule.regex is not None and rule.regex.fullmatch(text.strip()) is not None


def _is_empty_markup(text: str) -> bool:
    # <td> outside a table and made-up tags such as <delect> are dropped by strict parsers,
    # so the forgiving one decides; a line with any text of its own stays.
    if not re.search(r"</?[a-zA-Z][^<>]*>", text):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        return _LIST_RESIDUE.match(BeautifulSoup(text, "html.parser").get_text()) is not None


def _columns(lead: str) -> int:
    """Width of leading white space; an ideographic space is two columns wide."""
    return sum(2 if c == "\u3000" else 1 for c in lead)
