"""metadata.json and settings.json describe the database that the build makes, and close what is not public."""

from __future__ import annotations

import json
import sqlite3

import pytest
from datasette.app import DEFAULT_SETTINGS

from tests.site.conftest import ROOT


@pytest.fixture(scope="module")
def described() -> dict:
    metadata = json.loads((ROOT / "metadata.json").read_text(encoding="utf-8"))
    return metadata["databases"]["kb"]["tables"]


@pytest.fixture(scope="module")
def columns(site_db) -> dict[str, list[str]]:
    connection = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    names = [row[0] for row in connection.execute("select name from sqlite_master where type in ('table', 'view')")]
    return {name: [row[1] for row in connection.execute(f"pragma table_info([{name}])")] for name in names}


def test_metadata_is_ascii():
    """Datasette reads it in the locale's encoding."""
    assert (ROOT / "metadata.json").read_bytes().isascii()


def test_every_public_column_is_described(described, columns):
    missing = [
        f"{table}.{column}"
        for table, names in columns.items()
        if not table.startswith(("search_index", "sqlite_"))
        for column in names
        if not described.get(table, {}).get("columns", {}).get(column)
    ]
    assert missing == []


def test_no_description_outlives_its_column(described, columns):
    stale = [
        f"{table}.{column}"
        for table, description in described.items()
        for column in description.get("columns", {})
        if column not in columns.get(table, [])
    ]
    assert stale == []


def test_index_tables_are_closed(described, columns):
    shadow = {table for table in columns if table.startswith("search_index")}
    assert {table for table in shadow if described.get(table, {}).get("allow") is not False} == set()


def test_settings_exist_and_close_what_is_not_public():
    settings = json.loads((ROOT / "settings.json").read_text(encoding="utf-8"))
    assert set(settings) <= set(DEFAULT_SETTINGS)
    assert not any(settings[name] for name in ("default_allow_sql", "allow_download", "suggest_facets", "trace_debug"))
