"""The first page and the list of documents: what narrows them, page by page, and names as long as they come."""

from __future__ import annotations

import pytest
import yaml

from plugins.web.tiles import NAMES, PLACES, Narrowed, draw_years, lay_tiles
from tests.site.browsing import NARROW, NEEDS_BROWSER, WIDE, Reader, browser, overflow  # noqa: F401
from tests.site.conftest import CHONGQING, HEBEI, LIAONING, ROOT, SHANXI, open_site, serve_on_a_port
from tests.site.long_names import DOCUMENT, TITLE, make_long_site

COUNTS = [
    {"province_code": "ln", "province": "辽宁省", "year": "2021", "n": 1},
    {"province_code": "ln", "province": "辽宁省", "year": "2024", "n": 4},
    {"province_code": "he", "province": "河北省", "year": "2024", "n": 2},
    {"province_code": "cn", "province": "国家", "year": "none", "n": 3},
]


def test_map_has_the_31_provinces_each_in_a_place_of_its_own():
    rules = yaml.safe_load((ROOT / "ingest" / "rules" / "provinces.yml").read_text(encoding="utf-8"))
    short = {entry["code"]: entry["short"] for entry in rules if entry["code"] not in ("cn", "hk", "mo", "tw")}
    assert NAMES == short
    assert PLACES.keys() == short.keys()
    assert len(set(PLACES.values())) == 31


def test_tiles_count_what_their_address_lists():
    tiles = lay_tiles(COUNTS, Narrowed(year="2024"))
    found = {tile["code"]: (tile["n"], tile["path"]) for tile in tiles["placed"] if tile["n"]}
    assert found == {"ln": (4, "/?province=ln&year=2024"), "he": (2, "/?province=he&year=2024")}
    assert [(tile["name"], tile["n"]) for tile in tiles["others"]] == [("国家", 0)]


def test_chosen_tile_leads_back():
    tile = next(tile for tile in lay_tiles(COUNTS, Narrowed("ln", "2024"))["placed"] if tile["code"] == "ln")
    assert (tile["chosen"], tile["path"]) == (True, "/?year=2024")


def test_years_stand_with_their_gaps_and_the_undated_last():
    bars = [(bar["year"], bar["n"], bar["height"]) for bar in draw_years(COUNTS, Narrowed())]
    assert bars == [("2021", 1, 7), ("2022", 0, 0), ("2023", 0, 0), ("2024", 6, 40), ("none", 3, 20)]


@pytest.mark.parametrize(
    ("asked", "documents"),
    [
        ("?province=ln", ["ln-2022-jigong-jiaoyu", LIAONING]),
        ("?year=2022", ["ln-2022-jigong-jiaoyu", LIAONING, HEBEI]),
        ("?year=none", [SHANXI]),
        ("?province=cq&year=2021", [CHONGQING]),
        ("?province=cq&year=2022", []),
        ("?province=xz", []),
        ("?province=<b>&year=%00", []),
    ],
)
@pytest.mark.parametrize("page", ["/", "/d"])
def test_list_is_narrowed_by_the_address(site, page, asked, documents):
    found = [link["href"] for link in site.page(page + asked).select(".document-title")]
    assert sorted(found) == sorted(f"/d/{id_}" for id_ in documents)


def test_nothing_found_says_so_and_leads_on(site):
    empty = site.page("/?province=xz").select_one(".empty")
    assert "没有这样的文件" in empty.get_text()
    assert empty.a["href"] == "/#documents"


def test_home_lists_the_newest_first(site):
    dates = [time["datetime"] for time in site.page("/").select("#documents time")]
    assert dates == sorted(dates, reverse=True)


def test_map_reads_as_a_list(site):
    """Without eyes: the name, the number, and what it is the number of."""
    tiles = [" ".join(tile.get_text().split()) for tile in site.page("/?province=ln").select(".tiles li")]
    assert "辽宁 2份文件，已选，再点取消" in tiles
    assert "河北 1份文件" in tiles
    assert "西藏：没有收录" in tiles


def test_home_says_what_is_new(site):
    news = site.page("/").select(".news li")
    assert 1 <= len(news) <= 5
    assert all(entry.time["datetime"] and entry.a["href"].startswith("/d/") for entry in news)


# ---- many documents, long names ----


@pytest.fixture(scope="module")
def long_db(tmp_path_factory):
    return make_long_site(tmp_path_factory.mktemp("long"))


@pytest.fixture(scope="module")
def long_site(long_db):
    yield from open_site(long_db)


def test_many_documents_come_page_by_page(long_site):
    listed: list[str] = []
    path = "/d"
    while path:
        page = long_site.page(path)
        found = [link["href"] for link in page.select(".document-title")]
        assert 0 < len(found) <= 50
        listed += found
        further = page.select_one(".paging a[rel=next]")
        path = further["href"] if further else None
    assert len(listed) == len(set(listed)) == len(long_site.get("/d.json").json())


def test_page_past_the_last_is_the_last(long_site):
    assert long_site.page("/d?page=999").select(".document-title")


def test_home_of_many_documents_stays_small(long_site):
    assert len(long_site.get("/").content) < 80_000
    assert len(long_site.page("/").select(".document-title")) == 12
    assert long_site.page("/").select_one("#documents > .links a")["href"] == "/d"


@pytest.mark.browser
@NEEDS_BROWSER[1]
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_long_names_break_no_page(long_db, browser, viewport):  # noqa: F811
    """A title of 60 characters, twelve agencies, an address of 200 letters, marks of no width and of the other direction."""
    paths = ["/", "/d", "/d?page=3", f"/d/{DOCUMENT}", f"/d/{DOCUMENT}/part_1", f"/d/{DOCUMENT}/part_1__cl_2", f"/d/{DOCUMENT}/box_1",
             f"/search?q={TITLE}", "/themes", "/measures", f"/d/{DOCUMENT}/part_9", f"/d/{'x' * 200}"]  # fmt: skip
    with serve_on_a_port(long_db) as origin:
        reader = Reader(browser, origin, viewport)
        over = {path: overflow(reader.open(path)) for path in paths}
        reader.context.close()
    assert {path: width for path, width in over.items() if width > 0} == {}
