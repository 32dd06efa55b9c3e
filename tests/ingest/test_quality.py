"""Facts, themes, counterparts and aligned sentences are gates: measured against gold made by reading, and no change lowers them quietly."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from query.database import open_database
from tests.quality.counterparts import GOLD as MEASURES
from tests.quality.counterparts import evaluate_counterparts
from tests.quality.facts import GOLD, KINDS, evaluate_facts
from tests.quality.sentences import GOLD as ALIGNED
from tests.quality.sentences import measure as measure_sentences
from tests.quality.themes import LABELS, evaluate_themes

GATES = Path(__file__).parent.parent / "gold" / "gate"
FACTS = yaml.safe_load((GATES / "facts.yml").read_text(encoding="utf-8"))
THEMES = yaml.safe_load((GATES / "themes.yml").read_text(encoding="utf-8"))
COUNTERPARTS = yaml.safe_load((GATES / "counterparts.yml").read_text(encoding="utf-8"))
SENTENCES = yaml.safe_load((GATES / "sentences.yml").read_text(encoding="utf-8"))
ROUNDING = 0.0005  # the order of sums on another machine, not a worse result


@pytest.fixture(scope="module")
def facts(site_db):
    return evaluate_facts(open_database(site_db))


@pytest.fixture(scope="module")
def themes(site_db):
    return evaluate_themes(open_database(site_db))


@pytest.fixture(scope="module")
def counterparts(site_db):
    return evaluate_counterparts(open_database(site_db))


@pytest.mark.parametrize("gate, folder", [(FACTS, GOLD), (THEMES, LABELS), (COUNTERPARTS, MEASURES), (SENTENCES, ALIGNED)], ids=["facts", "themes", "counterparts", "sentences"])
def test_gate_was_measured_on_this_gold(gate, folder):
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    assert gate["gold_sha256"] == digest.hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_no_worse_than_pinned(facts, kind):
    precision, recall, _ = facts[kind]
    pinned_precision, pinned_recall = FACTS["measured"][kind]
    assert precision >= pinned_precision - ROUNDING and recall >= pinned_recall - ROUNDING


@pytest.mark.parametrize("figure", THEMES["measured"])
def test_themes_are_no_worse_than_pinned(themes, figure):
    assert themes[figure] >= THEMES["measured"][figure] - ROUNDING


def test_themes_beat_the_baselines(themes):
    assert themes["micro_f1"] > 2 * max(themes["baseline_heading_f1"], themes["baseline_majority_f1"])


@pytest.mark.parametrize("figure", COUNTERPARTS["measured"])
def test_counterparts_are_no_worse_than_pinned(counterparts, figure):
    assert counterparts[figure] >= COUNTERPARTS["measured"][figure] - ROUNDING


def test_sentences_are_set_beside_each_other_no_worse_than_pinned(site_db):
    precision, recall = measure_sentences(open_database(site_db))
    assert precision >= SENTENCES["measured"]["precision"] - ROUNDING and recall >= SENTENCES["measured"]["recall"] - ROUNDING
