"""Render a parse in the form of tests/gold/*.outline, so that the two can be compared line by line."""

from __future__ import annotations

from ingest.records import Parsed, Unit


def outline(parsed: Parsed) -> str:
    """Return the tree, one unit a line: kind | printed number | heading | opening…closing."""
    lines: list[str] = []
    for unit in parsed.units:
        _render(unit, 0, parsed.reading.text, lines)
    return "\n".join(lines) + "\n"


def _render(unit: Unit, depth: int, text: str, lines: list[str]) -> None:
    number = unit.number or ""
    if unit.number_inferred:
        number = f"{number} (inferred {unit.num})"
    if unit.kind == "row":
        fields = [unit.kind, number, unit.group_name or "", " ; ".join(unit.cells)]
    else:
        body = "" if unit.heading or unit.children else _opening_and_closing(unit, text)
        fields = [unit.kind, number, unit.heading or "", body]
    lines.append("  " * depth + " | ".join(fields).rstrip())
    if unit.kind == "box" and unit.cells:
        lines.append("  " * (depth + 1) + "head |  |  | " + " ; ".join(unit.cells))
    for child in unit.children:
        _render(child, depth + 1, text, lines)


def _opening_and_closing(unit: Unit, text: str) -> str:
    own = text[unit.start : unit.own_end]
    if unit.number and own.startswith(unit.number):
        own = own[len(unit.number) :].lstrip()
    return f"{own[:8]}…{own[-6:]}"
