"""The tree while it grows: nodes that become units once their children are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.markers import Marker
from ingest.records import Unit

EID_PREFIX = {"paragraph": "para", "row": "row"}


@dataclass
class Node:
    """A unit under construction; the only mutable record of ingest, never seen outside segment."""

    kind: str
    prefix: str
    start: int
    own_end: int
    marker: Marker | None = None
    inferred: bool = False
    number: str | None = None
    num: int | None = None
    index: str = ""  # the number where it has more than one part (4-1)
    rank: float = 99  # how deep its class stands where it was placed
    level: int | None = None  # where the format itself calls its line a heading: of which level
    heading: str | None = None
    inline: tuple[int, int] | None = None  # text on the marker's line that is not its heading
    cells: tuple[str, ...] = ()
    group_name: str | None = None
    children: list["Node"] = field(default_factory=list)

    @property
    def end(self) -> int:
        """End of the whole unit."""
        ends = [self.own_end, *(child.end for child in self.children)]
        if self.inline:
            ends.append(self.inline[1])
        return max(ends)

    def settle_inline(self) -> "Node | None":
        """Turn text that runs on after the marker into a paragraph of its own, and return that."""
        if self.inline is None:
            return None
        paragraph = Node("paragraph", "para", self.inline[0], self.inline[1])
        self.inline = None
        self.children.insert(0, paragraph)
        return paragraph

    def to_unit(self) -> Unit:
        """Return the frozen unit, its eid still to be given."""
        if self.inline and (self.heading is not None or self.children):
            self.settle_inline()
        own_end = self.inline[1] if self.inline else self.own_end
        return Unit(
            kind=self.kind,
            start=self.start,
            own_end=own_end,
            end=self.end,
            number=self.number,
            num=self.num,
            index=self.index,
            number_inferred=self.inferred,
            heading=self.heading,
            cells=self.cells,
            group_name=self.group_name,
            children=tuple(child.to_unit() for child in self.children),
            eid=self.prefix,
        )


def paragraph(start: int, end: int) -> Node:
    """Return an unmarked paragraph."""
    return Node("paragraph", EID_PREFIX["paragraph"], start, end)
