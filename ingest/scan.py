"""Scan the lines of a text: what stands on each, what the format tells of it, and what comes ahead of it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ingest.bodies import is_annex
from ingest.grids import is_table
from ingest.markers import Marker, Scanned, marker_classes, recognise, screen
from ingest.records import Grid, Layout, Line, Listed
from ingest.tabulate import is_serial

LONGEST_BARE_HEADING = 30
_CIRCLES = re.compile("[①-⑳]")


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
        return replace(self, scanned=scanned, grids=self.whole_grids(scanned), bodies={}, headings={})

    def whole_grids(self, scanned: Scanned) -> dict[int, Grid]:
        """The grids that begin in some of the lines and end there: of a grid that a box's end cuts, cells stand outside too."""
        found = {line.start: self.grids[line.start] for line, _ in scanned if line.start in self.grids}
        return {start: grid for start, grid in found.items() if _count_within(scanned, grid) == _count_within(self.scanned, grid)}

    def body_indent(self) -> int:
        """The indent that most parts and articles have."""
        indents = Counter(line.indent for line, marker in self.scanned if marker and marker.cls.name in ("part", "article"))
        return max(set(indents), key=lambda indent: indents[indent]) if indents else 0

    def line_at(self, start: int) -> Line | None:
        """The line that begins at an offset of the text."""
        at = bisect_left(self.scanned, start, key=lambda one: one[0].start)
        return self.line(at) if at < len(self) and self.line(at).start == start else None

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
        return index in self._marked

    @cached_property
    def _marked(self) -> set[int]:
        """The lines whose first sign stands within the text above."""
        marked: set[int] = set()
        seen: set[str] = set()
        for index, (line, marker) in enumerate(self.scanned):
            if line.text[:1] in seen:
                marked.add(index)
            if marker is not None and marker.cls.rank < 9 and marker.cls.kind != "note":
                seen.clear()
            seen.update(_CIRCLES.findall(line.text, 1))
        return marked

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

    # What comes ahead: each question is asked at thousands of lines, so none may read on to the end of the text

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """The lines that bear a marker, by its class."""
        places: dict[str, list[int]] = {}
        for index, (_, marker) in enumerate(self.scanned):
            if marker is not None:
                places.setdefault(marker.cls.name, []).append(index)
        return places

    @cached_property
    def _bare(self) -> list[int]:
        """The lines that may be headings that lost their number."""
        return [
            index
            for index, (line, marker) in enumerate(self.scanned)
            if marker is None and len(line.text) <= LONGEST_BARE_HEADING and not re.search(r"[。；;，,：:]", line.text)
        ]

    @cached_property
    def _stops(self) -> list[int]:
        """The lines that are more than unmarked text."""
        return [i for i, (line, marker) in enumerate(self.scanned) if marker is not None or line.start in self.bodies]

    @cached_property
    def _solid(self) -> list[int]:
        """The lines that are neither strokes of a table nor footnotes."""
        return [i for i, (line, _) in enumerate(self.scanned) if line.text != "|" and not self.note_at(line)]

    def _next(self, index: int, name: str) -> int | None:
        """The next line after an index that bears a marker of a class."""
        return _after(self._places.get(name, ()), index)

    def _next_above(self, index: int, rank: float) -> int | None:
        """The next line after an index that bears a marker of a class above ``rank``."""
        found = (self._next(index, name) for name, cls in marker_classes().items() if cls.rank < rank)
        return min((place for place in found if place is not None), default=None)

    def next_number(self, index: int, name: str) -> int | None:
        """The number of the next marker of a class after a line."""
        place = self._next(index, name)
        return None if place is None else self.scanned[place][1].num  # type: ignore[union-attr]

    def is_only_bare_heading(self, index: int, name: str) -> bool:
        """True when no other line up to the next marker of the class could be the heading that is missing."""
        place, bare = self._next(index, name), _after(self._bare, index)
        return place is not None and (bare is None or bare > place)

    def goes_on_below(self, index: int, marker: Marker, inner: Marker, number: int) -> bool:
        """True where the list of ``marker`` goes on with ``number`` below the list that ``inner`` opens at ``index``."""
        place = self._next(index, marker.cls.name)
        above = self._next_above(index, min(inner.cls.rank, marker.cls.rank))
        if place is None or (above is not None and above < place):
            return False
        line, ahead = self.scanned[place]
        told = self.listed.get(line.start)
        return ahead is not None and (told.num if told else ahead.num) == number

    def is_list_over(self, index: int, marker: Marker, number: int | None) -> bool:
        """True when no further element of the list follows whose last one is ``marker`` with ``number``."""
        place, above = self._next(index, marker.cls.name), self._next_above(index, marker.cls.rank)
        if place is None or (above is not None and above < place):
            return True
        return number is not None and self.next_number(index, marker.cls.name) != number + 1

    def is_followed(self, index: int, rank: float) -> bool:
        """True where the next line goes on with the unit: unmarked text or a deeper marker."""
        place = _after(self._solid, index)
        if place is None:
            return False
        marker = self.marker(place)
        return marker is None or (marker.cls.rank > rank and marker.cls.kind != "box")

    def ends_here(self, index: int) -> bool:
        """True where only unmarked text, or what is attached, follows up to the end or the next annex."""
        place = _after(self._stops, index)
        if place is None or self.line(place).start in self.bodies:
            return True
        marker = self.marker(place)
        return marker is not None and marker.cls.name == "annex"

    @cached_property
    def _runs(self) -> dict[str, _Run]:
        return {
            name: _Run([marker.num or 0 for _, marker in self.scanned if marker is not None and marker.cls.name == name])
            for name in ("part", "clause")
        }

    def goes_on_outside(self, index: int, expected: int) -> bool:
        """True where a number that fits a box's own list too goes on with the list outside, which expects ``expected``.

        二、技能人才 in a table's 一二三 and 二、健全体系 after it both follow 一: the reading is taken under which
        the numbers to come are broken least often.
        """
        marker = self.marker(index)
        assert marker is not None
        run = self._runs[marker.cls.name]
        at = bisect_left(self._places[marker.cls.name], index)
        end = run.ends[at]
        inside = run.breaks[end] + (run.numbers[end] != expected) if end < len(run.numbers) else 0
        return run.breaks[at] <= inside

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


class _Run:
    """The numbers of a class in the order of the text, and where they do not go on by one."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers
        self.breaks = [0] * len(numbers)  # at each number, how many breaks come after it
        self.ends = [len(numbers)] * len(numbers)  # at each number, where the run ends that it is in
        for at in range(len(numbers) - 2, -1, -1):
            is_break = numbers[at + 1] != numbers[at] + 1
            self.breaks[at] = self.breaks[at + 1] + is_break
            self.ends[at] = at + 1 if is_break else self.ends[at + 1]


def _after(places: Sequence[int], index: int) -> int | None:
    """The first of some places, in order, that lies after an index."""
    at = bisect_right(places, index)
    return places[at] if at < len(places) else None


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


def _count_within(scanned: Scanned, grid: Grid) -> int:
    """How many of the lines stand in a grid."""
    first = bisect_left(scanned, grid.start, key=lambda one: one[0].start)
    return bisect_left(scanned, grid.end, first, key=lambda one: one[0].start) - first
