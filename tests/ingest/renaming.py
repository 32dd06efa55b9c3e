"""Parses as a changed parser would give them: other ids, units merged or taken for noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ingest.records import Noise, Parsed, Unit


def rename(parsed: Parsed, name: Callable[[str], str]) -> Parsed:
    """Return a parse whose units bear other eids."""

    def change(unit: Unit) -> Unit:
        return replace(unit, eid=name(unit.eid), children=tuple(change(child) for child in unit.children))

    return replace(parsed, units=tuple(change(unit) for unit in parsed.units), indicators=(), doubts=())


def drop(parsed: Parsed, eid: str, into_parent: bool = False, noise: Noise | None = None) -> Parsed:
    """Return a parse without a unit: its characters are its parent's own, or noise."""

    def change(unit: Unit) -> Unit:
        children = []
        own_end = unit.own_end
        for child in unit.children:
            if child.eid == eid:
                own_end = child.end if into_parent else own_end
            else:
                children.append(change(child))
        ends = [own_end, *(child.end for child in children)]
        return replace(unit, children=tuple(children), own_end=own_end, end=max(ends))

    units = tuple(change(unit) for unit in parsed.units)
    added = (noise,) if noise else ()
    return replace(parsed, units=units, noise=tuple(sorted((*parsed.noise, *added), key=lambda n: n.start)), doubts=())
