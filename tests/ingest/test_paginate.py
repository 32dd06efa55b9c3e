"""Page numbers are told by their run over the whole text; figures that only look so stay."""

from __future__ import annotations

import pytest

from ingest.paginate import find_pages
from ingest.parse import parse
from ingest.read import read
from tests.quality.structure import FIXTURES

LINE = "扩大培训规模，提高培训质量，健全评价体系，畅通发展"
PAGE = [LINE] * 14


def _book(*openings: str) -> list[str]:
    """Pages of 15 lines, each opening as told."""
    return [line for opening in openings for line in (opening, *PAGE)]


def _removed(name: str) -> list[str]:
    parsed = parse(read(FIXTURES / f"{name}.txt"))
    return [parsed.reading.text[one.start : one.end] for one in parsed.noise if one.rule == "page-number-bare"]


def test_numbers_glued_to_lines_and_headings_are_noise():
    assert _removed("page-numbers-glued") == [str(number) for number in range(1, 17)]


def test_numbers_on_lines_of_their_own_are_noise():
    assert _removed("page-numbers-bare") == [" ".join(str(number)) for number in range(1, 18)]


def test_a_heading_keeps_its_own_number():
    lines = _book(*(f"{n}{'5.1.3 促进智能' if n == 4 else LINE}" for n in range(1, 11)))
    assert find_pages(lines)[45] == 1  # 45.1.3 is page 4 and 5.1.3


KEPT = {
    "too few pages": _book(*(f"{n}{LINE}" for n in range(1, 8))),
    "figures with their unit": _book(*(f"{n}个基地，{LINE}" for n in range(1, 20))),
    "years": _book(*(f"{n}年，{LINE}" for n in range(2011, 2031))),
    "a table's serial numbers": [line for n in range(1, 40) for line in (str(n), LINE, LINE, "市教育局")],
    "a list": [line for n in range(1, 30) for line in (f"{n}.{LINE}", *PAGE)],
    "a run in a corner of the text": [*_book(*(f"{n}{LINE}" for n in range(1, 10))), *([LINE] * 400)],
    "chapters without a point": [line for n in range(1, 15) for line in (f"{n}总则", *([LINE] * (12 + n * 7 % 23)))],
    "no run": _book(*(f"{n}{LINE}" for n in (1, 7, 3, 12, 5, 2, 9, 4, 30, 8, 22))),
}


@pytest.mark.parametrize("name", KEPT)
def test_figures_stay(name):
    assert find_pages(KEPT[name]) == {}


def test_a_number_that_two_lines_may_bear_stays():
    lines = _book(*(f"{n}{LINE}" for n in range(1, 13)))
    lines[6 * 15 + 5] = f"7{LINE}"  # beside the seventh page's own
    pages = find_pages(lines)
    assert 6 * 15 not in pages and 6 * 15 + 5 not in pages and 7 * 15 in pages
