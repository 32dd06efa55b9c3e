"""Tile a line with the patterns of a head: metadata and page furniture that together explain all of it."""

from __future__ import annotations

from functools import lru_cache

from ingest.records import Fact, Line, Noise
from ingest.rules import HeadPattern, NoiseRule, head_patterns, noise_rules

LONGEST_TILED = 2000  # a page's whole head on one line has a third; patterns that look ahead take the square of it


def tile(line: Line) -> tuple[list[Fact], list[Noise]] | None:
    """Return the facts and the noise that explain a line completely, or None."""
    if len(line.text) > LONGEST_TILED:
        return None
    facts: list[Fact] = []
    noise: list[Noise] = []
    position = 0
    while position < len(line.text):
        if line.text[position].isspace():
            position += 1
            continue
        pattern, match = next(
            ((p, m) for p in _tiles() if p.regex and (m := p.regex.match(line.text, position))), (None, None)
        )
        if pattern is None or match is None or match.end() == position:
            return None
        start, end = line.start + position, line.start + match.end()
        if isinstance(pattern, NoiseRule):
            noise.append(Noise(start, end, pattern.id, pattern.reason))
        else:
            facts.append(Fact(pattern.field, match["value"], start, end))
        position = match.end()
    return facts, noise


@lru_cache(maxsize=None)
def _tiles() -> tuple[HeadPattern | NoiseRule, ...]:
    return (*head_patterns(), *(rule for rule in noise_rules() if rule.scope in ("head", "any")))
