"""Give every unit its eId after Akoma Ntoso's naming convention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from ingest.records import Doubt, Unit

BY_POSITION = {"paragraph", "goal", "row", "note"}


def name_units(units: tuple[Unit, ...]) -> tuple[tuple[Unit, ...], tuple[Doubt, ...]]:
    """Return the units with eids, unique in the document, and a doubt for each number that stands twice.

    A number printed is the number in the eid; what has none counts by position among its siblings
    of the kind. A box is numbered over the document, or over its annex.
    """
    namer = _Namer()
    named = namer.name_siblings(units, parent="", context="")
    return named, tuple(namer.doubts)


def walk(units: tuple[Unit, ...], depth: int = 0, parent: Unit | None = None) -> Iterator[tuple[Unit, int, Unit | None]]:
    """Yield each unit with its depth and parent, in the order of the tree."""
    for unit in units:
        yield unit, depth, parent
        yield from walk(unit.children, depth + 1, unit)


class _Namer:
    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.repeats: Counter[str] = Counter()  # of each eid that stood there already, the last number given
        self.boxes: Counter[tuple[str, str]] = Counter()
        self.doubts: list[Doubt] = []

    def name_siblings(self, units: tuple[Unit, ...], parent: str, context: str) -> tuple[Unit, ...]:
        position: Counter[str] = Counter()
        named = []
        for unit in units:
            prefix = unit.eid
            position[prefix] += 1
            number: int | str
            if unit.kind == "box":
                # 专栏 and 表 are counted apart.
                self.boxes[context, prefix] += 1
                base = context
                number = unit.index or (unit.num if unit.num is not None else self.boxes[context, prefix])
            else:
                base = parent
                number = position[prefix] if unit.kind in BY_POSITION or unit.num is None else unit.num
                if unit.index and "." not in unit.index:
                    number = unit.index
            eid = self._unique(f"{base}__{prefix}_{number}" if base else f"{prefix}_{number}", unit)
            inner = eid if unit.kind == "annex" else context
            named.append(replace(unit, eid=eid, children=self.name_siblings(unit.children, eid, inner)))
        return tuple(named)

    def _unique(self, eid: str, unit: Unit) -> str:
        if eid not in self.taken:
            self.taken.add(eid)
            return eid
        count = max(self.repeats[eid] + 1, 2)
        while f"{eid}_{count}" in self.taken:
            count += 1
        self.repeats[eid] = count
        unique = f"{eid}_{count}"
        self.taken.add(unique)
        message = f"编号{unit.number or unit.num}在同一处重复出现，地址记作{unique}"
        self.doubts.append(Doubt(unit.start, unit.own_end, "number-duplicate", message, unique))
        return unique
