"""The original in view, the captured file to take away, and the public ledger."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import random
import re
import shutil
import sqlite3

import docx
import pytest
from bs4 import BeautifulSoup
from bs4.builder import HTMLParserTreeBuilder

from ingest.build import build
from ingest.rules import load_rules
from ingest.stamp import ROOT
from plugins.web import original_pages
from plugins.web.words import DOUBT_NAMES, FIELD_NAMES
from tests.conftest import CORPUS, DOCUMENT_IDS
from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI, Site, open_site

ODD, LONG, WORD = "ln-2030-odd", "ln-2031-long", "ln-2032-word"
HEAVIEST = 150_000  # bytes, zipped

ODD_SOURCE = """<html><head><title>头</title><script>alert(0)</script></head><body>
<h1>某省&lt;script&gt;alert(1)&lt;/script&gt;规划</h1><p>365平台app下载_365bet投注_bet体育&lt;img src=x onerror=alert(2)&gt;</p>
<p>一、总体要求</p><p>甲\u202e乙\u202c丙\u200b\u200b\u200b丁{{ 7*7 }}</p><p>&lt;/span&gt;戊\u2066己\u2069\ufeff庚</p></body></html>"""


@pytest.fixture(scope="session")
def odd_site(tmp_path_factory):
    """A site over a captured page full of markup and hidden signs, and over a text too long for one page."""
    folder = tmp_path_factory.mktemp("odd")
    draw = random.Random(5)
    (folder / "corpus").mkdir()
    (folder / "corpus" / "<i>.md").write_text("一、目标\n\n做好培训。\n\n二、措施\n\n加强领导。\n", encoding="utf-8")
    lines = ["".join(chr(draw.randrange(0x4E00, 0x9FA6)) for _ in range(400)) for _ in range(250)]
    for document_id, name, words in [(ODD, "v1.html", ODD_SOURCE), (LONG, "v1.txt", "一、总体要求\n" + "\n".join(lines) + "\n二、保障措施\n末尾。\n")]:
        document = folder / "corpus" / document_id
        document.mkdir(parents=True)
        (document / name).write_text(words, encoding="utf-8")
        (document / "document.yml").write_text("", encoding="utf-8")
    (folder / "corpus" / WORD).mkdir()
    word = docx.Document()
    for words in ("某省职业技能培训实施方案", "一、总体要求", "坚持就业导向。", "二、保障措施", "加强领导。"):
        word.add_paragraph(words)
    word.save(str(folder / "corpus" / WORD / "v1.docx"))
    (folder / "corpus" / WORD / "document.yml").write_text("", encoding="utf-8")
    build(folder / "corpus", folder / "kb.db")
    for site in open_site(folder / "kb.db"):
        site.folder = folder
        yield site


@pytest.fixture
def odd_files(odd_site, monkeypatch):
    monkeypatch.setattr(original_pages, "_ROOT", odd_site.folder)
    return odd_site


def read_back(site: Site, path: str) -> str:
    """The source's characters as a page of the original shows them, without what the site adds."""
    builder = HTMLParserTreeBuilder(preserve_whitespace_tags={"span", "del"})  # as the browser does, for the style says so
    text = BeautifulSoup(site.get(path).text, builder=builder).select_one(".source-text")
    for extra in text.select(".units, .why"):
        extra.decompose()
    for mark in text.select(".unseen"):
        mark.replace_with(chr(int(mark["data-code"])) * int(mark["data-times"]))
    return "".join(words.get_text() for words in text.select(".words"))


def text_of(site: Site, document_id: str) -> str:
    return site.get(f"/kb/versions.json?_shape=array&document_id={document_id}").json()[0]["text"]


# ---- the original ----


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_original_shows_every_character_in_order(site, document_id):
    assert read_back(site, f"/d/{document_id}/original") == text_of(site, document_id)


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_provision_and_its_place_lead_to_each_other(site, document_id):
    eids = {row["eid"] for row in site.get(f"/kb/provisions.json?_shape=array&_size=max&document_id={document_id}").json()}
    page = site.page(f"/d/{document_id}/original")
    assert eids <= {element["id"] for element in page.select(".source-text [id]")}
    assert {link["href"] for link in page.select(".units a")} == {f"/d/{document_id}/{eid}" for eid in eids}


