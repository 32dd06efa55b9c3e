"""Parse one reading text: clean, describe, splice, segment, name, measure, in that order."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from ingest.clean import clean, find_inline, split_lines
from ingest.contents import leave_out_contents
from ingest.cut import cut_lines
from ingest.describe import describe
from ingest.measure import measure
from ingest.name import name_units, walk
from ingest.records import Doubt, Noise, Parsed, Reading, Unit
from ingest.segment import segment
from ingest.splice import splice
from ingest.suspect import suspect


def parse(reading: Reading) -> Parsed:
    """Return the parse of a reading text; any text at all has one, and it accounts for every character."""
    layout = reading.layout
    set_apart = _merge(layout.noise, find_inline(reading.text))
    lines, removed = clean(split_lines(reading.text, set_apart), layout)
    lines, contents = leave_out_contents(cut_lines(lines))
    described = describe(lines, layout)
    spliced = splice(described.lines, layout)
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
        facts=described.facts,
        noise=_merge(noise, described.noise, spliced.noise, segmented.noise),
        doubts=tuple(sorted(placed, key=lambda d: (d.start, d.kind))),
        indicators=measure(units, reading.text),
    )


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
