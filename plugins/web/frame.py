"""What every page of the site needs: filters for the templates, the name of the site, the footer's facts."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from pathlib import Path
from urllib.parse import quote

from datasette import hookimpl

from plugins.web.respond import DatabaseMissing, SearchTooSlow, ask
from plugins.web.words import COUNTERS, FIELD_NAMES, KIND_NAMES
from query.addresses import write_address
from query.corpus import read_build
from query.layout import show_number, split_own, unbreak
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
    )
    env.globals.update(
        base=base,
        cite=cite,
        path_of=lambda *args: base + write_address(*args),
        split_own=split_own,
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


def _fingerprint(path: Path) -> str:
    # A changed file gets a changed address, so that no reader sees new pages with an old style sheet.
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
