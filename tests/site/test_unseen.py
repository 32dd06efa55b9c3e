"""In a large corpus a document is compared with its nearest only: of the others no page says that they are silent.

Six documents, each compared with the two nearest: three on training, three on water. A curator pins one provision of
Liaoning's training plan to Jiangsu's water plan, so that these two are compared as well.
"""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from openpyxl import load_workbook

from cli.__main__ import kb
from ingest.build import build
from ingest.draft import learn_tagger, parse_draft
from query.database import open_database
from query.draft import review
from query.draft_word import say_counts
from query.neighbours import all_compared, compared_with
from query.relate import load_meaning
from tests.conftest import CORPUS
from tests.site.browsing import NARROW, NEEDS_BROWSER, WIDE, Reader, browser, overflow  # noqa: F401
from tests.site.conftest import open_site, serve_on_a_port

TRAINING, WATER = ("ln", "he", "cq"), ("js", "gd", "sd")
APPRENTICES = ("推行新型学徒制", "企业与院校联合培养新型学徒，实行校企双师培养，按规定给予培训补贴。")
CONTEST = ("广泛开展技能竞赛", "举办职业技能大赛，选拔优秀选手参加全国技能竞赛，对获奖选手给予表彰奖励。")
TEACHERS = ("加强师资队伍建设", "建立专兼职教师队伍，聘请高技能人才担任兼职教师，定期开展师资研修培训。")
SOURCES = ("保护农村饮用水源", "划定饮用水源保护区，治理生活污水和垃圾，定期监测水质，建立水源巡查制度。")
RIVERS = ("整治黑臭河道", "疏浚河道淤泥，封堵入河排污口，修复河岸植被，恢复河道生态流量。")
DRAINS = ("改造雨水管网", "新建改造排水管网，消除易涝积水点，提高雨水泵站抽排能力。")


def id_of(place: str) -> str:
    return f"{place}-2022-{'peixun' if place in TRAINING else 'shuili'}"


def write_plan(corpus: Path, place: str) -> None:
    matter, headed = ("职业技能培训", (APPRENTICES, CONTEST, TEACHERS)) if place in TRAINING else ("水环境治理", (SOURCES, RIVERS, DRAINS))
    # Teachers and drains are in two plans of the three each.
    headed = headed[:2] if place in ("cq", "sd") else headed
    body = "\n\n".join(f"（{'一二三'[n]}）{heading}\n\n{text}" for n, (heading, text) in enumerate(headed))
    folder = corpus / id_of(place)
    folder.mkdir(parents=True)
    (folder / "v1.txt").write_text(f"{matter}规划\n\n一、主要任务\n\n{body}\n", encoding="utf-8")
    (folder / "document.yml").write_text(f"title: {matter}规划\nissued_on: 2022-03-01\n", encoding="utf-8")


def build_far(folder: Path) -> None:
    corpus = folder / "corpus"
    for place in (*TRAINING, *WATER):
        write_plan(corpus, place)
    for name in ("themes.yml", "theme-words.yml", "agencies.yml", "audiences.yml", "lexicon.txt", "synonyms.yml"):
        shutil.copy(CORPUS / name, corpus / name)
    pinned = f"[{id_of('ln')}/part_1__cl_3, {id_of('js')}/part_1__cl_3]"
    (corpus / "alignments.yml").write_text(f"- pin: {pinned}\n  reason: 试验\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.spread._can_fork", lambda: True)  # see test_spread.py
        patch.setattr("align.counterparts.MOST_DOCUMENTS", 2)
        build(corpus, folder / "kb.db")


@pytest.fixture(scope="module")
def far_db(build_once) -> Path:
    return build_once("far", build_far)


@pytest.fixture(scope="module")
def conn(far_db) -> sqlite3.Connection:
    return open_database(far_db)


@pytest.fixture(scope="module")
def far(far_db):
    yield from open_site(far_db)


def ids(*places: str) -> set[str]:
    return {id_of(place) for place in places}


@pytest.mark.parametrize(
    "place, others",
    [("he", ("ln", "cq")), ("gd", ("js", "sd")), ("ln", ("he", "cq", "js")), ("js", ("gd", "sd", "ln"))],
)
def test_compared_are_the_nearest_and_what_a_curator_pins(conn, place, others):
    assert compared_with(conn, id_of(place)) == ids(*others)
    assert not all_compared(conn)


def test_a_document_without_provisions_is_silent_to_all(far_db, tmp_path):
    copy = shutil.copy(far_db, tmp_path / "kb.db")
    with sqlite3.connect(copy) as connection:
        connection.execute("insert into documents(id, province_code, province, title, issuers) values ('ln-1999-kong', 'ln', '辽宁', '空', '[]')")
    connection.close()
    conn = open_database(copy)
    assert "ln-1999-kong" in compared_with(conn, id_of("gd"))
    assert compared_with(conn, "ln-1999-kong") == ids(*TRAINING, *WATER)


def test_the_corpus_is_compared_whole(site_db):
    assert all_compared(open_database(site_db))


def test_silent_are_only_those_that_were_compared(far):
    """Teachers: Liaoning and Hebei have the clause, Chongqing was read in vain, the water plans were not read."""
    found = far.get(f"/counterparts/{id_of('he')}__part_1__cl_3.json").json()
    assert {d["id"] for d in found["documents"]} == ids("ln")
    assert {d["id"] for d in found["silent"]} == ids("cq")
    assert found["not_compared"]["total"] == 3 and {d["id"] for d in found["not_compared"]["documents"]} == ids(*WATER)


