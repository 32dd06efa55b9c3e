"""Account for every character: each visible one is in exactly one provision's own characters, fact or noise."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.name import walk
from ingest.records import Parsed


@dataclass(frozen=True)
class Claims:
    """For each character of the reading text, how often it is claimed (2 stands for more often)."""

    own: bytearray  # by provisions
    facts: bytearray  # by metadata outside provisions; two facts may share characters
    noise: bytearray


def claim(parsed: Parsed) -> Claims:
    """Return who claims which character.

    Noise may stand inside a provision's range or a fact's (an advertisement between the cells of a row) and is
    then not the provision's. A fact that stands inside a provision (a period that the running text
    states) is evidence and claims nothing.
    """
    length = len(parsed.reading.text)
    claims = Claims(bytearray(length), bytearray(length), bytearray(length))
    for noise in parsed.noise:
        _add(claims.noise, noise.start, noise.end)
    for unit, _, _ in walk(parsed.units):
        _add(claims.own, unit.start, unit.own_end)
    for noise in parsed.noise:
        claims.own[noise.start : noise.end] = bytes(noise.end - noise.start)
    # As a set: the thousand issuers of one label's line share its span.
    for start, end in {(fact.start, fact.end) for fact in parsed.facts}:
        if start is not None and end is not None and not any(claims.own[start:end]):
            claims.facts[start:end] = b"\x01" * (end - start)
    for noise in parsed.noise:
        claims.facts[noise.start : noise.end] = bytes(noise.end - noise.start)
    return claims


def account(parsed: Parsed) -> list[str]:
    """Return what is wrong with a parse, one line each; an empty list proves the accounting."""
    text = parsed.reading.text
    problems: list[str] = []
    eids: set[str] = set()
    for unit, _, parent in walk(parsed.units):
        if not 0 <= unit.start <= unit.own_end <= unit.end <= len(text):
            problems.append(f"{unit.eid}: offsets {unit.start}, {unit.own_end}, {unit.end} are out of order")
        if parent is not None and not (parent.own_end <= unit.start and unit.end <= parent.end):
            problems.append(f"{unit.eid}: reaches out of {parent.eid}")
        if unit.eid in eids:
            problems.append(f"{unit.eid}: stands twice")
        eids.add(unit.eid)
    claims = claim(parsed)
    counts = bytes(map(sum, zip(claims.own, claims.facts, claims.noise)))
    for start, end, count in _runs(text, counts):
        if count != 1:
            what = "belongs to nothing" if count == 0 else "is claimed more than once"
            problems.append(f"characters {start} to {end}: {text[start:end][:40]!r} {what}")
    return problems


def _add(counts: bytearray, start: int, end: int) -> None:
    for i in range(max(start, 0), min(end, len(counts))):
        counts[i] = min(counts[i] + 1, 2)


def _runs(text: str, counts: bytes) -> list[tuple[int, int, int]]:
    """Runs of visible characters with the same count of claims; white space does not part them."""
    runs: list[tuple[int, int, int]] = []
    for i, character in enumerate(text):
        if character.isspace():
            continue
        if runs and runs[-1][2] == counts[i]:
            runs[-1] = (runs[-1][0], i + 1, counts[i])
        else:
            runs.append((i, i + 1, counts[i]))
    return runs
