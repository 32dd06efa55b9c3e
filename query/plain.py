"""Documents and provisions as plain text, for ``.txt`` addresses and the terminal."""

from __future__ import annotations

from typing import Any

from query.layout import show_number, split_own, unbreak

_INDENT = {"clause": 0, "article": 0, "goal": 2, "item": 2, "paragraph": 2, "note": 2, "row": 2}


def write_document(document: dict[str, Any], address: str) -> str:
    """Return a document as plain text: its facts, its provisions in order, its address. Ends with a line break."""
    head = [document["title"] + ("（代拟题名）" if document["title_supplied"] else "")]
    if document["doc_number"]:
        head.append(document["doc_number"])
    head.extend(document["issuers"])
    if document["issued_on"]:
        head.append(document["issued_on"])
    body: list[str] = []
    for unit in document["provisions"]:
        body.extend(_write_unit(unit))
    return "\n".join([*head, "", *body, "", address]).rstrip() + "\n"


def write_provision(provision: dict[str, Any], citation: str) -> str:
    """Return a provision as plain text to quote: its words, and how they are cited. Ends with a line break."""
    words = "\n".join(_write_unit(provision)).strip("\n")
    return f"{words}\n\n——{citation}\n"


def _write_unit(unit: dict[str, Any]) -> list[str]:
    if unit["kind"] == "row":
        return ["  " + "　|　".join(map(unbreak, unit["cells"] or [unit["own"]]))]
    own = split_own(unit)
    number = f"［{show_number(unit)}］" if unit["number_inferred"] else own["mark"]
    line = " " * _INDENT.get(unit["kind"], 0) + number + own["lead"] + own["tail"]
    lines = [line]
    children = unit["children"]
    if unit["kind"] == "box":
        lines = ["", line]
        if unit["cells"]:
            # The heads are the box's own characters: the line above would print them run together.
            lines = ["", number + (own["lead"] or ""), "  " + "　|　".join(map(unbreak, unit["cells"]))]
    elif unit["kind"] in {"part", "chapter", "section", "annex"}:
        lines = ["", line]
    group = None
    for child in children:
        if child["run_on"]:
            lines[-1] += split_own(child)["tail"]
            for grandchild in child["children"]:
                lines.extend(_write_unit(grandchild))
            continue
        if child["kind"] == "row" and child["group_name"] != group:
            group = child["group_name"]
            lines.append("  " + (group or ""))
        lines.extend(_write_unit(child))
    if unit["kind"] == "box":
        lines.append("")
    return lines
