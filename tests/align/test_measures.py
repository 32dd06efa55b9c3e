"""How measures are named."""

from __future__ import annotations

from align.measures import name_measure


def test_a_measure_is_named_by_the_heading_that_is_most_like_the_others():
    headings = {"x": "强化校企合作机制", "y": "加强师资队伍建设", "z": "加强培训师资队伍建设"}
    assert name_measure(headings) == "y"


def test_of_two_that_are_alike_the_shorter_heading_names_it():
    assert name_measure({"x": "大力推行新型学徒制培训", "y": "推行新型学徒制"}) == "y"


def test_a_measure_without_headings_is_named_by_its_first():
    assert name_measure({"x": "", "y": ""}) == "x"
