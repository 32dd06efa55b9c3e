"""Show where a hit matches: places in its text, and the passage around them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lang.tokens import fold, fold_with_offsets

LENGTH = 140  # characters of a passage, begun and closed where a sense ends

_SENSE_END = re.compile(r"[。；;！？\n]|(?<=[,，])")


def find_terms(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places where terms stand in a text, folded on both sides, merged where they overlap."""
    folded, offsets = fold_with_offsets(text)
    spans: list[tuple[int, int]] = []
    for term in terms:
        pattern = _pattern(term)
        if pattern is None:
            continue
        for match in pattern.finditer(folded):
            spans.append((offsets[match.start()], offsets[match.end() - 1] + 1))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def passage(text: str, terms: Sequence[str], length: int = LENGTH) -> list[tuple[str, bool]]:
    """Return a passage of a text where most terms stand, as (piece, is a match) pairs."""
    spans = find_terms(text, terms)
    start, end = _window(text, spans, length)
    pieces: list[tuple[str, bool]] = [("…", False)] if text[:start].strip() else []
    position = start
    for span_start, span_end in spans:
        if span_start < start or span_end > end:
            continue
        if span_start > position:
            pieces.append((text[position:span_start], False))
        pieces.append((text[span_start:span_end], True))
        position = span_end
    if position < end:
        pieces.append((text[position:end], False))
    if text[end:].strip():
        pieces.append(("…", False))
    return pieces


def _pattern(term: str) -> re.Pattern[str] | None:
    """A term's letters and digits with any signs between runs; 5G is not found in 15G."""
    runs = re.findall(r"[^\W_]+", fold(term))
    if not runs:
        return None
    body = r"[\W_]*".join(map(re.escape, runs))
    left = r"(?<![0-9a-z])" if re.match(r"[0-9a-z]", runs[0]) else ""
    right = r"(?![0-9a-z])" if re.search(r"[0-9a-z]\Z", runs[-1]) else ""
    return re.compile(left + body + right)


def _window(text: str, spans: list[tuple[int, int]], length: int) -> tuple[int, int]:
    """The stretch that holds most matches, begun and closed where a sense ends."""
    if len(text) <= length:
        return 0, len(text)

    def held(span: tuple[int, int]) -> int:
        return sum(span[0] <= other[0] and other[1] <= span[0] + length - 30 for other in spans)

    best = max(spans, key=lambda span: (held(span), -span[0]), default=(0, 0))
    ends = [0, *(match.end() for match in _SENSE_END.finditer(text)), len(text)]
    start = max((e for e in ends if best[0] - 40 <= e <= best[0]), default=max(0, best[0] - 30))
    latest = start + length
    end = max((e for e in ends if max(best[1], start + length // 2) <= e <= latest), default=min(len(text), latest))
    return start, max(end, best[1])
