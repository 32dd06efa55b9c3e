"""Address the sentences of a provision: ``part_5__cl_14__sent_2`` is the second one of what it says."""

from __future__ import annotations

import re
from typing import Any

from align.sentences import split_sentences
from query.layout import split_own, unbreak, walk

_SENTENCE = re.compile(r"(?P<eid>.+)__sent_(?P<n>[1-9]\d{0,3})\Z")


def split_sentence(eid: str) -> tuple[str, int | None]:
    """Split an eid into that of a provision and the number of a sentence, None where it names none."""
    match = _SENTENCE.match(eid)
    return (match["eid"], int(match["n"])) if match else (eid, None)


def list_sentences(provision: dict[str, Any]) -> list[dict[str, Any]]:
    """List the sentences of a provision's tree (see ``read_provision``): ``[{"n", "start", "end", "text"}]``.

    They are counted from 1 in the order of the text; a heading is none, nor are a number and what stands in a box
    inside. A row of a table is one. ``text`` is verbatim, offsets are of the version's reading text.
    """
    found: list[dict[str, Any]] = []
    for unit in _without_boxes(provision):
        begin = _skip_mark(unit)
        if unit["heading"] and unit["kind"] != "row" or unit["kind"] == "box":
            continue
        words = unit["own"][begin:]
        spans = [(0, len(words))] if unit["kind"] == "row" else split_sentences(words, ())
        for start, end in spans:
            text = words[start:end]
            if not text.strip():
                continue
            start += len(text) - len(text.lstrip())
            place = unit["start"] + begin + start
            text = text.strip()
            found.append({"n": len(found) + 1, "start": place, "end": place + len(text), "text": text})
    return found


def mark_sentence(provision: dict[str, Any], sentence: dict[str, Any]) -> None:
    """Set ``marks`` on the units of a provision's tree: the sentence alone, in place of marks that it has."""
    for unit in walk([provision]):
        is_in = unit["start"] <= sentence["start"] and sentence["end"] <= unit["own_end"]
        unit["marks"] = [(sentence["start"] - unit["start"], sentence["end"] - unit["start"], "sentence", 1)] if is_in else []


def pick_sentence(provision: dict[str, Any], number: int) -> dict[str, Any] | None:
    """Return a sentence of a provision with ``of`` (how many there are), None where there is none of that number."""
    sentences = list_sentences(provision)
    return {**sentences[number - 1], "of": len(sentences)} if number <= len(sentences) else None


def describe_sentence(provision: dict[str, Any], sentence: dict[str, Any]) -> dict[str, Any]:
    """Return a sentence as data: ``{"eid", "kind", "n", "of", "text", "start", "end", "label", "provision", "document"}``."""
    provision_keys = ("id", "eid", "kind", "number", "heading", "label", "sha256", "version_id")
    return {
        "eid": f"{provision['eid']}__sent_{sentence['n']}",
        "kind": "sentence",
        **sentence,
        "label": f"{unbreak(provision['label'])} › 第{sentence['n']}句",
        "provision": {key: provision[key] for key in provision_keys},
        "document": provision["document"],
    }


def write_sentence(sentence: dict[str, Any], citation: str) -> str:
    """Return a sentence as plain text to quote: its words, and how they are cited. Ends with a line break."""
    return f"{unbreak(sentence['text'])}\n\n——{citation}\n"


def _without_boxes(unit: dict[str, Any], is_top: bool = True) -> list[dict[str, Any]]:
    if unit["kind"] == "box" and not is_top:
        return []
    return [unit, *(one for child in unit["children"] for one in _without_boxes(child, False))]


def _skip_mark(unit: dict[str, Any]) -> int:
    """The offset in a unit's own characters at which its number ends."""
    mark = split_own(unit)["mark"]
    place, left = 0, "".join(mark.split())
    while left and place < len(unit["own"]):
        if not unit["own"][place].isspace():
            left = left[1:]
        place += 1
    return place
