"""Parse one reading text: clean, describe, splice, segment, name, measure, in that order."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace

from ingest.clean import clean, find_inline, split_lines
from ingest.contents import leave_out_contents
from ingest.cut import cut_lines
from ingest.describe import describe
from ingest.measure import measure
from ingest.name import name_units, walk
from ingest.records import Doubt, Fact, Layout, Line, Noise, Parsed, Reading, Unit
from ingest.rejoin import rejoin
from ingest.segment import segment
from ingest.splice import splice
from ingest.suspect import suspect


def parse(reading: Reading) -> Parsed:
    """Return the parse of a reading text; any text at all has one, and it accounts for every character."""
    layout = reading.layout
    set_apart = _merge(layout.noise, find_inline(reading.text))
    lines, removed = clean(split_lines(reading.text, set_apart), layout)
    lines, contents = leave_out_contents(rejoin(cut_lines(lines), layout.grids))
    described = describe(lines, layout)
    spliced = splice(described.lines, _without_captions(layout, described.lines))
    segmented = segment(spliced.lines, spliced.layout, described.bodies)
    noise = (*set_apart, *removed, *contents)
    units, doubts = name_units(segmented.units)
    all_doubts = [*layout.doubts, *spliced.doubts, *segmented.doubts, *doubts, *suspect(reading.text, units)]
    if not any(unit.kind != "paragraph" for unit, _, _ in walk(units)):
        all_doubts.append(Doubt(0, len(reading.text), "no-structure", "没有识别出任何编号层次，全文按段落收录"))
    eids = {unit.start: unit.eid for unit, _, _ in walk(units)}
    placed = [d if d.eid else replace(d, eid=eids.get(d.start) or _holder(units, d.start)) for d in all_doubts]
    return Parsed(
        reading=reading,
        units=units,
        facts=tuple(_close_up(fact, set_apart) for fact in described.facts),
        noise=_merge(noise, described.noise, spliced.noise, segmented.noise),
        doubts=tuple(sorted(placed, key=lambda d: (d.start, d.kind))),
        indicators=measure(units, reading.text),
    )


def _close_up(fact: Fact, noise: tuple[Noise, ...]) -> Fact:
    """A fact's value without the blanks that pinyin within its words left: 發(fā)展 is 發展."""
    if "   " not in fact.value or fact.start is None or fact.end is None:
        return fact
    held = any(n.rule == "pinyin-inline" and fact.start <= n.start < fact.end for n in noise)
    return replace(fact, value=re.sub(r"(?<=[\u3400-\u9fff]) {3,12}", "", fact.value)) if held else fact


def _without_captions(layout: Layout, lines: tuple[Line, ...]) -> Layout:
    """The layout with tables whose caption is the document's title begun at their first cell: a title is no row."""
    starts = [line.start for line in lines]
    grids = []
    for grid in layout.grids:
        at = bisect_left(starts, grid.start)
        first = min((cell.start for cell in grid.cells if cell.start >= 0), default=grid.start)
        is_captioned = at < len(starts) and grid.start < starts[at] == first
        grids.append(replace(grid, start=first) if is_captioned else grid)
    return replace(layout, grids=tuple(grids))


def _holder(units: tuple[Unit, ...], offset: int) -> str | None:
    """The eid of the innermost unit around an offset; units side by side do not overlap."""
    at = bisect_right(units, offset, key=lambda unit: unit.start) - 1
    if at < 0 or offset >= units[at].end:
        return None
    return _holder(units[at].children, offset) or units[at].eid


def _merge(*groups: tuple[Noise, ...]) -> tuple[Noise, ...]:
    """Noise of several finders in the order of the text, apart from each other: what a line's noise holds already is dropped."""
    merged: list[Noise] = []
    for one in sorted((n for group in groups for n in group), key=lambda n: (n.start, -n.end)):
        if merged and one.start < merged[-1].end:
            if one.end <= merged[-1].end:
                continue
            one = replace(one, start=merged[-1].end)
        merged.append(one)
    return tuple(merged)
