"""What is said of a provision's counterparts: found by reading the five texts."""

from __future__ import annotations

import pytest

from query.counterparts import counterparts_of, count_counterparts, list_reasons
from query.database import open_database

LIAONING, HEBEI, SHANXI = "ln-2022-zhiye-jineng-peixun", "he-2022-zhiye-jineng-peixun", "sx-2019-jineng-tisheng"
SCHOOLS = "ln-2022-jigong-jiaoyu"


@pytest.fixture(scope="module")
def conn(site_db):
    return open_database(site_db)


def first_in(found, document_id: str) -> str:
    return next(d["found"][0]["eid"] for d in found["documents"] if d["id"] == document_id)


def test_apprenticeship_has_its_counterpart_in_every_plan(conn):
    found = counterparts_of(conn, f"{LIAONING}__part_4__cl_13")
    assert first_in(found, HEBEI) == "part_6__cl_17"
    assert first_in(found, "cq-2021-zhiye-jineng-peixun") == "part_2__cl_7"
    assert first_in(found, SCHOOLS) == "part_6__cl_19"


def test_where_nothing_is_found_it_says_in_how_much_text_it_was_looked_for(conn):
    """Campus safety: only the plan for technical schools speaks of it."""
    found = counterparts_of(conn, f"{SCHOOLS}__part_4__cl_11")
    assert found["documents"] == []
    shanxi = next(d for d in found["silent"] if d["id"] == SHANXI)
    provisions = conn.execute("select count(*) from compared_provisions where document_id = ?", [SHANXI]).fetchone()[0]
    assert shanxi["looked"]["provisions"] == provisions and 5000 < shanxi["looked"]["characters"] < 7000


def test_a_paragraph_of_a_clause_shows_the_clause_s_counterparts(conn):
    whole = counterparts_of(conn, f"{LIAONING}__part_4__cl_13")
    part = counterparts_of(conn, f"{LIAONING}__part_4__cl_13__para_1")
    assert part == whole and part["provision"]["eid"] == "part_4__cl_13"


def test_a_part_is_not_compared_itself(conn):
    assert counterparts_of(conn, f"{LIAONING}__part_4")["provision"] is None


def test_no_such_provision(conn):
    assert counterparts_of(conn, f"{LIAONING}__part_99") is None


def test_counts_are_of_documents_that_regulate_the_same(conn):
    counts = count_counterparts(conn, SCHOOLS)
    assert "ln-2022-jigong-jiaoyu__part_4__cl_11" not in counts and counts[f"{SCHOOLS}__part_6__cl_19"] == 3


@pytest.mark.parametrize(
    "why, reasons",
    [
        ({"heading": 0.7, "heading_in": 0.9, "contained": 0.1, "words": 0.35, "main_theme": 1.0}, ["heading", "words", "main_theme"]),
        ({"heading": 0.1, "heading_in": 0.85, "contained": 0.5, "words": 0.5}, ["heading_in", "contained"]),
        ({"heading": 0.1}, []),
        ({"reason": "编者"}, []),
    ],
)
def test_reasons_name_what_speaks_clearly_each_once(why, reasons):
    assert list_reasons(why) == reasons