def test_provision_opens_the_original_at_its_place(site):
    link = site.page(f"/d/{LIAONING}/part_5__cl_14").find("a", string="在原文全文中看")["href"]
    assert link == f"/d/{LIAONING}/original?at=part_5__cl_14#part_5__cl_14"
    lines = site.page(link.partition("#")[0]).select(".line.is-place")
    assert lines[0].select_one("#part_5__cl_14") and "(十五)" not in "".join(line.get_text() for line in lines)


def test_noise_is_struck_through_with_rule_and_reason(site):
    page = site.page(f"/d/{HEBEI}/original")
    struck = page.select_one("#removed-14")
    assert struck.name == "del" and struck.get_text() == "当前位置:"
    label = struck.find_next_sibling(class_="why")
    assert label.get_text() == "剔除 2：网站导航路径"
    assert page.select_one(label["href"]).select_one("code").get_text() == "breadcrumb"


def test_facts_name_their_field(site):
    page = site.page(f"/d/{LIAONING}/original")
    labels = {told.get_text(): told.find_next(class_="why").get_text() for told in page.select(".told")}
    assert labels["辽人社发〔2022〕20号"] == "文号"
    assert labels["2022年6月10日"] == "成文日期"
    assert labels["规划"].startswith("题名（兼据此得出")


def test_doubt_is_marked_with_its_message(site):
    page = site.page(f"/d/{CHONGQING}/original")
    assert page.select_one("#doubt-1").get_text() == "?"
    assert page.select_one("#doubt-1").find_next_sibling(class_="why").get_text() == "存疑 1：“?”处疑有字符丢失，照原样保留"


def test_pinned_original_leads_to_pinned_pages(site):
    links = site.page(f"/d/{LIAONING}@v1/original").select(".units a")
    assert all(link["href"].startswith(f"/d/{LIAONING}@v1/") for link in links)


def test_unknown_place_is_said_and_the_beginning_shown(site):
    page = site.page(f"/d/{LIAONING}/original?at=<b>nothing")
    assert "找不到" in page.select_one(".notice").get_text()
    assert page.select_one('.line[data-n="1"]')


@pytest.mark.parametrize("path", ["/d/nothing/original", f"/d/{LIAONING}@v9/original", "/ledger/nothing", f"/ledger/{LIAONING}@v9"])
def test_unknown_document_gets_a_page_that_says_so(site, path):
    assert "没有" in site.page(path, status=404).h1.get_text()


@pytest.mark.parametrize("given", ["0", "-1", "9" * 30, "x", "１", ""])
def test_odd_page_numbers_get_a_page(site, given):
    assert site.get(f"/d/{LIAONING}/original?page={given}").status_code == 200
    assert site.get(f"/ledger?page={given}").status_code == 200


def test_provision_shows_noise_struck_through_around_it(site):
    passage = site.page(f"/d/{CHONGQING}/box_1__row_6").select_one(".passage")
    assert [struck.get_text() for struck in passage.select("del.removed")] == ["|", "|"]
    assert passage.select(".why")[0].get_text() == "剔除：网页表格转成文本时留下的分隔符，不在表格行内"
    assert [doubted.get_text() for doubted in passage.select("mark .doubted")] == ["?", "?"]


# ---- what a source may try ----


def test_markup_of_a_source_stays_text(odd_site):
    for path in [f"/d/{ODD}/original", f"/ledger/{ODD}", "/ledger", f"/d/{ODD}/part_1"]:
        body = odd_site.get(path).text
        assert "<script>alert" not in body and "<img" not in body and "49" not in re.sub(r"[0-9a-f]{12,}|\?[0-9a-f]{8}", "", body), path


