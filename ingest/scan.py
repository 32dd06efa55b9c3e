"""Scan the lines of a text: what stands on each, what the format tells of it, and what comes ahead of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.bodies import is_annex
from ingest.boxes import Scanned
from ingest.grids import is_table
from ingest.markers import Marker, recognise, screen
from ingest.records import Grid, Layout, Line, Listed
from ingest.tabulate import is_serial

LONGEST_BARE_HEADING = 30


@dataclass(frozen=True)
class Scan:
    """Lines with their markers, asked by index; nothing in it depends on what has been placed already."""

    scanned: Scanned
    grids: Mapping[int, Grid] = field(default_factory=dict)  # by the offset at which each begins
    listed: Mapping[int, Listed] = field(default_factory=dict)
    notes: Sequence[tuple[int, int]] = ()  # spans of footnotes, in order
    bodies: Mapping[int, int] = field(default_factory=dict)  # where a text of its own begins -> lines of its title
    headings: Mapping[int, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.scanned)

    def line(self, index: int) -> Line:
        """The line at an index."""
        return self.scanned[index][0]

    def marker(self, index: int) -> Marker | None:
        """The marker of the line at an index; None past the end too."""
        return self.scanned[index][1] if index < len(self.scanned) else None

    def inside(self, scanned: Scanned) -> Scan:
        """The lines of a box, with what the format tells of them; no text of its own begins within one."""
        return replace(self, scanned=scanned, bodies={}, headings={})

    def body_indent(self) -> int:
        """The indent that most parts and articles have."""
        indents = [line.indent for line, marker in self.scanned if marker and marker.cls.name in ("part", "article")]
        return max(set(indents), key=indents.count) if indents else 0

    # What stands on a line

    def is_annex(self, index: int) -> bool:
        """True where an annex begins; see bodies.is_annex."""
        line, marker = self.scanned[index]
        following = self.line(index + 1) if index + 1 < len(self) else None
        return marker is not None and is_annex(line, marker, following)

    def note_at(self, line: Line) -> tuple[int, int] | None:
        """The span of the footnote that a line belongs to."""
        at = bisect_right(self.notes, (line.start, 10**12)) - 1
        return self.notes[at] if at >= 0 and self.notes[at][0] <= line.start < self.notes[at][1] else None

    def is_marked_above(self, index: int) -> bool:
        """True where the same sign stands within the text above, since the last heading: ① opens a footnote then."""
        sign = self.line(index).text[0]
        for line, marker in reversed(self.scanned[:index]):
            if sign in line.text[1:]:
                return True
            if marker is not None and marker.cls.rank < 9 and marker.cls.kind != "note":
                return False
        return False

    def may_be_title(self, index: int, before: Sequence[Line] = ()) -> bool:
        """True for a line that may be the title below a label, ``before`` being the title's lines so far."""
        line, marker = self.scanned[index]
        if marker is not None or line.text == "|" or line.start in self.grids or len(line.text) > 50:
            return False
        if re.search(r"[。；;，,：:|]", line.text):
            return False
        # A second line is still the title only where the first breaks off: titles end in a word for what they are.
        return not before or (len(before[-1].text) >= 12 and not line.after_blank and len(line.text) <= 30)

    def is_bare_heading(self, index: int) -> bool:
        """True for a heading without a number between two articles (职业培训体系)."""
        line = self.line(index)
        if len(line.text) > 20 or re.search(r"[。；;，,：:！？|]", line.text) or index + 1 >= len(self):
            return False
        following = self.marker(index + 1)
        before = self.scanned[index - 1] if index else None
        alone = before is not None and before[1] is not None and before[1].rest >= before[0].end  # 第五条 / 删除
        return following is not None and following.cls.name == "article" and not alone

    # What comes ahead

    def next_number(self, index: int, name: str) -> int | None:
        """The number of the next marker of a class after a line."""
        return next((m.num for _, m in self.scanned[index + 1 :] if m and m.cls.name == name), None)

    def is_only_bare_heading(self, index: int, name: str) -> bool:
        """True when no other line up to the next marker of the class could be the heading that is missing."""
        for line, marker in self.scanned[index + 1 :]:
            if marker is not None and marker.cls.name == name:
                return True
            if marker is None and len(line.text) <= LONGEST_BARE_HEADING and not re.search(r"[。；;，,：:]", line.text):
                return False
        return False

    def goes_on_below(self, index: int, marker: Marker, inner: Marker, number: int) -> bool:
        """True where the list of ``marker`` goes on with ``number`` below the list that ``inner`` opens at ``index``."""
        for line, ahead in self.scanned[index + 1 :]:
            if ahead is None:
                continue
            if ahead.cls.name == marker.cls.name:
                told = self.listed.get(line.start)
                return (told.num if told else ahead.num) == number
            if ahead.cls.rank < min(inner.cls.rank, marker.cls.rank):
                return False
        return False

    def is_list_over(self, index: int, marker: Marker, number: int | None) -> bool:
        """True when no further element of the list follows whose last one is ``marker`` with ``number``."""
        for _, ahead in self.scanned[index + 1 :]:
            if ahead is None:
                continue
            if ahead.cls.name == marker.cls.name:
                return number is not None and ahead.num != number + 1
            if ahead.cls.rank < marker.cls.rank:
                return True
        return True

    def is_followed(self, index: int, rank: float) -> bool:
        """True where the next line goes on with the unit: unmarked text or a deeper marker."""
        for line, marker in self.scanned[index + 1 :]:
            if line.text == "|" or self.note_at(line):
                continue
            return marker is None or (marker.cls.rank > rank and marker.cls.kind != "box")
        return False

    def ends_here(self, index: int) -> bool:
        """True where only unmarked text, or what is attached, follows up to the end or the next annex."""
        for line, marker in self.scanned[index + 1 :]:
            if line.start in self.bodies or (marker is not None and marker.cls.name == "annex"):
                return True
            if marker is not None:
                return False
        return True

    def attachments(self, index: int) -> int:
        """Number of lines from ``index`` on that list what is attached (附件：1.名单 / 2.表); 0 where none does."""
        line, marker = self.scanned[index]
        if marker is None or marker.cls.name != "annex" or self.is_annex(index):
            return 0
        if not marker.printed.endswith((":", "：")):
            return 0
        rest = line.text[marker.rest - line.start :]
        number = re.match(r"(\d{1,2})\s*[.．、]", rest)
        expected, count = (int(number[1]) + 1 if number else 1), 1
        if rest and not number:
            return 1
        while index + count < len(self):
            following = self.marker(index + count)
            if following is None or following.cls.name != "item" or following.num != expected:
                break
            expected, count = expected + 1, count + 1
        return count

    def grid_end(self, index: int) -> int | None:
        """Index after the lines of the table of the source that begins at ``index``; None where none does."""
        if index >= len(self):
            return None
        grid = self.grids.get(self.line(index).start)
        if grid is None:
            return None
        end = index
        while end < len(self) and self.line(end).start < grid.end:
            end += 1
        return end if is_table(grid, [line for line, _ in self.scanned[index:end]]) else None

    def cells_end(self, index: int) -> int | None:
        """Index after an annex that is nothing but a table's cells, one a line; None where it is more."""
        end = index
        while end < len(self):
            line, marker = self.scanned[end]
            if line.start in self.bodies or line.start in self.grids:
                break
            if marker is not None and (marker.cls.kind in ("annex", "box", "table", "note") or marker.cls.name in ("chapter", "article")):
                break
            end += 1
        lines = [line for line, _ in self.scanned[index:end]]
        short = sum(len(line.text) <= 30 for line in lines)
        if len(lines) < 8 or short < 0.8 * len(lines) or not any(is_serial(line.text) for line in lines[:12]):
            return None
        return end


def scan_lines(lines: Sequence[Line], layout: Layout, bodies: Mapping[int, int]) -> Scan:
    """Return the lines with their markers, weak ones only where the run of the numbers wants them."""
    return Scan(
        screen([(line, None if line.text == "|" else recognise(line)) for line in lines]),
        grids={grid.start: grid for grid in layout.grids},
        listed={one.start: one for one in layout.listed},
        notes=[(note.start, note.end) for note in layout.footnotes],
        bodies=bodies,
        headings=layout.headings,
    )
