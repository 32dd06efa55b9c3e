"""The order of search on the judged set is a gate: no change lowers it quietly."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from query.database import open_database
from tests.quality.search import GOLD, RANKINGS, evaluate, load_judged

GATE = yaml.safe_load((Path(__file__).parent.parent / "gold" / "gate" / "search.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def scores(site_db):
    conn = open_database(site_db)
    return {name: evaluate(conn, ranking) for name, ranking in RANKINGS.items()}


def test_gate_was_measured_on_this_gold():
    assert hashlib.sha256(GOLD.read_bytes()).hexdigest() == GATE["gold_sha256"]


@pytest.mark.parametrize("kind", GATE["ndcg_at_10"])
def test_order_is_no_worse_than_pinned(scores, kind):
    # Half a thousandth is for the order of sums on another machine, not for a worse ranking.
    assert scores["search"][kind] >= GATE["ndcg_at_10"][kind] - 0.0005


def test_order_beats_the_baselines(scores):
    assert scores["search"]["all"] > max(scores[name]["all"] for name in RANKINGS if name != "search")


def test_judged_set_is_as_large_as_it_should_be():
    judged = load_judged()
    assert len(judged) >= 60 and len({j.kind for j in judged}) >= 6
