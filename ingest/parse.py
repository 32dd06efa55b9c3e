"""Parse one reading text: clean, describe, segment, name, measure, in that order."""

from __future__ import annotations

from dataclasses import replace

from ingest.clean import clean, split_lines
from ingest.describe import describe
from ingest.measure import measure
from ingest.name import name_units, walk
from ingest.records import Doubt, Parsed, Reading
from ingest.segment import segment


def parse(reading: Reading) -> Parsed:
    """Return the parse of a reading text; any text at all has one, and it accounts for every character."""
    lines, noise = clean(split_lines(reading.text))
    described = describe(lines)
    segmented = segment(described.lines)
    units, doubts = name_units(segmented.units)
    all_doubts = [*segmented.doubts, *doubts]
    if not any(unit.kind != "paragraph" for unit, _, _ in walk(units)):
        all_doubts.append(Doubt(0, len(reading.text), "no-structure", "没有识别出任何编号层次，全文按段落收录"))
    eids = {unit.start: unit.eid for unit, _, _ in walk(units)}
    placed = [d if d.eid else replace(d, eid=eids.get(d.start) or _holder(units, d.start)) for d in all_doubts]
    return Parsed(
        reading=reading,
        units=units,
        facts=described.facts,
        noise=tuple(sorted((*noise, *described.noise, *segmented.noise), key=lambda n: n.start)),
        doubts=tuple(sorted(placed, key=lambda d: (d.start, d.kind))),
        indicators=measure(units),
    )


def _holder(units, offset: int) -> str | None:
    """The eid of the innermost unit around an offset."""
    holder = None
    for unit, _, _ in walk(units):
        if unit.start <= offset < unit.end:
            holder = unit.eid
    return holder