def test_provision_page_says_what_was_not_compared_and_what_to_do(far):
    block = far.page(f"/d/{id_of('he')}/part_1__cl_3").select_one(".counterparts")
    silent, unseen = (caption.text for caption in block.select(".caption"))
    assert "水环境" not in silent and "重庆" in silent
    assert "另有 3 份文件" in unseen and "没有逐条比对" in unseen
    ways = [a["href"] for a in block.select(".not-compared a")]
    assert len(ways) == 2 and {far.get(way).status_code for way in ways} == {200}


def test_nothing_is_said_where_all_were_compared(site):
    for path in ("/d/ln-2022-jigong-jiaoyu/part_4__cl_11", "/measures?least=1"):
        assert "比对过" not in site.get(path).text and "未比对" not in site.get(path).text


def state_of(found, label: str, place: str) -> str:
    measure = next(m for m in found["measures"] if m["label"] == label)
    return next(cell["state"] for cell in measure["cells"] if cell["document_id"] == id_of(place))


@pytest.mark.parametrize(
    "label, place, state",
    [("推行新型学徒制", "gd", "unseen"), ("推行新型学徒制", "js", "absent"), ("整治黑臭河道", "cq", "unseen"), ("整治黑臭河道", "ln", "absent")],
)
def test_a_cell_is_unseen_where_no_document_of_the_measure_was_compared(far, label, place, state):
    assert state_of(far.get("/measures.json").json(), label, place) == state


@pytest.mark.parametrize("state, other", [("unseen", "absent"), ("absent", "unseen")])
def test_rows_are_narrowed_to_the_unseen_apart_from_the_absent(far, state, other):
    every = far.get("/measures.json?least=1").json()["measures"]
    for place in ("gd", "cq"):
        found = far.get(f"/measures.json?least=1&of={id_of(place)}&state={state}").json()
        wanted = {m["id"] for m in every for c in m["cells"] if c["document_id"] == id_of(place) and c["state"] == state}
        assert {m["id"] for m in found["measures"]} == wanted
    assert {c["state"] for m in every for c in m["cells"]} >= {state, other}


def test_no_row_is_unseen_in_a_corpus_that_is_compared_whole(site):
    found = site.get("/measures.json?of=ln-2022-zhiye-jineng-peixun&state=unseen").json()
    assert found["measures"] == [] and "unseen" not in found["states"]


def test_matrix_names_the_state_in_cells_legend_and_filter(far):
    page = far.page("/measures")
    assert {cell.b.text for cell in page.select("td.unseen")} == {"未比对"}
    assert page.select_one(".states-legend dt.unseen").text == "未比对"
    assert page.select_one('select[name=state] option[value=unseen]').text == "未比对"


def test_files_to_take_away_name_the_state(far):
    lines = list(csv.DictReader(io.StringIO(far.get("/measures.csv").content.decode("utf-8-sig"))))
    assert {line["查找范围"] for line in lines if line["措辞"] == "未比对"} == {"没有比对"}
    assert all("条" in line["查找范围"] for line in lines if line["措辞"] == "未提及")
    book = load_workbook(io.BytesIO(far.get("/measures.xlsx").content))
    assert any("未比对：" in str(row[1].value) for row in book["说明"].iter_rows())
    word = Document(io.BytesIO(far.get("/measures.docx").content))
    assert any(cell.text == "未比对" for row in word.tables[0].rows for cell in row.cells)
    assert any("不能当作没有提到" in paragraph.text for paragraph in word.paragraphs)


def test_terminal_says_the_same(far_db):
    def run(*arguments: str) -> str:
        return CliRunner().invoke(kb, [*arguments, "--db", str(far_db)]).output

    assert "未比对：另有 3 份文件" in run("counterparts", f"{id_of('he')}/part_1__cl_3")
    assert "未比对" in run("measures")


def test_what_is_of_no_measure_is_not_said_to_be_alone_in_the_corpus(far):
    assert "比对过的文件里没有找到" in far.page(f"/compare?m={id_of('he')}/part_1", status=404).text


DRAFT = f"某省职业技能培训规划\n\n一、主要任务\n\n（一）{APPRENTICES[0]}\n\n{APPRENTICES[1]}\n\n（二）{TEACHERS[0]}\n\n{TEACHERS[1]}\n"


@pytest.fixture
def reviewed(conn, monkeypatch):
    monkeypatch.setattr("align.counterparts.MOST_DOCUMENTS", 3)
    return review(conn, parse_draft(DRAFT, tagger=learn_tagger(conn, load_meaning(conn).cut.cut)))


def test_a_draft_is_told_of_silence_only_by_documents_it_was_compared_with(reviewed):
    assert (reviewed["counts"]["documents"], reviewed["counts"]["compared"]) == (6, 3)
    assert {d["id"] for d in reviewed["documents"] if d["is_compared"]} == ids(*TRAINING)
    teachers = reviewed["units"][-1]
    assert teachers["silent"] == [id_of("cq")]
    assert "内容最近的 3 份文件" in say_counts(reviewed)[0] and "另有 3 份文件" in say_counts(reviewed)[0]


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
class TestLook:
    pytestmark = NEEDS_BROWSER

    def test_unseen_differs_from_absent_without_colour(self, far_db, browser, viewport):  # noqa: F811
        with serve_on_a_port(far_db) as origin:
            reader = Reader(browser, origin, viewport)
            page = reader.open("/measures")
            border = "(query) => getComputedStyle(document.querySelector(query)).borderTopStyle"
            assert page.evaluate(border, "td.unseen .state") == "dashed" != page.evaluate(border, "td.absent .state")
            assert overflow(page) == 0
            assert page.evaluate(border, "td.unseen") != "dashed", "the mark of an unseen character is drawn around the cell"
            page.emulate_media(media="print")
            assert page.evaluate(border, "td.unseen .state") == "dashed"
            reader.context.close()
