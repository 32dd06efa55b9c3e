"""The tree while it grows: nodes that become units once their children are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingest.markers import Marker
from ingest.records import Doubt, Line, Noise, Unit

EID_PREFIX = {"paragraph": "para", "row": "row"}
DEEPEST = 30  # levels; a law's own are nine, and 1.甲： / （1）乙： / 1.甲： … would nest without end
CONTAINERS = {"annex", "chapter", "section", "part", "article", "clause"}


@dataclass
class Node:
    """A unit under construction; with its tree the only mutable record of ingest, never seen outside segment."""

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
    looked_at: int = 0  # children among which the paragraph to which a list belongs was looked for,
    holder: "Node | None" = None  # and the one that was found

    @property
    def holds_others(self) -> bool:
        """True for a clause, an article and the like, and for any unit of an outline (4.1): what has no number belongs to it."""
        return self.kind in CONTAINERS or (self.marker is not None and self.marker.is_outline)

    def settle_inline(self) -> "Node | None":
        """Turn text that runs on after the marker into a paragraph of its own, and return that."""
        if self.inline is None:
            return None
        paragraph = Node("paragraph", "para", self.inline[0], self.inline[1])
        self.inline = None
        self.children.insert(0, paragraph)
        return paragraph

    def last_paragraph(self) -> "Node | None":
        """The last paragraph of an article, to which a list below belongs; None where the list stands in the article itself.

        What was looked at once is not again: between the elements of a list may stand thousands of notes.
        """
        told = next((c for c in reversed(self.children[self.looked_at :]) if c.kind in ("paragraph", "item", "goal")), None)
        if told is not None:
            self.holder = told if told.kind == "paragraph" else None
        self.looked_at = len(self.children)
        return self.holder

    def to_unit(self) -> Unit:
        """Return the frozen unit, its eid still to be given."""
        if self.inline and (self.heading is not None or self.children):
            self.settle_inline()
        own_end = self.inline[1] if self.inline else self.own_end
        children = tuple(child.to_unit() for child in self.children)
        return Unit(
            kind=self.kind,
            start=self.start,
            own_end=own_end,
            end=max([own_end, self.own_end, *(child.end for child in children)]),
            number=self.number,
            num=self.num,
            index=self.index,
            number_inferred=self.inferred,
            heading=self.heading,
            cells=self.cells,
            group_name=self.group_name,
            children=children,
            eid=self.prefix,
        )


def paragraph(start: int, end: int) -> Node:
    """Return an unmarked paragraph."""
    return Node("paragraph", EID_PREFIX["paragraph"], start, end)


@dataclass
class Tree:
    """The units placed so far; ``stack`` holds the open ones from the root down, which is never closed."""

    in_box: bool = False
    root: Node = field(default_factory=lambda: Node("document", "", 0, 0))
    stack: list[Node] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=dict)  # class -> the last number of it
    nested: set[tuple[str, str]] = field(default_factory=set)  # classes that open lists below which
    tried: int = 0  # lines in which a table was looked for and not found
    stroked: int = 0  # where the lone strokes end that were looked at together
    noise: list[Noise] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root.rank = -1
        self.stack = [self.root]

    @property
    def top(self) -> Node:
        """The innermost open unit."""
        return self.stack[-1]

    @property
    def in_article(self) -> bool:
        """True where an article is open."""
        return any(node.kind == "article" for node in self.stack)

    def open_of(self, name: str) -> Node | None:
        """The innermost open unit of a class of markers."""
        return next((n for n in reversed(self.stack) if n.marker and n.marker.cls.name == name), None)

    def add(self, node: Node) -> None:
        """Place a unit in the innermost open one, after the text on that one's line."""
        self.top.settle_inline()
        self.top.children.append(node)

    def close_rank(self, rank: float) -> None:
        """Close what stands as deep as ``rank`` or deeper."""
        while len(self.stack) > 1 and self.top.rank >= rank:
            self.stack.pop()

    def close_until(self, kinds: set[str]) -> None:
        """Close units until one of ``kinds`` is the innermost, or the root."""
        while len(self.stack) > 1 and self.top.kind not in kinds:
            self.stack.pop()

    def close_to_container(self) -> None:
        """Close units until one that holds others is the innermost, or the root."""
        while len(self.stack) > 1 and not self.top.holds_others:
            self.stack.pop()

    def begin_text(self, node: Node) -> None:
        """Open a text of its own below the root: its numbers begin anew."""
        self.root.children.append(node)
        self.stack = [self.root, node]
        self.last.clear()
        self.nested.clear()

    def doubt(self, start: int, end: int, kind: str, message: str) -> None:
        """Note that a place was decided on incomplete evidence."""
        self.doubts.append(Doubt(start, end, kind, message))

    def check_number(self, node: Node, parent: Node) -> None:
        """Note where a unit's number does not go on from the one before it; the unit is not yet among its siblings."""
        if node.num is None or node.marker is None:
            return
        name = node.marker.cls.name
        last = next((c.num for c in reversed(parent.children) if c.marker and c.marker.cls.name == name), None)
        # Numbers may run on through the units above: 3. after 2. of the clause before.
        fits = {last + 1} if last is not None else {1, self.last.get(name, 0) + 1}
        # 第 4-1 條 and 第四条之一 stand after their fourth.
        if node.index and "." not in node.index and last is not None and node.num == last:
            return
        if node.num not in fits:
            before = last if last is not None else self.last.get(name, 0)
            message = f"编号{node.number}不接前文（前一编号为{before}）" if before else f"编号{node.number}之前没有同级编号"
            self.doubt(node.start, node.own_end, "number-sequence", message)


def note(line: Line, marker: Marker) -> Node:
    """Return a note (注：…)."""
    return Node("note", "note", line.start, line.end, marker, number=marker.printed, num=marker.num)
