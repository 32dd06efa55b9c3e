"""The search page: what was found, why, and every way on from there as a link."""

from __future__ import annotations

import re
from typing import Any

from datasette import Response

from plugins.web.asked import SCOPES, SORTS, Asked, read_asked, settle
from plugins.web.read_back import name_group, read_back
from plugins.web.respond import answer_page, ask
from plugins.web.words import EXAMPLES
from query.addresses import number_of_version, write_address
from query.facets import Catalogue, load_catalogue
from query.language import Group, parse
from query.layout import unbreak
from query.passages import find_terms, passage
from query.provisions import label_shortly
from query.search import search

PAGE_SIZE = 20
SHOWN_VALUES = 6  # of a facet; the others are folded
MOST_OFFERS = 6

# The first words of a text: to where a sense ends, but some words at least.
_OPENING = re.compile(r".{6}[^。；：，、;:,\n]{0,24}|.*", re.DOTALL)

_ELSEWHERE = {"clause": "同一条的其他处", "document": "同一份文件的其他处"}


async def show_search(datasette, request) -> Response:
    """Search: facets at the left, results with marks and reasons, related ones below them."""
    asked = read_asked(request.args)
    if asked.is_empty:
        context = {"query": "", "asked": asked, "examples": EXAMPLES}
        return await answer_page(datasette, request, "search_start.html", context)
    return await answer_page(datasette, request, "search.html", await ask(datasette, look_up, asked))


def look_up(conn, asked: Asked) -> dict[str, Any]:
    """Return what the search page shows."""
    catalogue = load_catalogue(conn)
    found = search(conn, asked.q, limit=PAGE_SIZE, after=asked.after or None, scope=asked.scope, sort=asked.sort, chosen=asked.chosen)
    settled = settle(asked, found, catalogue)
    groups = [group for group in parse(found["read_as"]).groups if not group.negative]
    for hit in [*found["hits"], *found["related"]]:
        describe_hit(hit, groups, found["scope"], catalogue)
    first = found["first"]
    return {
        "query": asked.q,
        "asked": asked,
        "found": found,
        "sentence": read_back(found, catalogue),
        "read_as": _read_as(asked.q, found),
        "first": first,
        "last": first + len(found["hits"]) - 1,
        "facets": [_fold(facet, settled) for facet in found["facets"]],
        "chips": _chips(settled, catalogue),
        "no_facets": settled.turn(chosen={}).path(),
        "scopes": _switch(settled, "scope", SCOPES) if len(groups) > 1 else [],
        "sorts": _switch(settled, "sort", SORTS),
        "exports": [(name, settled.turn().path(form)) for name, form in EXPORTS],
        "feed": settled.turn().path(".atom"),
        "first_page": settled.turn().path() if asked.after else None,
        "next_page": settled.turn(after=found["next"]).path() if found["next"] else None,
        "offers": _offer(conn, settled, found, groups, catalogue) if not found["total"] else None,
    }


EXPORTS = (("Excel（.xlsx）", ".xlsx"), ("CSV", ".csv"), ("JSON", ".json"), ("JSON Lines", ".jsonl"))


def describe_hit(hit: dict[str, Any], groups: list[Group], scope: str, catalogue: Catalogue) -> None:
    """Add to a hit what is said of it: ``lead`` (number before the heading), ``pinned``, ``kind_label``, ``why``."""
    short = label_shortly(hit)
    heading = unbreak(hit["heading"] or "")
    hit["steps"] = [unbreak(step) for step in hit["label"].split(" › ")]
    if heading:
        hit["lead"] = short[: -len(heading)] if short.endswith(heading) else ""
        hit["steps"].pop()
    else:  # its first words stand for the heading, and its place goes with the path
        opening = _OPENING.match(hit["text"].strip())[0]
        hit["lead"] = ""
        hit["heading_marked"] = passage(opening, hit["matched"], length=len(opening)) + [("……", False)]
    hit["pinned"] = write_address(hit["document_id"], hit["eid"], number_of_version(hit["current_version"]))
    hit["kind_label"] = catalogue.labels.get(("kind", hit["kind"]), hit["kind"])
    words = "".join(piece for piece, _ in hit["passage"])
    hit["is_heading_only"] = "".join(words.split()) == "".join((hit["label"] or "").split(" › ")[-1].split())
    in_heading = [term for term in hit["matched"] if heading and find_terms(heading, [term])]
    elsewhere = [term for term in hit["matched"] if term not in in_heading]
    hit["why"] = [f"标题含{_quote(in_heading)}"] if in_heading else []
    if elsewhere:
        hit["why"].append(f"正文含{_quote(elsewhere)}")
    if scope in _ELSEWHERE:
        missing = [group for group in groups if not {term.text for term in group.terms} & set(hit["matched"])]
        hit["why"] += [f"{name_group(group)}见于{_ELSEWHERE[scope]}" for group in missing]