def test_hidden_signs_are_named_and_never_sent(odd_site):
    response = odd_site.get(f"/d/{ODD}/original")
    assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", response.text)
    page = odd_site.page(f"/d/{ODD}/original")
    assert [mark.get_text() for mark in page.select(".unseen")] == [
        "␣强制右至左 U+202E", "␣嵌入结束 U+202C", "␣零宽空格 U+200B ×3", "␣左至右隔离 U+2066", "␣隔离结束 U+2069", "␣零宽不换行空格 U+FEFF",
    ]  # fmt: skip
    assert read_back(odd_site, f"/d/{ODD}/original") == text_of(odd_site, ODD)


def test_long_original_comes_in_pages_under_the_weight(odd_site):
    pages = [odd_site.get(f"/d/{LONG}/original?page={n}") for n in (1, 2, 3)]
    assert all(len(gzip.compress(page.content, 6)) < HEAVIEST for page in pages)
    assert "".join(read_back(odd_site, f"/d/{LONG}/original?page={n}") for n in (1, 2, 3)) == text_of(odd_site, LONG)
    assert "共 3 页" in pages[0].text


def test_place_in_a_long_original_opens_its_page(odd_site):
    page = odd_site.page(f"/d/{LONG}/original?at=part_2")
    assert page.select_one(".is-place #part_2") and page.select_one("a[rel=prev]")


# ---- the captured file ----


def test_download_is_the_file_byte_for_byte_with_its_hash(site):
    response = site.get(f"/d/{HEBEI}@v1/source?download=1")
    data = (CORPUS / HEBEI / "v1.txt").read_bytes()
    assert response.content == data
    assert response.headers["x-source-sha256"] == hashlib.sha256(data).hexdigest()
    assert response.headers["content-disposition"] == f'attachment; filename="{HEBEI}@v1.txt"'
    assert response.headers["x-content-type-options"] == "nosniff"
    assert hashlib.sha256(data).hexdigest() in site.page(f"/d/{HEBEI}/original").select_one(".hash").get_text()


@pytest.mark.parametrize("query, kind", [("", "text/plain; charset=utf-8"), ("?download=1", "application/octet-stream")])
def test_captured_page_is_never_served_as_a_page(odd_files, query, kind):
    response = odd_files.get(f"/d/{ODD}/source{query}")
    assert response.text == ODD_SOURCE
    assert response.headers["content-type"] == kind
    assert "sandbox" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


def test_file_changed_since_the_build_is_not_passed_off_as_the_source(odd_files, monkeypatch):
    path = odd_files.folder / "corpus" / ODD / "v1.html"
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    try:
        response = odd_files.get(f"/d/{ODD}/source")
    finally:
        path.write_bytes(before)
    assert response.status_code == 503 and "有改动" in response.text


# ---- the ledger ----


def read_equation(page) -> list[int]:
    return [int(figure.get_text().replace(",", "")) for figure in page.select_one(".equation").select("b")]


@pytest.mark.parametrize("path", ["/ledger", *(f"/ledger/{document_id}" for document_id in DOCUMENT_IDS), f"/d/{HEBEI}/original"])
def test_the_equation_on_the_page_holds(site, path):
    page = site.page(path)
    visible, kept, told, removed = read_equation(page)
    assert visible == kept + told + removed > 0
    assert page.select_one(".equation").find_next_sibling(class_="verdict-mark").get_text() == "相符"


def test_every_row_of_the_ledger_adds_up(site):
    for row in site.page("/ledger").select(".ledger-table tbody tr, .ledger-table tfoot tr"):
        visible, kept, told, removed = (int(re.match(r"[\d,]+", cell.get_text())[0].replace(",", "")) for cell in row.select("td.figure")[:4])
        assert visible == kept + told + removed


def test_broken_accounting_shows(site_db, tmp_path):
    db = shutil.copy(site_db, tmp_path / "kb.db")
    with sqlite3.connect(db) as connection:
        connection.execute("delete from noise where version_id like 'ln-2022-zhiye%'")
    connection.close()
    for site in open_site(db):
        assert "不符：9 字没有归属" in site.page(f"/ledger/{LIAONING}").select_one(".sum").get_text()
        assert "差 9" in site.page("/ledger").select_one(".ledger-table tfoot").get_text()
        assert [mark.get_text().strip() for mark in site.page(f"/d/{LIAONING}/original").select(".unclaimed")] == ["编辑:省人社厅张宇"]


