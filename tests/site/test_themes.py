"""Themes: counts are those of the tables, every count leads to what it counts, and who decided is told."""

from __future__ import annotations

import json
import sqlite3

import pytest

from query.themes import MOST_A_PROVINCE, first_sentence, theme_matrix, themes_of_units
from tests.site.conftest import LIAONING

APPRENTICES = "/themes/apprenticeship"

COUNTS = """
    select t.theme_id, d.province_code, count(*) from provision_themes t
    join provisions p on p.id = t.provision_id join documents d on d.id = p.document_id group by 1, 2
"""


@pytest.fixture(scope="module")
def conn(site_db):
    connection = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    yield connection
    connection.close()


@pytest.mark.parametrize("path", ["/themes", "/"])
def test_cells_of_the_matrix_are_the_counts_of_the_table(site, conn, path):
    cells = {link["href"].removeprefix("/themes/"): int(link.get_text()) for link in site.page(path).select(".matrix td a")}
    assert cells == {f"{theme}#{province}": n for theme, province, n in conn.execute(COUNTS)}


def test_every_theme_of_the_vocabulary_is_listed_with_its_scope(site, conn):
    rows = site.page("/themes").select(".matrix th[scope=row]")
    listed = [(row.a.get_text(), row.small.get_text()) for row in rows]
    assert listed == conn.execute("select name, scope from themes order by seq").fetchall()


def test_caption_says_what_a_count_is_and_what_an_empty_cell_is_not(site):
    caption = site.page("/themes").select_one(".caption").get_text()
    assert "一条有几个主题就在几行里各计一次" in caption and "不表示当地没有规定" in caption


def test_every_theme_has_a_page(site, conn):
    ids = [row[0] for row in conn.execute("select id from themes")]
    assert [id_ for id_ in ids if site.get(f"/themes/{id_}").status_code != 200] == []


def test_matrix_leads_to_the_place_of_its_province(site):
    wrong = []
    for link in site.page("/themes").select(".matrix td a"):
        path, _, province = link["href"].partition("#")
        section = site.page(path).find(id=province)
        if section is None or section.h2.small.get_text() != f"{link.get_text()} 条":
            wrong.append(link["href"])
    assert wrong == []


def test_theme_shows_each_of_its_provisions_once(site, conn):
    shown = [link["href"] for link in site.page(APPRENTICES).select(".brief h4 a")]
    stored = conn.execute("select provision_id from provision_themes where theme_id = 'apprenticeship'")
    assert sorted(shown) == sorted("/d/" + row[0].replace("__", "/", 1) for row in stored)


def test_theme_finds_in_the_search_as_many_as_it_says(site, conn):
    for (theme,) in conn.execute("select id from themes").fetchall():
        stored = conn.execute("select count(*) from provision_themes where theme_id = ?", [theme]).fetchone()[0]
        assert site.get(f"/search.json?theme={theme}&limit=1").json()["total"] == stored


def test_main_theme_comes_before_the_others_within_a_document(site):
    data = site.get(APPRENTICES + ".json").json()
    ranks = [[unit["rank"] > 0 for unit in document["provisions"]] for province in data["provinces"] for document in province["documents"]]
    assert all(given == sorted(given) for given in ranks)


def test_permanent_address_of_a_provision_is_pinned(site):
    page = site.page(APPRENTICES)
    assert {link["href"].split("/")[2].rpartition("@")[2] for link in page.select(".brief-facts a")} == {"v1"}


def test_who_decided_is_told(site):
    page = site.page(APPRENTICES)
    assert "编者判定 7 条" in page.select_one(".found").get_text()


@pytest.fixture
def modelled_site(tmp_path, site_db):
    """The site after a model has decided about one provision."""
    from tests.site.conftest import open_site

    copy = tmp_path / "kb.db"
    copy.write_bytes(site_db.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute(
            "update provision_themes set origin = 'model', score = 0.834 where theme_id = 'apprenticeship' and provision_id = ?",
            [f"{LIAONING}__part_4__cl_13"],
        )
    connection.close()
    yield from open_site(copy)


def test_model_is_told_from_the_curator(modelled_site):
    brief = modelled_site.page(APPRENTICES).select_one(f".brief:has(a[href='/d/{LIAONING}/part_4__cl_13'])")
    assert brief.select_one(".inferred").get_text() == "模型 0.83"
    page = modelled_site.page(f"/d/{LIAONING}/part_4__cl_13")
    assert page.select_one(".facts-themes .inferred").get_text() == "模型判定，0.83"


def test_provinces_that_say_nothing_are_named(site):
    found = site.page("/themes/enrolment").select_one(".found").get_text()
    assert "重庆、河北、山西" in found and "不等于当地没有规定" in found


def test_unknown_theme_is_said_to_be_unknown(site):
    page = site.page("/themes/nothing", status=404)
    assert page.select_one(".links a[href='/themes']")
    assert site.get("/themes/nothing.json").status_code == 404


def test_json_is_what_the_page_shows(site):
    data = site.get("/themes.json").json()
    assert sum(n for group in data["matrix"]["groups"] for theme in group["themes"] for n in theme["counts"].values()) == sum(
        theme["provisions"] for group in data["groups"] for theme in group["themes"]
    )


def test_reading_page_carries_the_themes_of_its_clauses(site, conn):
    page = site.page(f"/d/{LIAONING}")
    carried = {link["href"].rpartition("/")[2]: link["data-themes"] for link in page.select(".ref[data-themes]")}
    stored = themes_of_units(conn, LIAONING)
    assert carried == {
        id_.partition("__")[2]: "|".join(f"{theme['id']} {theme['name']}" for theme in themes) for id_, themes in stored.items()
    }


def test_hit_names_its_themes(site):
    hit = site.page("/search?q=新型学徒制").select_one(".hit")
    assert "/themes/apprenticeship" in [link["href"] for link in hit.select(".hit-themes a")]


def test_a_province_shows_so_many_and_leads_to_the_rest(tmp_path, site_db):
    from tests.site.conftest import Site

    copy = tmp_path / "kb.db"
    copy.write_bytes(site_db.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute(
            """
            insert or ignore into provision_themes(provision_id, theme_id, score, origin, evidence, rank)
            select id, 'enrolment', 1, 'rule', '[]', 9 from provisions where document_id = ? and kind = 'clause'
            """,
            [LIAONING],
        )
    connection.close()
    crowded = Site(copy)
    section = crowded.page("/themes/enrolment").find(id="ln")
    crowded.close()
    assert len(section.select(".brief")) == MOST_A_PROVINCE
    assert section.select_one(".links a")["href"] == "/search?theme=enrolment&province=ln"


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("(一)甲乙。丙丁戊己庚辛壬癸子丑寅卯。辰巳。", "丙丁戊己庚辛壬癸子丑寅卯。"),
        ("(一)甲乙\n丙丁戊己庚辛\n壬癸子丑寅卯。辰巳", "丙丁戊己庚辛壬癸子丑寅卯。"),
        ("(一)甲乙。" + "丙" * 200, "丙" * 120 + "……"),
    ],
)
def test_first_sentence(text, sentence):
    assert first_sentence({"text": text, "number": "(一)", "heading": "甲乙", "kind": "clause", "is_table": 0}) == sentence


def test_matrix_is_made_once_a_database(conn):
    assert theme_matrix(conn) is theme_matrix(conn)
    json.dumps(theme_matrix(conn))
