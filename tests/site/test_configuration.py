"""metadata.json and settings.json describe the database that the build makes, and close what is not public."""

from __future__ import annotations

import json
import sqlite3

import pytest
from datasette.app import DEFAULT_SETTINGS

from tests.site.conftest import ROOT


#: What only the search itself reads; all else is open.
CLOSED = (
    "bigrams", "document_facets", "facets", "ingested", "measure_joins", "neighbours", "pending_links", "pending_lists", "pending_measures",
    "pending_neighbours", "pending_pairs", "provision_vectors", "reuse_matches", "reuse_places", "reuse_texts", "search_headings", "search_index", "search_units",
    "unit_facets", "unit_vectors", "words",
)  # fmt: skip


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
        if not _is_internal(table)
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


def test_every_public_table_is_titled_and_described(described, columns):
    public = [table for table in columns if not _is_internal(table)]
    assert [table for table in public if not (described[table].get("title") and described[table].get("description"))] == []


def test_index_tables_and_no_others_are_closed(described, columns):
    closed = {table for table in described if described[table].get("allow") is False}
    internal = {table for table in columns if _is_internal(table) and not table.startswith("sqlite_")}
    assert internal <= closed
    assert {table for table in closed if not _is_internal(table)} == set()


def test_every_canned_query_is_titled_and_described():
    queries = json.loads((ROOT / "metadata.json").read_text(encoding="utf-8"))["databases"]["kb"]["queries"]
    assert [name for name, query in queries.items() if not (query.get("title") and query.get("description"))] == []
    assert [name for name, query in queries.items() if query.get("write")] == []


def test_settings_exist_and_close_what_is_not_public():
    settings = json.loads((ROOT / "settings.json").read_text(encoding="utf-8"))
    assert set(settings) <= set(DEFAULT_SETTINGS)
    assert not any(settings[name] for name in ("default_allow_sql", "allow_download", "suggest_facets", "trace_debug"))


def test_plugin_files_are_ascii():
    """Datasette reads them, too, in the locale's encoding; what they import may say anything."""
    assert [path.name for path in (ROOT / "plugins").glob("*.py") if not path.read_bytes().isascii()] == []


def _is_internal(table: str) -> bool:
    return table.startswith(("sqlite_", "search_index_", "search_headings_")) or table in CLOSED
