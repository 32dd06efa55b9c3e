"""Addresses that are not the permanent one lead to it, or say in words where to go; hostile ones lead nowhere."""

from __future__ import annotations

import sqlite3
from urllib.parse import quote

import httpx
import pytest

from query.documents import read_document
from query.layout import walk
from query.sentences import list_sentences
from tests.site.conftest import HEBEI, LIAONING, SHANXI

D = f"/d/{LIAONING}"


@pytest.mark.parametrize(
    "path, status, target",
    [
        (f"{D}/cl_14", 302, f"{D}/part_5__cl_14"),
        (f"{D}@v1/cl_14", 302, f"{D}@v1/part_5__cl_14"),
        (f"{D}/cl_14.json", 302, f"{D}/part_5__cl_14.json"),
        (f"{D}/第五部分第（十四）条", 302, f"{D}/part_5__cl_14"),
        (f"{D}/第五部分（十四）.txt", 302, f"{D}/part_5__cl_14.txt"),
        (f"{D}/（十四）", 302, f"{D}/part_5__cl_14"),
        (f"{D}/第十四条第2句", 302, f"{D}/part_5__cl_14__sent_2"),
        (f"{D}/专栏3", 302, f"{D}/box_3"),
        (f"{D}/box_1_row_2", 302, f"{D}/box_1__row_2"),
        ("/d/辽人社发〔2022〕20号", 302, D),
        ("/d/辽人社发〔2022〕20号.json", 302, f"{D}.json"),
        ("/d/辽人社发〔2022〕20号/source", 302, f"{D}/source"),
        ("/d/辽人社发〔2022〕20号/changes", 302, f"{D}/changes"),
        ("/d/辽人社发〔2022〕20号@v1/专栏1第2行", 302, f"{D}@v1/box_1__row_2"),
        (f"/d/{LIAONING.upper()}", 301, D),
        (f"/d/{LIAONING.upper()}/part_5__cl_14", 301, f"{D}/part_5__cl_14"),
        (f"{D}@V1", 301, f"{D}@v1"),
    ],
)
def test_leads_to_the_permanent_address(site, path, status, target):
    response = site.get(quote(path))
    assert (response.status_code, response.headers.get("location")) == (status, target)
    assert site.get(target).status_code == 200


def test_what_may_be_several_is_offered_for_choice(site):
    page = site.page(quote(f"/d/{HEBEI}/第一项"), status=300)
    links = [link["href"] for link in page.select(".near a")]
    assert len(links) > 5 and f"/d/{HEBEI}/box_2__item_1" in links
    assert all(site.get(link).status_code == 200 for link in links)
    data = site.get(quote(f"/d/{SHANXI}/（一）.json"))
    assert (data.status_code, [one["eid"] for one in data.json()["choices"]]) == (300, ["part_2__cl_1", "part_3__cl_1", "part_4__cl_1"])


@pytest.mark.parametrize("path", [f"{D}/part_5__cl_99", f"{D}/第九十九条", f"{D}/part_5__cl_14__sent_99", f"{D}@v9/part_5__cl_14", "/d/某某号/cl_1"])
def test_what_means_nothing_is_a_404_that_helps(site, path):
    page = site.page(quote(path, safe="/@"), status=404)
    assert page.select("main a")


HOSTILE = [
    "/d//evil.example/cl_14", "/d/%5Cevil.example/cl_14", "/d/%2F%2Fevil.example", "/d/https:%2F%2Fevil.example/cl_14",
    f"{D}/cl_14%0d%0aX-Evil:1", f"{D}/%00cl_14", f"{D}/cl_14%5C", f"{D}/%EF%BC%8F%EF%BC%8Fevil.example", f"{D}/..%2f..%2fcl_14",
    f"{D}@v1%0d%0a/cl_14", f"{D}@evil.example/cl_14", f"{D}/%ff%fe", f"{D}/" + "cl_14__" * 200, f"{D}/" + quote("第一部分" * 500),
    f"{D}/cl_99999999999999999999", f"{D}/{quote('第' + '九' * 400 + '条')}", f"/d/{quote(chr(0x202E))}", f"{D}/cl_14?next=//evil.example",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_hostile_addresses_lead_nowhere_else(origin, path):
    """On a real server: what arrives there is what was sent."""
    response = httpx.get(origin + path, headers={"host": "evil.example"})
    location = response.headers.get("location", "").removesuffix("?next=//evil.example")  # which stays a parameter of ours
    assert response.status_code in (200, 300, 302, 400, 404, 414), response.status_code
    assert location in ("", D, f"{D}/part_5__cl_14"), location
    assert "x-evil" not in response.headers


def test_a_sentence_has_its_address_as_page_json_and_text(site):
    text = "推进高技能人才培训基地、职业技能培训示范基地、技能大师工作室(站)、产教融合实训基地、职业技能竞赛集训基地、远程职业培训平台等建设,发挥公共服务作用,形成覆盖全省的公共职业技能培训和创业实训网络。"
    page = site.page(f"{D}/part_5__cl_14__sent_2")
    assert [mark.get_text() for mark in page.select("mark.sentence")] == [text]
    assert page.select_one('link[rel="canonical"]')["href"] == f"{D}/part_5__cl_14"
    data = site.get(f"{D}/part_5__cl_14__sent_2.json").json()
    assert (data["text"], data["n"], data["of"], data["eid"]) == (text, 2, 4, "part_5__cl_14__sent_2")
    assert data["address"].endswith(f"{D}@v1/part_5__cl_14__sent_2")
    assert site.get(f"{D}/part_5__cl_14__sent_2.txt").text.startswith(text + "\n")


@pytest.mark.parametrize("document_id", [LIAONING, HEBEI, SHANXI])
def test_sentences_of_every_provision_are_its_words_at_their_place(site_db, document_id):
    connection = sqlite3.connect(site_db)
    text = connection.execute("select text from versions where document_id = ?", [document_id]).fetchone()[0]
    kinds = set()
    for unit in walk(read_document(connection, document_id)["provisions"]):
        sentences = list_sentences(unit)
        kinds.add((unit["kind"], bool(sentences)))
        assert [sentence["text"] for sentence in sentences] == [text[one["start"] : one["end"]] for one in sentences]
        assert [sentence["n"] for sentence in sentences] == list(range(1, len(sentences) + 1))
    assert {kind for kind, has in kinds if has} >= {"paragraph", "clause"}
