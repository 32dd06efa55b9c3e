"""Set noise apart: split a reading text into lines, and take out what a rule explains."""

from __future__ import annotations

import re
import warnings
from bisect import bisect_right
from collections.abc import Sequence

from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning

from ingest.labels import read_labels
from ingest.markers import recognise
from ingest.records import Layout, Line, Noise
from ingest.rules import NoiseRule, noise_rule, noise_rules
from ingest.tile import tile
from lang.radicals import unify

# What the web editor's lists leave of themselves beside an empty tag: a bullet or a number.
_LIST_RESIDUE = re.compile(r"[•·●\s]*(?:\d+[.．])?\s*\Z")
# What stands outside a page's main part and yet may be the document's: a sentence, a title, a number, a date.
_MAY_BE_TEXT = re.compile(r"[。；]|关于.{2,}|〔\d{4}〕|[(（\[［]\d{4}[)）\]］].{0,3}\d+\s*号|《.+》")
LONGEST_FURNITURE = 40


def split_lines(text: str, noise: Sequence[Noise] = ()) -> tuple[Line, ...]:
    """Return the lines of a text that are not blank, white space trimmed, with their indent.

    Characters of noise that stands within a line are blanked out in it, and radicals that a PDF left are
    told as the characters they stand for; offsets hold.
    """
    shown = unify(blank_out(text, noise))
    lines: list[Line] = []
    offset = 0
    after_blank = True
    blanks = 0
    for raw in shown.splitlines(keepends=True):
        stripped = raw.strip()
        if stripped:
            lead = len(raw) - len(raw.lstrip())
            start = offset + lead
            lines.append(Line(start, start + len(stripped), stripped, _columns(raw[:lead]), after_blank, blanks))
        after_blank = not stripped
        blanks = 0 if stripped else blanks + 1
        offset += len(raw)
    return tuple(lines)


def blank_out(text: str, noise: Sequence[Noise]) -> str:
    """Return the text with noise replaced by as many blanks; line breaks stay."""
    if not noise:
        return text
    pieces: list[str] = []
    position = 0
    for one in sorted(noise, key=lambda n: n.start):
        start = max(one.start, position)
        if start < one.end:
            pieces += [text[position:start], re.sub(r"[^\n]", " ", text[start : one.end])]
            position = one.end
    pieces.append(text[position:])
    return "".join(pieces)


def find_inline(text: str) -> tuple[Noise, ...]:
    """Return noise that stands within lines: residue of a format, spam set into a sentence."""
    found: list[Noise] = []
    for rule in noise_rules():
        if rule.scope == "inline" and rule.regex is not None:
            for match in rule.regex.finditer(text):
                # Where a pattern looks around, its named group is what is taken out.
                groups = [name for name, value in match.groupdict().items() if value]
                start, end = match.span(groups[0]) if groups else match.span()
                if start < end:
                    found.append(Noise(start, end, rule.id, rule.reason))
    found.sort(key=lambda n: (n.start, -n.end))
    apart: list[Noise] = []
    for one in found:
        if not apart or one.start >= apart[-1].end:
            apart.append(one)
    return tuple(apart)


def clean(lines: tuple[Line, ...], layout: Layout = Layout()) -> tuple[tuple[Line, ...], tuple[Noise, ...]]:
    """Return the lines that are left, and the noise that was taken out."""
    kept: list[Line] = []
    noise: list[Noise] = []
    rules = [rule for rule in noise_rules() if rule.scope in ("line", "any")]
    linked, outside, furniture = _Spans(layout.links), _Spans(layout.outside), _Spans(layout.furniture)
    navigation = noise_rule("navigation")
    labelled = read_labels(lines, len(lines), grids=layout.grids)[2] if layout.outside else set()
    for index, line in enumerate(lines):
        rule = next((r for r in rules if explains(r, line.text)), None)
        if rule is None and furniture.holds(line):
            rule = navigation
        if rule is None and index not in labelled and outside.holds(line) and _is_furniture(line, linked, layout.titles):
            rule = navigation
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


class _Spans:
    """Ranges of the text, asked whether they hold a line whole."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        merged: list[list[int]] = []
        for start, end in sorted(spans):
            # Links beside each other, with a blank or a stroke between them, are one row of links.
            if merged and start <= merged[-1][1] + 3:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        self.starts = [start for start, _ in merged]
        self.ends = [end for _, end in merged]

    def holds(self, line: Line) -> bool:
        at = bisect_right(self.starts, line.start) - 1
        return at >= 0 and line.end <= self.ends[at]


def _is_furniture(line: Line, linked: _Spans, titles: Sequence[str]) -> bool:
    """True for a line outside the main part that nothing speaks for: a row of links, a label, a button."""
    plain = re.sub(r"\s", "", line.text)
    if any(plain in re.sub(r"\s", "", title) for title in titles) and len(plain) > 6:
        return False
    if linked.holds(line):
        return True
    return len(line.text) <= LONGEST_FURNITURE and not _MAY_BE_TEXT.search(line.text) and recognise(line) is None and not _is_told(line)


def _is_told(line: Line) -> bool:
    """True for a line of metadata; a body's name alone is none here: pages end in lists of them."""
    tiled = tile(line)
    return tiled is not None and any(fact.field != "agency" for fact in tiled[0])


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
