"""Whatever is typed gets an answer; ``python -m tests.site.hostile 10000`` asks more of the same and says what was slow."""

from __future__ import annotations

import re

import pytest

from tests.site.hostile import ANSWERS, ask_all, hostile_paths, hostile_queries


@pytest.fixture(scope="module")
def outcomes(site):
    site.get("/search?q=培训")  # the dictionary is loaded once, with the first request
    return ask_all(site.get, hostile_paths(300, seed=11))


def test_no_query_is_a_fault_of_the_site(outcomes):
    assert [(outcome.status, outcome.path) for outcome in outcomes if outcome.status not in ANSWERS] == []


def test_the_search_page_answers_every_query(outcomes):
    """What cannot be parsed is remarked on, with the closest reading; only an address too long to be read is refused."""
    assert [outcome.path for outcome in outcomes if outcome.path.startswith("/search?") and outcome.status not in (200, 414)] == []


def test_same_seed_same_queries():
    assert list(hostile_queries(50, seed=3)) == list(hostile_queries(50, seed=3))


@pytest.mark.parametrize("q", ["%00", "%ED%A0%80", "%FF%FE", "培训%00", "%22", "%F0%9F%99%82"])
def test_odd_bytes_get_a_page(site, q):
    response = site.get(f"/search?q={q}")
    assert response.status_code == 200
    assert re.search(r"</html>\s*\Z", response.text)
