"""Versions on the site: a pinned address keeps its words, and pages say what one reads and what changed."""

from __future__ import annotations

import sqlite3

import httpx
import pytest

from ingest.published import read_published
from tests.site.conftest import LIAONING, SHANXI, serve_on_a_port
from tests.site.test_original import read_back
from tests.site.versioned import NOTE, REASON

D = f"/d/{LIAONING}"
OLD_WORDS, NEW_WORDS = "推动公共实训基地开放公共资源", "推动公共实训基地免费开放"


def test_a_pinned_address_keeps_its_words_and_says_that_there_are_newer_ones(versioned):
    page = versioned.page(f"{D}@v1/part_5__cl_14")
    assert OLD_WORDS in page.find(class_="text").get_text()
    notice = page.find(class_="older").get_text()
    assert "第1版（2022年6月20日采集）" in notice and "2024年3月1日采集的第2版" in notice
    assert page.select_one(f'.older a[href="{D}/part_5__cl_14"]')
    assert page.select_one('link[rel="canonical"]')["href"] == f"{D}@v1/part_5__cl_14"


def test_the_plain_address_shows_the_newest_words_and_names_the_versions(versioned):
    page = versioned.page(f"{D}/part_5__cl_14")
    assert NEW_WORDS in page.find(class_="text").get_text() and not page.find(class_="older")
    history = [line.get_text(" ", strip=True) for line in page.select(".history li")]
    assert len(history) == 2 and "第2版" in history[0] and "文字有改动" in history[0] and "第1版" in history[1]
    target = page.find("a", string="逐字看改动")["href"]
    path, _, anchor = target.partition("#")
    assert versioned.page(path).find(id=anchor)


def test_a_provision_that_only_moved_is_told_from_one_that_changed(versioned):
    page = versioned.page(f"{D}/part_3__cl_9")
    history = page.select(".history li")
    assert "文字没有变，只是位置变了" in history[0].get_text()
    assert history[1].select_one(f'a[href="{D}@v1/part_3__cl_10"]')
    assert "是另一条" in history[1].get_text() and history[1].select_one(f'a[href="{D}@v1/part_3__cl_9"]')


def test_a_provision_that_the_new_version_dropped_says_so(versioned):
    page = versioned.page(f"{D}@v1/part_3__cl_9")
    assert "开展康养职业技能培训" in page.find(class_="text").get_text()
    assert "已没有这一条" in page.find(class_="older").get_text()


def test_an_old_address_leads_to_the_provision_under_its_new_number(versioned):
    response = versioned.get(f"{D}/part_3__cl_10.json")
    assert (response.status_code, response.headers["location"]) == (302, f"{D}/part_3__cl_9.json")


def test_an_address_whose_provision_was_dropped_is_gone_with_its_last_words(versioned):
    page = versioned.page(f"{D}/part_9__cl_38", status=410)
    assert "第2版中已没有这一条" in page.get_text() and "加强宣传引导" in page.find(class_="last-words").get_text()
    pinned = page.find("a", string="在第1版中看")["href"]
    assert "加强宣传引导" in versioned.page(pinned).find(class_="text").get_text()
    data = versioned.get(f"{D}/part_9__cl_38.json")
    assert (data.status_code, data.json()["retired"]["pinned"]) == (410, f"{D}@v1/part_9__cl_38")
    assert versioned.get(f"{D}/part_9__cl_38.txt").status_code == 410


def test_the_page_of_a_document_names_its_versions(versioned):
    facts = versioned.page(D).find(class_="facts").get_text()
    assert "2022年6月20日采集" in facts and "2024年3月1日采集（现行）" in facts and NOTE in facts
    old = versioned.page(f"{D}@v1")
    assert "旧版本" in old.find(class_="older").get_text()
    assert "(九)" in old.find(class_="text").get_text() and old.find(class_="text").find(id="part_3__cl_10")


