"""Facts of a provision, agencies and citations: each with its words, in the place where they stand."""

from __future__ import annotations

import sqlite3

import pytest

from query.agencies import words_around
from query.facts import citations_of, facts_of
from query.layout import mark_own, split_own
from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI


@pytest.fixture(scope="module")
def conn(site_db):
    connection = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    yield connection
    connection.close()


def provisions_with(conn, table: str) -> list[str]:
    return [row[0] for row in conn.execute(f"select distinct provision_id from {table} order by 1")]


@pytest.mark.parametrize("table, kind", [("quantities", "figure"), ("responsibilities", "duty"), ("citations", "citation")])
def test_every_fact_is_marked_in_the_words(site, conn, table, kind):
    """The marks of a provision's page are the printed words of its facts, in order."""
    wrong = []
    for id_ in provisions_with(conn, table):
        marks = site.page("/d/" + id_.replace("__", "/", 1)).select(f".text mark.{kind}")
        spans = conn.execute(
            f"""select substr(v.text, f.start + 1, f.end - f.start) from {table} f join provisions p on p.id = f.provision_id
                join versions v on v.id = p.version_id where f.provision_id = ? order by f.start""",
            [id_],
        )
        if ["".join(mark.get_text().split()) for mark in marks] != ["".join(row[0].split()) for row in spans]:
            wrong.append(id_)
    assert wrong == []


def test_marks_change_no_character_of_the_text(site):
    words = site.page(f"/d/{SHANXI}/part_2__cl_1").select_one(".text")
    for ref in words.select(".ref"):
        ref.decompose()
    text = site.get(f"/d/{SHANXI}/part_2__cl_1.json").json()["text"]
    assert "".join(words.get_text().split()) == "".join(text.split())


def test_clause_gathers_the_facts_of_its_paragraphs(conn):
    facts = facts_of(conn, f"{SHANXI}__part_2__cl_1")
    assert [duty["agency_printed"] for duty in facts["duties"]][:2] == ["省人社厅", "省发展改革委"]
    assert facts["duties"][0]["role"] == "lead" and {duty["role"] for duty in facts["duties"][1:]} == {"support"}


def test_part_has_no_facts_of_its_own(conn):
    facts = facts_of(conn, f"{SHANXI}__part_2")
    assert not any(facts.values())


def test_paragraph_shows_the_themes_of_its_clause_as_such(site):
    heading = site.page(f"/d/{LIAONING}/part_4__cl_13__para_1").select_one(".facts-themes h2").get_text()
    assert heading == "主题 所在条款的"


def test_theme_names_the_words_that_speak_for_it(site):
    line = site.page(f"/d/{LIAONING}/part_4__cl_13").select_one(".facts-themes li").get_text()
    assert "编者判定，据“" in line


def test_audience_and_force_name_their_words(site, conn):
    page = site.page(f"/d/{SHANXI}/part_2__cl_1")
    words = page.select_one(".word-facts").get_text(" ", strip=True)
    for word, count in conn.execute("select word, count from provision_force where provision_id = ?", [f"{SHANXI}__part_2__cl_1"]):
        assert f"{word} {count} 次" in words


def test_words_of_facts_that_touch_or_cross_keep_every_character():
    unit = {"own": "甲 乙\n丙丁。戊己", "number": None, "heading": "甲乙丙丁", "number_inferred": 0, "marks": [(2, 5, "figure", 1), (5, 8, "duty", 1)]}
    cut = mark_own(unit, split_own(unit))
    assert "".join(words for words, _ in cut["lead"] + cut["tail"]) == "甲 乙丙丁。戊己"
    assert [words for words, kind in cut["lead"] + cut["tail"] if kind == "figure"] == ["乙丙"]


def test_every_agency_with_duties_is_listed_with_their_number(site, conn):
    stored = conn.execute("""
        select agency_id, count(distinct case role when 'lead' then provision_id end),
               count(distinct case role when 'support' then provision_id end) from responsibilities
        where agency_id is not null group by agency_id""")
    rows = [row for row in site.page("/agencies").select("tbody tr") if row.a]
    shown = {row.a["href"].rpartition("/")[2]: tuple(int(cell.get_text().split()[0]) for cell in row.select(".figure")[:2]) for row in rows}
    assert shown == {agency: (lead, support) for agency, lead, support in stored}


def test_agency_shows_every_duty_with_its_words(site, conn):
    duties = site.page("/agencies/finance").select(".duties > li")
    stored = conn.execute("select count(*) from responsibilities where agency_id = 'finance'").fetchone()[0]
    assert len(duties) == stored
    assert all(duty.select_one(".duty-words mark") for duty in duties)


def test_agency_leads_first(site):
    assert [section["aria-labelledby"] for section in site.page("/agencies/hrss").select(".role")] == ["lead", "support"]


def test_agencies_say_what_was_read_and_what_not(site):
    caption = site.page("/agencies").select_one(".caption").get_text()
    assert "责任括注" in caption and "多数省份的规划没有责任括注" in caption


def test_agency_of_the_register_without_duties_says_so(site, conn):
    idle = conn.execute("select id from agencies where id not in (select agency_id from responsibilities where agency_id is not null)").fetchone()
    if idle:
        assert "还没有读到它的责任" in site.page(f"/agencies/{idle[0]}").get_text()


def test_unknown_agency_is_said_to_be_unknown(site):
    assert site.page("/agencies/nothing", status=404).select_one(".links a[href='/agencies']")


@pytest.mark.parametrize(
    "text, place, words",
    [
        ("甲。乙丙(省人社厅、省教育厅负责)", "省教育厅", "(省人社厅、省教育厅负责)"),
        ("甲(乙)丙。省人社厅负责丁；戊", "省人社厅", "省人社厅负责丁；"),
        ("（甲（乙）省人社厅", "省人社厅", "（甲（乙）省人社厅"),
    ],
)
def test_words_around_a_duty(text, place, words):
    start = text.index(place)
    assert words_around(text, start, start + len(place)) == words


def test_document_lists_each_cited_document_once(conn):
    cited = citations_of(conn, HEBEI)["cites"]
    assert len({(one["title"], one["doc_number"]) for one in cited}) == len(cited)
    assert {"冀办字[2021]21号", "冀办发[2018]58号"} <= {one["doc_number"] for one in cited}


def test_document_does_not_cite_itself(site):
    cited = site.page(f"/d/{CHONGQING}").select_one("#citations")
    assert "重庆市“十四五”职业技能培训规划》" not in cited.get_text()
    assert "民办教育促进法" in cited.get_text()


def test_cited_document_of_the_corpus_is_linked_both_ways(tmp_path, site_db):
    from tests.site.conftest import Site

    copy = tmp_path / "kb.db"
    copy.write_bytes(site_db.read_bytes())
    with sqlite3.connect(copy) as connection:
        connection.execute("update citations set target_document_id = ? where document_id = ? and title = '民办教育促进法'", [HEBEI, CHONGQING])
    connection.close()
    linked = Site(copy)
    cites = linked.page(f"/d/{CHONGQING}").select_one(f"#citations a[href='/d/{HEBEI}']")
    cited_by = linked.page(f"/d/{HEBEI}").select_one(f"#citations a[href='/d/{CHONGQING}']")
    linked.close()
    assert cites and cited_by


def test_json_of_a_provision_holds_its_facts(site):
    facts = site.get(f"/d/{SHANXI}/part_2__cl_1.json").json()["facts"]
    assert facts["figures"][0]["text"] == "3万" and facts["themes"][0]["id"] == "enterprise-staff"
