"""What every page of the site needs: filters for the templates, the name of the site, the footer's facts."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

from datasette import hookimpl
from markupsafe import Markup, escape

from plugins.web.clock import today
from plugins.web.cache import fingerprint
from plugins.web.respond import DatabaseMissing, SearchTooSlow, ask
from plugins.web.stock_pages import name_fields
from plugins.web.words import (
    COUNTERS, DOUBT_NAMES, FIELD_NAMES, FORCE_NAMES, KIND_NAMES, ORIGIN_NAMES, REASON_NAMES, QUANTITY_KINDS, ROLE_NAMES, ROW_KINDS,
    STRIP_NAMES,
)  # fmt: skip
from query.addresses import write_address
from query.citation import cite_by_law_manual, gather
from query.corpus import read_build
from query.dates import write_date
from query.layout import mark_own, show_number, split_own, unbreak
from query.place import write_place
from query.provisions import label_shortly
from query.quoted import split_at
from query.unseen import split_unseen

_ROOT = Path(__file__).resolve().parents[2]
_LONGEST_FIGURE = 12  # characters of a cell that holds a figure with its unit: ≥95%（2025年）


@hookimpl
def prepare_jinja2_environment(env, datasette):
    base = datasette.setting("base_url").rstrip("/")
    env.filters.update(
        han_date=write_date,
        doubt_name=lambda kind: DOUBT_NAMES.get(kind, kind),
        unseen=split_unseen,
        counter=lambda kind: COUNTERS.get(kind, "个"),
        plain_number=write_plain_number,
        kind_name=lambda kind: KIND_NAMES.get(kind, kind),
        field_name=lambda field: FIELD_NAMES.get(field, field),
        label_shortly=label_shortly,
        thousands=lambda number: f"{number:,}",
        show_number=show_number,
        unbreak=unbreak,
        query_value=lambda value: quote(value, safe=""),
        han_number=write_han_number,
        quantity_kind=lambda kind: QUANTITY_KINDS.get(kind, kind),
        role_name=lambda duty: ROLE_NAMES.get((duty["role"], duty["form"]), duty["role"]),
        force_name=lambda force: FORCE_NAMES.get(force, force),
        row_kind=lambda kind: ROW_KINDS.get(kind, kind),
        strip_name=lambda strip: STRIP_NAMES.get(strip, strip),
        reason_name=lambda reason: REASON_NAMES.get(reason, reason),
        origin_name=lambda origin: ORIGIN_NAMES.get(origin, origin),
        province_shortly=shorten_province,
        mark_once=mark_once,
        name_fields=name_fields,
        place=write_place,
    )
    env.globals.update(
        base=base,
        cite=lambda *args: cite_by_law_manual(gather(*args)),
        today=today,
        path_of=lambda *args: base + write_address(*args),
        split_own=split_marked,
        print_part=print_part,
        find_wordy=find_wordy,
        # A changed file gets a changed address, so that no reader sees new pages with an old style sheet.
        asset=lambda name: f"{base}/static/{name}?{fingerprint(_ROOT / 'static' / name)[:8]}",
    )


@hookimpl
def extra_template_vars(datasette, template):
    if not template.startswith(("site/", "database-kb")):
        return {}

    async def inner():
        try:
            build = await ask(datasette, read_build)
        except (DatabaseMissing, SearchTooSlow, sqlite3.Error):
            build = {}  # the page that says what is wrong needs the frame as well
        # A corpus may bear a name of its own; until kb.db is built there is only the configured one.
        return {"site_name": build.get("corpus_name") or datasette.metadata("title"), "build": build}

    return inner


def write_plain_number(value: float | None) -> str:
    """Write a number with thousands separators and without a needless fraction: 1500000.0 -> 1,500,000."""
    if value is None:
        return ""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,}"


def write_han_number(value: float | None) -> str:
    """Write a number as policy texts do: 1500000 -> 150万, 56700 -> 5.67万, 240 -> 240."""
    if value is None:
        return ""
    for size, word in ((10**8, "亿"), (10**4, "万")):
        if abs(value) >= size:
            return f"{round(value / size, 6):,.6f}".rstrip("0").rstrip(".") + word
    return write_plain_number(value)


def shorten_province(name: str | None) -> str:
    """Shorten a province's name for a narrow column: 辽宁省 -> 辽宁, 广西壮族自治区 -> 广西."""
    return re.sub(r"(?:(?:壮族|回族|维吾尔)?自治区|特别行政区|省|市)\Z", "", name or "")


def split_marked(unit: dict) -> dict[str, str | Markup]:
    """Split a unit's own characters for printing; where it has ``marks``, the words of facts are marked."""
    own = split_own(unit)
    quoted = unit.get("quoted") or {}
    if not unit.get("marks") and not quoted:
        return own
    cut = mark_own(unit, own) if unit.get("marks") else {part: [(words, None)] for part, words in own.items()}
    printed = {part: _print_pieces(unit, part, cut[part]) for part in ("lead", "tail")}
    return {**own, **printed, **({"mark": print_part(unit, "mark", own["mark"])} if "mark" in quoted else {})}


def print_part(unit: dict, part: str, words: str | None) -> Markup:
    """Print a cell, a table's head or another part of a unit, with the words marked that the address quotes."""
    return _print_pieces(unit, part, [(words or "", None)])


def find_wordy(heads: list[str] | None, rows: list[dict]) -> set[int]:
    """Return the columns of a table, counted from 0, that hold words rather than figures: they break and begin at the left.

    Unbroken, one long cell pushes the columns after it out of sight.
    """
    lines = [heads or [], *((row["cells"] or []) for row in rows)]
    return {n for line in lines for n, cell in enumerate(line) if len(cell or "") > _LONGEST_FIGURE}


def mark_once(words: str, marked: str) -> Markup:
    """Mark the first place where some words stand."""
    before, found, after = words.partition(unbreak(marked))
    return Markup("{}<mark>{}</mark>{}").format(before, found, after) if found else escape(words)


def _print_pieces(unit: dict, part: str, pieces: list[tuple[str, str | None]]) -> Markup:
    """Print pieces of words, those of facts marked, and around them what is quoted; the first of it bears an id."""
    spans = (unit.get("quoted") or {}).get(part, [])
    cut = split_at("".join(words for words, _ in pieces), spans) if spans else [("".join(words for words, _ in pieces), False)]
    printed = []
    first, place = unit.get("quoted_first") or (None, None)
    for run, is_quoted in cut:
        inside = []
        while run:
            words, kind = pieces[0]
            taken = words[: len(run)]
            inside.append(_print_piece(taken, kind))
            run = run[len(taken) :]
            pieces = [(words[len(taken) :], kind), *pieces[1:]] if len(taken) < len(words) else pieces[1:]
        joined = Markup("").join(inside)
        if is_quoted:
            named = Markup(' id="{}"').format(place) if first == part else ""
            joined = Markup('<mark class="quoted"{}>{}</mark>').format(named, joined)
            first = None
        printed.append(joined)
    return Markup("").join(printed)


def _print_piece(words: str, kind: str | None) -> Markup:
    return Markup('<mark class="fact {}">{}</mark>').format(kind, words) if kind else escape(words)