def test_changes_are_shown_word_by_word_and_counted(versioned):
    page = versioned.page(f"{D}/changes?from=1&to=2")
    changed = page.find(id="part_5__cl_14__para_1")
    assert [words.get_text() for words in changed.find_all("ins")] == ["免费开放"]
    assert [words.get_text() for words in changed.find_all("del")] == ["开放公共资源"]
    data = versioned.get(f"{D}/changes.json").json()
    assert {change: data["counts"][change] for change in ("changed", "added", "removed", "moved")} == {
        "changed": 1, "added": 2, "removed": 4, "moved": 2,
    }  # fmt: skip
    assert sum(data["counts"].values()) == len(data["units"])


@pytest.mark.parametrize("query", ["", "?from=1", "?to=2", "?from=2&to=1", "?from=v1&to=v2"])
def test_the_earlier_version_comes_first_however_it_is_asked(versioned, query):
    data = versioned.get(f"{D}/changes.json{query}").json()
    assert (data["from"]["n"], data["to"]["n"]) == (1, 2)


@pytest.mark.parametrize("query", ["?from=x", "?to=9", "?from=99999999999", "?from=-1", "?from=1&to=%00"])
def test_a_version_that_is_none_is_answered_in_one_line(versioned, query):
    assert "现有第1、2版" in versioned.page(f"{D}/changes{query}", status=404).h1.get_text()


def test_one_version_has_nothing_to_compare(versioned):
    assert "只采集过一版" in versioned.page(f"/d/{SHANXI}/changes").get_text()


def test_a_withdrawn_document_keeps_its_pages_with_a_notice(versioned):
    for path in (f"/d/{SHANXI}", f"/d/{SHANXI}/part_2__cl_1", f"/d/{SHANXI}@v1/part_2__cl_1"):
        notice = versioned.page(path).find(class_="withdrawn").get_text()
        assert "2023年1月1日" in notice and REASON in notice
    data = versioned.get(f"/d/{SHANXI}.json").json()
    assert (data["is_withdrawn"], data["withdrawn_on"], data["withdrawn_reason"]) == (True, "2023-01-01", REASON)
    hits = versioned.page(f"/search?q=培训&doc={SHANXI}").select(".hit")
    assert hits and all("已失效" in hit.get_text() for hit in hits)
    assert not versioned.page(f"/search?q=培训&doc={LIAONING}").select(".hit .tag.withdrawn")


def test_every_address_that_was_ever_published_answers_on_a_real_server(versioned_db):
    """The whole promise: 200, a redirect that ends at 200, or 410; never 404."""
    paths = []
    for document in sorted((versioned_db.parent / "corpus" / "published").glob("*.tsv")):
        for entry in read_published(document).entries:
            paths += [f"/d/{document.stem}/{entry.eid}", f"/d/{document.stem}@v{entry.version}/{entry.eid}"]
    assert len(paths) > 1200
    with serve_on_a_port(versioned_db) as origin, httpx.Client(base_url=origin) as client:
        answers: dict[str, int] = {}
        for path in paths:
            response = client.get(f"{path}.json")
            while response.is_redirect:
                response = client.get(response.headers["location"])
            answers[path] = response.status_code
    assert {path: status for path, status in answers.items() if status not in (200, 410)} == {}
    assert [path for path, status in answers.items() if status == 410] == [f"{D}/part_9__cl_38", f"{D}/part_9__cl_38__para_1"]


def test_every_alias_leads_to_a_provision(versioned_db):
    connection = sqlite3.connect(versioned_db)
    lost = connection.execute(
        "select old_id from aliases where new_id not in (select id from provisions)"
        " and replace(new_id, '@v2', '') not in (select id from provisions) and new_id not in (select id from past_provisions)"
    )
    assert lost.fetchall() == []


def test_each_version_has_its_own_original_and_its_own_line_in_the_ledger(versioned):
    rows = [(row["document_id"], row["version"], row["is_balanced"]) for row in versioned.get("/ledger.json").json()["versions"]]
    assert [row for row in rows if row[0] == LIAONING] == [(LIAONING, 2, True), (LIAONING, 1, True)]
    old = versioned.page(f"{D}@v1/original")
    assert "旧版本" in old.select_one(".notice").get_text()
    assert {link["href"].rpartition("/")[0] for link in old.select(".units a")} == {f"{D}@v1"}
    assert "(三十八)加强宣传引导" in read_back(versioned, f"{D}@v1/original")
    assert "(三十八)" not in read_back(versioned, f"{D}/original")