def _quote(words) -> str:
    return "".join(f"“{word}”" for word in words)


def _read_as(q: str, found: dict[str, Any]) -> str | None:
    """How the words of a query were read, where that is not how they were typed."""
    typed, read = parse(q), parse(found["read_as"])
    if typed.groups != read.groups or typed.remarks:
        return " ".join(("-" if group.negative else "") + name_group(group) for group in read.groups) or None
    return None


def _fold(facet: dict[str, Any], settled: Asked) -> dict[str, Any]:
    """A facet's values with their links: the chosen ones first, those past the first few folded."""
    name = facet["facet"]
    values = [
        {**value, "path": (settled.remove if value["selected"] else settled.add)(name, value["value"]).path()}
        for value in facet["values"]
    ]
    values.sort(key=lambda value: not value["selected"])
    chosen = sum(value["selected"] for value in values)
    shown = len(values) if len(values) <= SHOWN_VALUES + 1 else max(SHOWN_VALUES, chosen)
    return {"facet": name, "label": facet["label"], "shown": values[:shown], "folded": values[shown:]}


def _chips(settled: Asked, catalogue: Catalogue) -> list[dict[str, str]]:
    return [
        {"label": catalogue.labels.get((facet, value), value), "path": settled.remove(facet, value).path()}
        for facet, values in settled.chosen.items()
        for value in values
    ]


def _switch(settled: Asked, part: str, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": label, "path": settled.turn(**{part: value}).path(), "current": getattr(settled, part) == value}
        for value, label in names.items()
    ]


def _offer(conn, settled: Asked, found, groups: list[Group], catalogue: Catalogue) -> dict[str, Any]:
    """What to try where nothing was found, each with the number that it would find."""

    def count(asked: Asked) -> int:
        return search(conn, asked.q, limit=1, scope=asked.scope, chosen=asked.chosen)["total"]

    def line(text: str, asked: Asked) -> dict[str, Any]:
        return {"text": text, "path": asked.path(), "total": count(asked)}

    words = []
    for group in groups[:MOST_OFFERS]:
        q = " OR ".join(f'"{term.text}"' if term.is_phrase or " " in term.text else term.text for term in group.terms)
        words.append({**line(q, settled.turn(q=q, scope="provision")), "name": name_group(group)})
    others = []
    if len(groups) > 1:
        wider = list(SCOPES)[list(SCOPES).index(settled.scope) + 1 :]
        others += [line(f"在{SCOPES[scope]}同时出现", settled.turn(scope=scope)) for scope in wider]
    for facet, values in settled.chosen.items():
        names = "、".join(catalogue.labels.get((facet, value), value) for value in values)
        others.append(line(f"不限于{names}", settled.without(facet)))
    if len(settled.chosen) > 1:
        others.append(line("不限任何条件", settled.turn(chosen={})))
    query = parse(settled.q)
    if query.filters:  # what settle left in the query names nothing that the corpus has
        unfiltered = settled.turn(q=" ".join(_retype(group) for group in query.groups))
        if not unfiltered.is_empty:
            others.append(line("略去不认识的条件", unfiltered))
    return {
        "missing": [word["name"] for word in words if not word["total"]],
        "words": [word for word in words if word["total"]] if len(groups) > 1 else [],
        "others": [other for other in others if other["total"]],
    }


def _retype(group: Group) -> str:
    body = " OR ".join(f'"{term.text}"' if term.is_phrase or " " in term.text else term.text for term in group.terms)
    return f"-{body}" if group.negative else body
