"""How counterparts are gathered into measures, and named."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from align.measures import LEAST_LINK, gather, name_measure

PROVISIONS = [("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b"), ("c1", "c")]


def test_counterparts_of_three_documents_are_one_measure():
    assert gather(PROVISIONS, [("a1", "b1", 0.9), ("b1", "c1", 0.8), ("a1", "c1", 0.7)]) == [["a1", "b1", "c1"], ["a2"], ["b2"]]


def test_a_chain_is_not_one_measure():
    """a1 is like b1 and b1 like c1, but a1 is nothing like c1: on the average 0.3."""
    assert gather(PROVISIONS, [("a1", "b1", 0.9), ("b1", "c1", 0.6)]) == [["a1", "b1"], ["a2"], ["b2"], ["c1"]]


def test_a_clause_and_its_box_stand_together_through_another_document():
    assert gather(PROVISIONS, [("a1", "b1", 0.9), ("a2", "b1", 0.8)]) == [["a1", "a2", "b1"], ["b2"], ["c1"]]


def test_what_a_curator_keeps_apart_stays_apart_whatever_joins_it():
    pairs = [("a1", "b1", 0.95), ("b1", "c1", 0.9), ("a1", "c1", 0.9)]
    assert gather(PROVISIONS, pairs, apart=[("c1", "a1")]) == [["a1", "b1"], ["a2"], ["b2"], ["c1"]]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0, 1)), max_size=40))
def test_each_provision_is_in_one_measure_and_order_of_pairs_does_not_matter(drawn):
    provisions = [(f"p{i}", f"d{i % 4}") for i in range(10)]
    pairs = {(f"p{min(a, b)}", f"p{max(a, b)}"): (f"p{min(a, b)}", f"p{max(a, b)}", p) for a, b, p in drawn if a % 4 != b % 4}
    groups = gather(provisions, list(pairs.values()))
    assert sorted(id_ for group in groups for id_ in group) == sorted(id_ for id_, _ in provisions)
    assert gather(provisions, list(pairs.values())[::-1]) == groups


def test_pairs_too_weak_join_nothing():
    assert gather(PROVISIONS, [("a1", "b1", LEAST_LINK - 0.01)]) == [["a1"], ["a2"], ["b1"], ["b2"], ["c1"]]


def test_a_measure_is_named_by_the_heading_that_is_most_like_the_others():
    headings = {"x": "强化校企合作机制", "y": "加强师资队伍建设", "z": "加强培训师资队伍建设"}
    assert name_measure(headings) == "y"


def test_of_two_that_are_alike_the_shorter_heading_names_it():
    assert name_measure({"x": "大力推行新型学徒制培训", "y": "推行新型学徒制"}) == "y"


def test_a_measure_without_headings_is_named_by_its_first():
    assert name_measure({"x": "", "y": ""}) == "x"
