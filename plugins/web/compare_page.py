"""The comparison: provisions side by side, the page to begin with, and what it says when something is not there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from datasette import Response

from plugins.web.respond import answer_json, answer_page, ask
from query.compare import LEAST, MOST, VIEWS, Asked, CompareError, compare, read_columns, read_place
from query.compare_offers import list_counterparts, list_examples

MOST_GIVEN, LONGEST_GIVEN = 24, 400
SHOWN_STRIPS = 6  # rows of figures, agencies and binding words that stand open above the text; those of boxes always

#: The switches of the page and how they are named; ``None`` is the usual state.
SWITCHES = (("diff", "只看差异"), ("original", "按原文顺序"), ("dim", "淡化套话"))


async def show_compare(datasette, request) -> Response:
    """Side by side; with one provision what to set beside it, with none how to begin."""
    asked, added = read_compared(request.args), (request.args.get("add") or "").strip()[:LONGEST_GIVEN]
    wants_data = bool(request.url_vars.get("format"))
    if added:
        place = read_place(added)
        if place:
            return Response.redirect(datasette.urls.path(Asked((*asked.provisions, place), view=asked.view).path()))
        problem = CompareError(400, f"读不出“{added}”是哪一条。请粘贴条款页的地址，例如 /d/…/part_5__cl_14。")
        return await _answer_incomplete(datasette, request, asked, problem)
    if not asked.provisions and not asked.measure:
        if wants_data:
            return answer_json(datasette, {"ok": False, "status": 400, "error": "p is missing: /compare.json?p=…&p=…"}, status=400)
        examples = await ask(datasette, _read_examples)
        return await answer_page(datasette, request, "compare_start.html", {"examples": examples, "most": MOST})
    try:
        comparison, offers = await ask(datasette, _look_up, asked, not wants_data)
    except CompareError as problem:
        if wants_data:
            error = {"ok": False, "status": problem.status, "error": problem.message, "unknown": problem.unknown}
            return answer_json(datasette, error, status=problem.status)
        return await _answer_incomplete(datasette, request, asked, problem)
    if wants_data:
        return answer_json(datasette, comparison)
    origin = datasette.absolute_url(request, "/").rstrip("/")  # on paper an address must be whole
    return await answer_page(datasette, request, "compare.html", {**describe_page(comparison, offers), "origin": origin})


def read_compared(args) -> Asked:
    """Read the parameters of an address; unknown views are passed over."""
    given = [value.strip()[:LONGEST_GIVEN] for value in args.getlist("p")[:MOST_GIVEN]]
    view = {name for value in args.getlist("view") for name in value.split(",")}
    return Asked(
        provisions=tuple(_clean(value) for value in given if value),
        measure=_clean((args.get("m") or "").strip()[:LONGEST_GIVEN]),
        view=frozenset(view & set(VIEWS)),
    )


def describe_page(comparison: dict[str, Any], offers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the page shows besides the comparison: every way on from there as a link."""
    asked = Asked(tuple(column["p"] for column in comparison["columns"]), view=frozenset(comparison["view"]))
    measure = comparison["measure"]
    here = Asked(measure=measure["id"], view=asked.view) if measure else asked
    ways = []
    for column in comparison["columns"]:
        others = tuple(p for p in asked.provisions if p != column["p"])
        ways.append(
            {
                "remove": Asked(others, view=asked.view).path() if len(others) >= LEAST - 1 else None,
                "first": Asked((column["p"], *others), view=asked.view).path() if column["n"] > 1 else None,
            }
        )
    return {
        "comparison": comparison,
        "asked": asked,
        "ways": ways,
        "switches": [
            {"name": name, "label": label, "on": name in here.view, "path": Asked(here.provisions, here.measure, here.view ^ {name}).path()}
            for name, label in SWITCHES
        ],
        "offers": _add_paths(asked, offers) if len(asked.provisions) < MOST else [],
        "is_full": len(asked.provisions) >= MOST,
        "most": MOST,
        "strips_open": sum(len(strip["rows"]) for strip in comparison["strips"]) <= SHOWN_STRIPS
        or all(column["kind"] == "box" for column in comparison["columns"]),
    }


def _look_up(conn, asked: Asked, with_offers: bool) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    comparison = compare(conn, asked)
    ids = [column["provision_id"] for column in comparison["columns"]]
    return comparison, list_counterparts(conn, ids) if with_offers else []


def _read_examples(conn) -> list[dict[str, Any]]:
    return [{**example, "path": Asked(tuple(example["provisions"])).path()} for example in list_examples(conn, MOST)]


async def _answer_incomplete(datasette, request, asked: Asked, problem: CompareError) -> Response:
    """One provision only, one that is not there, too many: what is there, and how to go on."""

    def question(conn):
        found = []
        for p in asked.provisions:
            try:
                columns, _ = read_columns(conn, [p])
            except CompareError:
                continue
            found += [column.about for column in columns if column.about["pinned"] not in {other["pinned"] for other in found}]
        # A measure without counterparts leads to its provision.
        here = [entry["p"] for entry in problem.unknown if entry.get("is_here")]
        found += [column.about for p in here for column in read_columns(conn, [p])[0]]
        return found, list_counterparts(conn, [about["provision_id"] for about in found])

    found, offers = await ask(datasette, question)
    kept = Asked(tuple(about["p"] for about in found), view=asked.view)
    context = {
        "problem": problem,
        "unknown": [entry for entry in problem.unknown if not entry.get("is_here")],
        "found": [
            {**about, "remove": Asked(tuple(p for p in kept.provisions if p != about["p"]), view=asked.view).path()} for about in found
        ],
        "asked": kept,
        "offers": _add_paths(kept, offers) if len(found) < MOST else [],
        "is_full": len(found) >= MOST,
        "kept_path": kept.path() if LEAST <= len(found) <= MOST else None,
    }
    # One provision is no error: it is where a comparison begins.
    is_beginning = len(found) == 1 and len(asked.provisions) == 1 and problem.status == 400 and not problem.unknown
    context["is_beginning"] = is_beginning and not request.args.get("add")
    status = 200 if context["is_beginning"] else problem.status
    return await answer_page(datasette, request, "compare_incomplete.html", context, status=status)


def _add_paths(asked: Asked, offers: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**offer, "path": Asked((*asked.provisions, offer["p"]), view=asked.view).path()} for offer in offers]


def _clean(value: str) -> str:
    # A lone surrogate can be typed into an address but not be written back as UTF-8.
    return value.encode("utf-8", "replace").decode()
