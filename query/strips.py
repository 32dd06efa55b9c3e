"""Set the figures, agencies and binding words of compared columns against each other.

Each item is what stands in its column; two stand in one row only where it is safe that they are the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lang.tokens import fold
from query.facts import FORCES

Facts = dict[str, list[dict[str, Any]]]
RowAt = Callable[[int], int | None]  # the aligned row in which an offset of a column lies


def make_strips(facts: Sequence[Facts], rows_at: Sequence[RowAt]) -> list[dict[str, Any]]:
    """Return the strips that have rows: ``[{"id", "rows": [{"label", "unit", "cells": [[item]]}]}]``, one list a column.

    Items: of ``figures`` ``{"text", "value", "value_to", "unit", "op", "kind", "year", "tentative", "subject",
    "source" ("quantity" or "indicator"), "start", "end", "row"}``; of ``agencies`` ``{"text" (as printed), "role",
    "form", "start", "end"}``; of ``force`` ``{"text", "count", "spans"}``, its label one of query.facts.FORCES.
    """
    strips = [
        {"id": "figures", "rows": _set_figures(facts, rows_at)},
        {"id": "agencies", "rows": _set_agencies(facts)},
        {"id": "force", "rows": _set_force(facts)},
    ]
    return [strip for strip in strips if strip["rows"]]


def _set_figures(facts: Sequence[Facts], rows_at: Sequence[RowAt]) -> list[dict[str, Any]]:
    items = [_figures(column, row_at) for column, row_at in zip(facts, rows_at)]
    rows: list[dict[str, Any]] = []
    for column, listed in enumerate(items):
        for item in listed:
            row = next((row for row in rows if _is_same(row, item, column, items)), None)
            if row is None:
                row = {"label": item["subject"], "unit": item["unit"], "cells": [[] for _ in facts], "first": (item, column)}
                rows.append(row)
            row["cells"][column].append(item)
    for row in rows:
        del row["first"]
        for cell in row["cells"]:
            for item in cell:
                item.pop("concept", None)
    return rows


def _is_same(row: dict[str, Any], item: dict[str, Any], column: int, items: Sequence[list[dict[str, Any]]]) -> bool:
    """True when a figure counts what a row counts.

    It does when both are the same indicator, or have unit and subject in common, or are in their columns the only
    figure with this unit in aligned sentences. 人 and 人次 are different units: nothing is converted.
    """
    first, home = row["first"]
    if item["concept"] and first["concept"]:
        return item["concept"] == first["concept"]
    if item["unit"] != first["unit"] or item["kind"] != first["kind"]:
        return False
    if item["subject"] and _plain(item["subject"]) == _plain(first["subject"] or ""):
        return True
    if column == home or row["cells"][column] or item["row"] is None or item["row"] != first["row"]:
        return False
    return all(
        sum(other["unit"] == item["unit"] and other["row"] == item["row"] for other in items[side]) == 1 for side in (column, home)
    )


def _figures(facts: Facts, row_at: RowAt) -> list[dict[str, Any]]:
    """A column's figures in the order of its text: the targets of tables and the quantities of prose."""
    figures = []
    for quantity in facts["figures"]:
        start, end = quantity["span"]
        kept = {key: quantity[key] for key in ("text", "value", "value_to", "unit", "op", "kind", "year", "tentative", "subject")}
        figures.append({**kept, "source": "quantity", "start": start, "end": end, "row": row_at(start), "concept": None})
    for indicator in facts["indicators"]:
        start, end = indicator["span"] or (None, None)
        figures.append(
            {
                "text": indicator["value_text"],
                "value": indicator["value"],
                "value_to": None,
                "unit": indicator["unit"],
                "op": indicator["op"],
                "kind": "target",
                "year": indicator["period"],
                "tentative": 0,
                "subject": indicator["name"],
                "source": "indicator",
                "start": start,
                "end": end,
                "row": row_at(start) if start is not None else None,
                "concept": indicator["concept_id"],
            }
        )
    return sorted(figures, key=lambda figure: (figure["start"] is None, figure["start"] or 0))


def _set_agencies(facts: Sequence[Facts]) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for column, listed in enumerate(facts):
        for duty in listed["duties"]:
            key = duty["agency_id"] or fold(duty["agency"])
            row = rows.setdefault(key, {"label": duty["agency"], "unit": None, "id": duty["agency_id"], "cells": [[] for _ in facts]})
            start, end = duty["span"]
            item = {"text": duty["agency_printed"], "role": duty["role"], "form": duty["form"], "start": start, "end": end}
            row["cells"][column].append(item)
    return sorted(rows.values(), key=lambda row: -sum(map(bool, row["cells"])))


def _set_force(facts: Sequence[Facts]) -> list[dict[str, Any]]:
    rows = []
    for force in FORCES:
        cells = []
        for listed in facts:
            spans: dict[str, list[tuple[int, int]]] = {}
            for entry in listed["force"]:
                if entry["force"] == force:
                    spans.setdefault(entry["word"], []).extend(entry["spans"])
            words = [{"text": word, "count": len(found), "spans": sorted(map(list, found))} for word, found in spans.items()]
            cells.append(sorted(words, key=lambda word: (-word["count"], word["spans"][0])))
        if any(cells):
            rows.append({"label": force, "unit": None, "cells": cells})
    return rows


def _plain(subject: str) -> str:
    return "".join(filter(str.isalnum, fold(subject)))
