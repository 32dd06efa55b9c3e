"""Write a reading text piece by piece, and note which piece stands where."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(eq=False)
class Span:
    """A range of the text that is being written; empty until something visible is written into it, its end told when it is closed."""

    start: int | None = None
    end: int = 0
    is_open: bool = True

    @property
    def is_empty(self) -> bool:
        """True where nothing was written."""
        return self.start is None


@dataclass
class Writer:
    """Collects text; blanks at the ends of lines and more than one blank line are not kept."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    pending: int = 0  # line breaks that are due before the next text
    visible_end: int = 0  # where the last visible character ends
    waiting: list[Span] = field(default_factory=list)  # spans into which nothing visible was written yet

    def write(self, text: str) -> None:
        """Append text; leading blanks of a line are dropped."""
        if self.pending or not self.length:
            text = text.lstrip(" ")
        if not text:
            return
        if self.pending and self.length:
            self.pieces.append("\n" * self.pending)
            self.length += self.pending
        self.pending = 0
        visible = text.strip()
        if visible:
            lead = len(text) - len(text.lstrip())
            for span in self.waiting:
                if span.is_open:
                    span.start = self.length + lead
            self.waiting.clear()
            self.visible_end = self.length + lead + len(visible)
        self.pieces.append(text)
        self.length += len(text)

    def end_line(self, breaks: int = 1) -> None:
        """Let so many line breaks stand before what comes next; two make a blank line."""
        while self.pieces and self.pieces[-1].endswith(" "):
            stripped = self.pieces[-1].rstrip(" ")
            self.length -= len(self.pieces[-1]) - len(stripped)
            self.pieces[-1] = stripped
            if not stripped:
                self.pieces.pop()
            else:
                break
        if self.length:
            self.pending = min(2, self.pending + breaks)

    def begin(self) -> Span:
        """Open a span: it will hold what is written until it is closed."""
        span = Span()
        self.waiting.append(span)
        return span

    def close(self, span: Span) -> Span:
        """Close a span."""
        if span.is_open and span.start is not None:
            span.end = self.visible_end
        span.is_open = False
        return span

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self.pieces)
