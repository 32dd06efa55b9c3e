"""Quote a unit: its text, made of the source's own characters."""

from __future__ import annotations

from bisect import bisect_left

from ingest.records import Unit


def text_of(text: str, unit: Unit, noise_spans: tuple[tuple[int, int], ...] = ()) -> str:
    """Return a unit's whole text with its children's, without boxes that stand inside it and without noise (in order).

    One block a line; what runs on in the source runs on here. A row is one line.
    """
    spans = list(_spans(unit))
    pieces: list[str] = []
    before: int | None = None
    for start, end, kind in spans:
        for piece_start, piece_end in _without(start, end, noise_spans):
            blocks = [line.strip() for line in text[piece_start:piece_end].splitlines()]
            joiner = " " if kind == "row" else "\n"
            body = joiner.join(block for block in blocks if block)
            if not body:
                continue
            if pieces:
                between = text[before:piece_start]
                pieces.append("\n" if "\n" in between or not between.isspace() and between else between)
            pieces.append(body)
            before = piece_end
    return "".join(pieces)


def _spans(unit: Unit) -> list[tuple[int, int, str]]:
    spans = [(unit.start, unit.own_end, unit.kind)]
    for child in unit.children:
        if child.kind != "box":
            spans.extend(_spans(child))
    return spans


def _without(start: int, end: int, noise_spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    pieces = []
    for noise_start, noise_end in noise_spans[bisect_left(noise_spans, (start,)) : bisect_left(noise_spans, (end,))]:
        if start <= noise_start < end:
            pieces.append((start, noise_start))
            start = min(noise_end, end)
    pieces.append((start, end))
    return pieces
