"""Structure is a gate: measured on fixtures of every layout and format against gold made by reading."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.quality.structure import GOLD, evaluate_structure, gold_of, gold_sha256, needs_office

GATE = yaml.safe_load((Path(__file__).parent.parent / "gold" / "gate" / "structure.yml").read_text(encoding="utf-8"))
NAMES = sorted(path.stem for path in GOLD.glob("*.outline"))


@pytest.fixture(scope="module")
def measured():
    return evaluate_structure()


def test_gate_was_measured_on_this_gold():
    assert GATE["gold_sha256"] == gold_sha256()


@pytest.mark.parametrize("figure", ["marker_f1", "parent_edge_f1", "exact_tree_rate", "noise_precision", "noise_recall"])
def test_figures_are_no_worse_than_pinned(measured, figure):
    assert measured[1][figure] >= GATE["measured"][figure]


def test_no_character_is_lost(measured):
    assert measured[1]["characters_lost"] == 0


@pytest.mark.parametrize("name", NAMES)
def test_tree_is_as_read(measured, name):
    score = next(s for s in measured[0] if s.name == name)
    if needs_office(score):
        pytest.skip("no LibreOffice with Writer here: an old Word file is put aside")
    assert score.exact, score


def test_only_an_old_word_file_needs_an_office(measured):
    assert {s.name for s in measured[0] if needs_office(s)} <= {"old-word"}


def test_gold_may_be_written_in_either_form(tmp_path):
    short, long = tmp_path / "a.outline", tmp_path / "b.outline"
    short.write_text("一、甲 # remark\n  （一）子\n    1．寅\n", encoding="utf-8")
    long.write_text(
        "paragraph |  |  | 文…文\npart | 一、 | 甲 |\n  clause | （一） | 子 |\n    item | 1. |  | 寅…寅\n", encoding="utf-8"
    )
    assert gold_of(short) == gold_of(long) == [(0, "一"), (1, "(一)"), (2, "1")]


def test_a_missing_marker_and_a_wrong_parent_cost(tmp_path):
    (tmp_path / "a.txt").write_text("一、甲\n（一）子\n文。\n二、乙\n（一）丑\n文。\n", encoding="utf-8")
    (tmp_path / "a.outline").write_text("一、甲\n（一）子\n二、乙\n  （一）丑\n  （二）寅\n", encoding="utf-8")
    (score,), figures = evaluate_structure(tmp_path, tmp_path)
    assert (score.wanted, score.found, score.markers, score.edges, score.exact) == (5, 4, 4, 3, False)
    assert figures["marker_f1"] == round(8 / 9, 4) and figures["parent_edge_f1"] == round(6 / 9, 4)