def test_ledger_as_data(site):
    data = site.get("/ledger.json").json()
    rows = list(csv.reader(io.StringIO(site.get("/ledger.csv").content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [row["document_id"] for row in data["versions"]]
    assert sum(int(row[4]) for row in rows[1:]) == data["total"]["visible"]
    assert rows[0][4:9] == ["可见字符", "归入条款", "记作题录", "剔除", "差额"]


def test_entries_as_data(site):
    data = site.get(f"/ledger/{HEBEI}.json").json()
    rows = list(csv.reader(io.StringIO(site.get(f"/ledger/{HEBEI}.csv").content.decode("utf-8-sig"))))
    assert len(rows) - 1 == len(data["entries"]) == 21
    assert rows[-1][1:3] == ["剔除", "see-also"]
    assert rows[-1][-1].endswith(f"/d/{HEBEI}@v1/original?at=removed-21#removed-21")


def test_narrowed_ledger(site):
    page = site.page(f"/ledger/{HEBEI}?rule=gambling-spam")
    assert [struck.get_text()[:8] for struck in page.select(".entry del")] == ["365平台app"] * 2
    assert [link.get_text() for link in site.page("/ledger?kind=lost-character").select(".ledger-table tbody td:first-child > a")] == ["重庆市“十四五”职业技能培训规划"]
    assert len(list(csv.reader(io.StringIO(site.get(f"/ledger/{HEBEI}.csv?rule=gambling-spam").text)))) == 3


@pytest.mark.parametrize(
    "path, words",
    [
        ("/ledger?rule=<b>none", "没有哪个版本按规则“<b>none”剔除过字符"),
        (f"/ledger/{SHANXI}?rule=breadcrumb", "这一版没有按规则“breadcrumb”剔除的字符"),
        (f"/ledger/{SHANXI}?kind=lost-character", "这一版没有“疑有缺字”的存疑"),
    ],
)
def test_nothing_found_says_so(site, path, words):
    assert words in site.page(path).select_one(".empty").get_text()


def test_curated_title_stands_with_its_reason(site):
    entry = site.page(f"/ledger/{SHANXI}").select_one(".entry.supplied").get_text()
    assert "题名：山西省职业技能提升行动实施方案" in entry and "捕获的文本没有标题" in entry


def test_ledger_is_linked_from_every_page(site):
    assert site.page("/about").select_one('.foot a[href="/ledger"]')


def test_a_word_file_is_offered_to_be_kept_and_not_shown_as_text(odd_files):
    assert "在浏览器里看" not in odd_files.page(f"/d/{WORD}/original").select_one(".source-facts").get_text()
    response = odd_files.get(f"/d/{WORD}/source")
    assert response.headers["content-disposition"] == f'attachment; filename="{WORD}@v1.docx"'
    assert response.content == (odd_files.folder / "corpus" / WORD / "v1.docx").read_bytes()


# ---- names and what was put aside ----


def test_every_recorded_field_has_a_chinese_name():
    recorded = {entry["field"] for name in ("labels.yml", "head.yml") for entry in load_rules(name)}
    written = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "ingest").rglob("*.py")))
    recorded |= set(re.findall(r'(?:Fact\(\s*|\bfield=)"([a-z_]+)"', written))
    # These are told apart into other fields before they are recorded.
    assert recorded - {"date", "page_date", "agency"} <= set(FIELD_NAMES)


def test_every_kind_of_doubt_has_a_chinese_name():
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "ingest").rglob("*.py"))
    kinds = set(re.findall(r'[dD]oubt\([^"]*"([a-z]+(?:-[a-z]+)+)"', written))
    assert {"line-joined", "table-uneven"} < kinds <= set(DOUBT_NAMES)


def test_ledger_lists_what_was_put_aside_and_why(odd_site, site):
    [row] = odd_site.page("/ledger").select(".put-aside tbody tr")
    assert [cell.get_text() for cell in row.select("td")] == ["<i>.md", "从题名、发文机关和文号看不出是哪个地区的，也没有年份；请用 kb add --id 指定编号后收录"]
    assert not site.page("/ledger").select("#put-aside")
