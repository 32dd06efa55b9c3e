"""What machines read: linked data, previews, Akoma Ntoso, feeds, the sitemap, robots.txt."""

from __future__ import annotations

import json
import re
import sqlite3

import feedparser
import pytest
from lxml import etree

from query.sitemap import write_sitemap
from tests.site.conftest import LIAONING, SHANXI
from tests.site.versioned import REASON

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def read_linked_data(page):
    return json.loads(page.select_one('script[type="application/ld+json"]').string)


def test_a_document_is_described_as_legislation(site):
    data = read_linked_data(site.page(f"/d/{LIAONING}"))
    assert data["@type"] == "Legislation" and data["name"] == "辽宁省“十四五”职业技能培训规划"
    assert (data["identifier"], data["legislationDate"], data["datePublished"]) == ("辽人社发〔2022〕20号", "2022-06-10", "2022-06-14")
    assert data["legislationIdentifier"] == "/akn/cn-ln/doc/2022/zhiye-jineng-peixun"
    assert data["temporalCoverage"] == "2021/2025"
    for encoding in data["encoding"]:
        response = site.get(encoding["contentUrl"].removeprefix("http://localhost"))
        assert response.status_code == 200 and response.headers["content-type"].startswith(encoding["encodingFormat"])


def test_what_is_not_known_is_not_described(site):
    data = read_linked_data(site.page(f"/d/{SHANXI}"))
    assert not {"legislationDate", "datePublished", "identifier", "legislationPassedBy", "isBasedOn"} & set(data)


def test_a_provision_is_a_part_of_its_document(site):
    data = read_linked_data(site.page(f"/d/{LIAONING}/part_5__cl_14"))
    assert data["isPartOf"]["@id"].endswith(f"/d/{LIAONING}")
    assert data["legislationIdentifier"].endswith("/zho@2022-06-10/~part_5__cl_14")


def test_a_preview_says_what_the_page_is(site):
    page = site.page(f"/d/{LIAONING}/part_5__cl_14")
    preview = {tag["property"]: tag["content"] for tag in page.select("meta[property]")}
    assert preview["og:title"] == "辽宁省“十四五”职业技能培训规划 第五部分第（十四）条"
    assert preview["og:url"] == f"http://localhost/d/{LIAONING}/part_5__cl_14"
    assert preview["og:description"].startswith("(十四)健全职业技能培训公共实训体系。")
    assert preview["article:published_time"] == "2022-06-14"


@pytest.mark.parametrize("path", ["/", f"/d/{LIAONING}", f"/d/{LIAONING}@v1/box_1__row_2", "/themes/apprenticeship", "/search?q=学徒"])
def test_every_alternate_is_there(site, path):
    links = site.page(path).select('link[rel="alternate"]')
    assert any(link["type"] == "application/atom+xml" for link in links)
    for link in links:
        response = site.get(link["href"])
        assert response.status_code == 200, link
        assert response.headers["content-type"].startswith(link["type"]), link


def read_feed(site, path):
    response = site.get(path)
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(response.content)
    assert not feed.bozo and feed.version == "atom10"
    assert feed.feed.id.startswith("tag:localhost,2026:") and feed.feed.updated
    ids = [entry.id for entry in feed.entries]
    assert len(set(ids)) == len(ids) and all(entry.updated_parsed and entry.link for entry in feed.entries)
    assert [link.href for link in feed.feed.links if link.rel == "self"]
    return feed


def test_feed_lists_the_documents_the_latest_first(site):
    entries = read_feed(site, "/feed.atom").entries
    assert len(entries) == 5
    assert [entry.updated for entry in entries] == sorted((entry.updated for entry in entries), reverse=True)
    liaoning = next(entry for entry in entries if entry.id == f"tag:localhost,2026:d/{LIAONING}@v1")
    assert liaoning.updated == "2022-06-14T00:00:00+08:00" and "2022-06-14 是发布日期" in liaoning.summary
    shanxi = next(entry for entry in entries if SHANXI in entry.id)
    assert "是语料发布日期（采集、发布、成文日期不详）" in shanxi.summary and "（题名代拟）" in shanxi.title


def test_feed_tells_new_versions_and_withdrawals(versioned):
    entries = {entry.id.rpartition(":")[2]: entry for entry in read_feed(versioned, "/feed.atom").entries}
    assert entries[f"d/{LIAONING}@v2"].title.startswith("第2版：")
    assert entries[f"d/{LIAONING}@v2"].updated.startswith("2024-03-01")
    assert entries[f"d/{LIAONING}@v1"].updated.startswith("2022-06-20")
    withdrawn = entries[f"d/{SHANXI}/withdrawn"]
    assert withdrawn.title.startswith("撤回：") and REASON in withdrawn.summary and withdrawn.updated.startswith("2023-01-01")


def test_ids_of_entries_outlive_a_rebuild(site, versioned):
    before = {entry.id for entry in read_feed(site, "/feed.atom").entries}
    assert before < {entry.id for entry in read_feed(versioned, "/feed.atom").entries}


def test_feed_of_a_theme_names_provisions(site):
    entries = read_feed(site, "/themes/apprenticeship.atom").entries
    liaoning = next(entry for entry in entries if LIAONING in entry.link)
    places = re.findall(r'href="http://localhost(/d/[^"]+)"', liaoning.content[0].value)
    assert places and all(site.get(place).status_code == 200 for place in places)
    assert site.get("/themes/nothing.atom").status_code == 404


def test_feed_of_a_search_keeps_to_its_facets(site):
    feed = read_feed(site, "/search.atom?q=学徒&province=ln")
    assert {re.search(r"/d/([a-z]+)-", entry.link)[1] for entry in feed.entries} == {"ln"}
    assert "学徒" in feed.feed.title
    assert read_feed(site, "/search.atom?q=龘龘").entries == []
    assert site.get("/search.atom").status_code == 400


def test_hostile_words_break_no_feed(hostile_site):
    for path in ("/feed.atom", "/search.atom?q=甲乙丙", "/search.atom?q=%00%3C!%5BCDATA%5B", "/themes/t1.atom"):
        etree.fromstring(hostile_site.get(path).content)


def test_sitemap_lists_pages_that_are_there(site):
    root = etree.fromstring(site.get("/sitemap.xml").content)
    addresses = [loc.text.removeprefix("http://localhost") for loc in root.iter(f"{SITEMAP}loc")]
    assert len(addresses) == len(set(addresses))
    assert {f"/d/{LIAONING}", f"/d/{LIAONING}/part_5__cl_14", f"/d/{LIAONING}/box_1__row_2", "/themes/apprenticeship"} <= set(addresses)
    for address in addresses[:: len(addresses) // 25]:
        assert site.get(address).status_code in (200, 302), address


def test_a_long_sitemap_is_an_index_of_pieces(site_db):
    conn = sqlite3.connect(f"{site_db.as_uri()}?mode=ro", uri=True)

    def read(number=None, most=200):
        body = write_sitemap(conn, "https://kb.example{}".format, number, most)
        return [loc.text for loc in etree.fromstring(body).iter(f"{SITEMAP}loc")] if body else None

    whole = read(most=50_000)
    pieces = read()
    assert pieces == [f"https://kb.example/sitemap-{n}.xml" for n in range(1, len(pieces) + 1)]
    assert [address for n in range(1, len(pieces) + 1) for address in read(n)] == whole
    assert read(len(pieces) + 1) is None
    conn.close()


def test_robots_are_told_where_the_sitemap_is(site):
    text = site.get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in text and "Disallow: /search" in text
    assert not re.search(r"Disallow: /(d|themes)?$", text, re.MULTILINE)
