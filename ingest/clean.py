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
_LIST_RESIDUE = re.compile(r"[•·●\s]*+(?:\d+[.．])?\s*\Z")
# What stands outside a page's main part and yet may be the document's: a sentence, a title, a number, a date.
_MAY_BE_TEXT = re.compile(r"[。；]|关于(?!我们|本站|本网).{2,}|〔\d{4}〕|[(（\[［]\d{4}[)）\]］].{0,3}\d+\s*号|《.+》")
_ATTACHED = re.compile(r"附\s*[件表]")
# What a row of links has beside them: dates, strokes, brackets.
_BESIDE_LINKS = re.compile(r"[\s\d:：/|｜\\.·•>＞»\[\]()（）年月日—-]*")
LONGEST_FURNITURE = 40
LONGEST_SIGNATURE = 6  # lines
LONGEST_MARKUP = 10_000  # characters; from each <!-- that nothing closes the parser looks on to the end of the line


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
    behind = max((start for start, _ in layout.outside if start > 0), default=None)
    signed = _signature(lines, behind)
    for index, line in enumerate(lines):
        rule = next((r for r in rules if explains(r, line.text)), None)
        if rule is None and furniture.holds(line):
            rule = navigation
        if rule is None and index not in labelled and index not in signed and outside.holds(line):
            # A title stands before its text: what repeats it behind is a list, or a button's.
            titles = layout.titles if behind is None or line.start < behind else ()
            rule = navigation if _is_furniture(line, linked, titles) else None
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

    def outside(self, line: Line) -> str | None:
        """What of a line stands in none of the ranges; None where the ranges have no part in it."""
        left, position, touched = "", line.start, False
        at = max(bisect_right(self.starts, line.start) - 1, 0)
        while at < len(self.starts) and self.starts[at] < line.end:
            if self.ends[at] > position:
                left += line.text[position - line.start : max(self.starts[at], position) - line.start]
                position, touched = self.ends[at], True
            at += 1
        return left + line.text[max(position - line.start, 0) :] if touched else None


def _signature(lines: Sequence[Line], behind: int | None) -> set[int]:
    """Indexes of a signature and its date that stand right behind a page's main part: the document's last lines."""
    if behind is None:
        return set()
    first = next((i for i, line in enumerate(lines) if line.start >= behind), len(lines))
    for index in range(first, min(first + LONGEST_SIGNATURE, len(lines))):
        told = _tells(lines[index])
        if "date" in told:
            return set(range(first, index + 1))
        if told != {"agency"}:
            break
    return set()


def _is_furniture(line: Line, linked: _Spans, titles: Sequence[str]) -> bool:
    """True for a line outside the main part that nothing speaks for: a row of links, a label, a button."""
    plain = re.sub(r"\s", "", line.text)
    if _ATTACHED.match(plain):
        return False
    if len(plain) > 6 and any(_names(title, plain) for title in titles):
        return False
    left = linked.outside(line)
    if left is not None and _BESIDE_LINKS.fullmatch(left):
        return True
    return len(line.text) <= LONGEST_FURNITURE and not _MAY_BE_TEXT.search(line.text) and recognise(line) is None and not _is_told(line)


def _names(title: str, plain: str) -> bool:
    """True where a line is a page's title or a piece of it; what stands behind its last stroke is the site's name."""
    whole = re.sub(r"\s", "", title)
    return plain in whole and not re.search(rf"[-_|—–]{re.escape(plain)}\Z", whole)


def _is_told(line: Line) -> bool:
    """True for a line of metadata; a body's name alone is none here: pages end in lists of them."""
    return bool(_tells(line) - {"agency"})


def _tells(line: Line) -> set[str]:
    """The fields of metadata that a line is, the whole of it; none where more stands in it."""
    tiled = tile(line)
    return {fact.field for fact in tiled[0]} if tiled is not None else set()


def _is_empty_markup(text: str) -> bool:
    # <td> outside a table and made-up tags such as <delect> are dropped by strict parsers,
    # so the forgiving one decides; a line with any text of its own stays.
    if len(text) > LONGEST_MARKUP or not re.search(r"</?[a-zA-Z][^<>]*>", text):
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        return _LIST_RESIDUE.match(BeautifulSoup(text, "html.parser").get_text()) is not None


def _columns(lead: str) -> int:
    """Width of leading white space; an ideographic space is two columns wide."""
    return sum(2 if c == "\u3000" else 1 for c in lead)
