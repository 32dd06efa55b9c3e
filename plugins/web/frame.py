"""What every page of the site needs: filters for the templates, the name of the site, the footer's facts."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

from datasette import hookimpl
from markupsafe import Markup, escape

from plugins.web.respond import DatabaseMissing, SearchTooSlow, ask
from plugins.web.words import (
    COUNTERS, FIELD_NAMES, FORCE_NAMES, KIND_NAMES, ORIGIN_NAMES, QUANTITY_KINDS, ROLE_NAMES,
)  # fmt: skip
from query.addresses import write_address
from query.corpus import read_build
from query.layout import mark_own, show_number, split_own, unbreak
from query.plain import cite
from query.provisions import label_shortly

_ROOT = Path(__file__).resolve().parents[2]


@hookimpl
def prepare_jinja2_environment(env, datasette):
    base = datasette.setting("base_url").rstrip("/")
    env.filters.update(
        han_date=write_han_date,
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
        origin_name=lambda origin: ORIGIN_NAMES.get(origin, origin),
        province_shortly=shorten_province,
        mark_once=mark_once,
    )
    env.globals.update(
        base=base,
        cite=cite,
        path_of=lambda *args: base + write_address(*args),
        split_own=split_marked,
        asset=lambda name: f"{base}/static/{name}?{_fingerprint(_ROOT / 'static' / name)}",
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


def write_han_date(date: str | None) -> str:
    """Write an ISO date the Chinese way: 2022-06-10 -> 2022年6月10日; what is no ISO date stays as it is."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", date or "")
    if match is None:
        return date or ""
    year, month, day = match.groups()
    return f"{year}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")


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
    if not unit.get("marks"):
        return own
    cut = mark_own(unit, own)
    return {**own, **{part: Markup("").join(map(_print_piece, cut[part])) for part in ("lead", "tail")}}


def mark_once(words: str, marked: str) -> Markup:
    """Mark the first place where some words stand."""
    before, found, after = words.partition(unbreak(marked))
    return Markup("{}<mark>{}</mark>{}").format(before, found, after) if found else escape(words)


def _print_piece(piece: tuple[str, str | None]) -> Markup:
    words, kind = piece
    return Markup('<mark class="fact {}">{}</mark>').format(kind, words) if kind else escape(words)


def _fingerprint(path: Path) -> str:
    # A changed file gets a changed address, so that no reader sees new pages with an old style sheet.
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
