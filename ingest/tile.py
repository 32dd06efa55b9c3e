"""Tile a line with the patterns of a head: metadata and page furniture that together explain all of it."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.records import Fact, Line, Noise
from ingest.rules import HeadPattern, NoiseRule, head_patterns, noise_rules

_SPACED = re.compile(r"[\u4e00-\u9fff](?:\s{1,3}[\u4e00-\u9fff]){3,30}")
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
            return _tile_spaced(line) if position == 0 else None
        start, end = line.start + position, line.start + match.end()
        if isinstance(pattern, NoiseRule):
            noise.append(Noise(start, end, pattern.id, pattern.reason))
        else:
            facts.append(Fact(pattern.field, match["value"], start, end))
        position = match.end()
    return facts, noise


def _tile_spaced(line: Line) -> tuple[list[Fact], list[Noise]] | None:
    """A body's name set with blanks between its characters, as covers and old heads have it: 示 例 省 教 育 厅."""
    if not _SPACED.fullmatch(line.text):
        return None
    name = re.sub(r"\s", "", line.text)
    agency = next(pattern for pattern in head_patterns() if pattern.field == "agency")
    match = agency.regex.fullmatch(name)
    return ([Fact("agency", match["value"], line.start, line.end)], []) if match else None


@lru_cache(maxsize=None)
def _tiles() -> tuple[HeadPattern | NoiseRule, ...]:
    return (*head_patterns(), *(rule for rule in noise_rules() if rule.scope in ("head", "any")))
