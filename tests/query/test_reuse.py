"""Shared wording as the pages, the provisions and the comparison ask for it."""

from __future__ import annotations

import sqlite3

import pytest

import query.reuse_shares
from query.reuse import A_PAGE, list_passages, passages_of_provision, read_family, stock_spans
from query.reuse_shares import choose_minimum, describe_reuse, list_share_rows

HEBEI, LIAONING, SHANXI = "he-2022-zhiye-jineng-peixun", "ln-2022-zhiye-jineng-peixun", "sx-2019-jineng-tisheng"


@pytest.fixture(scope="module")
def conn(site_db):
    connection = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    yield connection
    connection.close()


def walk_pages(conn, *args, **kwargs):
    first = list_passages(conn, *args, **kwargs)
    found = [first, *(list_passages(conn, *args, **kwargs, page=page) for page in range(2, first["pages"] + 1))]
    assert sum(len(page["passages"]) for page in found) == first["total"]
    return [passage for page in found for passage in page["passages"]]


def test_pages_hold_each_passage_once_the_longest_first(conn):
    passages = walk_pages(conn, 20)
    assert len({p["id"] for p in passages}) == len(passages) > A_PAGE
    lengths = [p["length"] for p in passages]
    assert lengths == sorted(lengths, reverse=True) and lengths[-1] >= 20


def test_most_widespread_first(conn):
    documents = [p["documents"] for p in walk_pages(conn, 12, sort="documents")]
    assert documents == sorted(documents, reverse=True) and documents[0] >= 4


def test_pair_shows_the_two_and_no_others(conn):
    for passage in walk_pages(conn, 20, HEBEI, LIAONING):
        assert {m["document_id"] for m in passage["members"]} == {HEBEI, LIAONING}
        assert passage["members"][0]["document_id"] == HEBEI


def test_pair_is_the_same_either_way(conn):
    either = [{p["id"] for p in walk_pages(conn, 20, *pair)} for pair in ((HEBEI, LIAONING), (LIAONING, HEBEI))]
    assert either[0] == either[1] != set()


def test_one_document_is_in_each_of_its_passages(conn):
    passages = walk_pages(conn, 12, SHANXI)
    assert passages and all(SHANXI in {m["document_id"] for m in p["members"]} for p in passages)


def test_words_of_a_place_are_those_of_the_text(conn):
    for passage in list_passages(conn, 12)["passages"]:
        for member in passage["members"]:
            text = conn.execute("select text from versions where document_id = ?", [member["document_id"]]).fetchone()[0]
            assert member["text"] == text[member["start"] : member["end"]] == "".join(words for words, _ in member["words"])


def test_source_is_told_in_words_that_claim_no_more(conn):
    passage = next(p for p in walk_pages(conn, 50) if {m["document_id"] for m in p["members"]} == {HEBEI, LIAONING})
    assert passage["origin"] == ["两份文件都引用了《“十四五”职业技能培训规划》，可能同出于它。", "成文最早的是河北省（2022-04-06）。"]


def test_nothing_is_said_of_age_where_a_date_is_unknown(conn):
    for passage in walk_pages(conn, 12, SHANXI):
        assert not any("最早" in sentence for sentence in passage["origin"])


def test_family_has_all_its_places(conn):
    for id_, places in conn.execute("select id, places from reuse_families order by documents desc, id limit 20").fetchall():
        family = read_family(conn, id_)
        assert len(family["members"]) == places and family["more"] == 0
    assert read_family(conn, "nothing") is None


def test_provision_shows_its_own_words_first(conn):
    clause = f"{HEBEI}__part_9__cl_30"
    passages = passages_of_provision(conn, clause)
    assert [p["members"][0]["provision_id"] for p in passages] == [clause] * len(passages) != []
    starts = [p["members"][0]["start"] for p in passages]
    assert starts == sorted(starts)
    assert all(HEBEI not in {m["document_id"] for m in p["members"][1:]} and len(p["members"]) > 1 for p in passages)


def test_part_of_a_provision_shows_what_touches_it(conn):
    clause = f"{HEBEI}__part_9__cl_30"
    assert {p["id"] for p in passages_of_provision(conn, f"{clause}__para_1")} == {p["id"] for p in passages_of_provision(conn, clause)}


@pytest.mark.parametrize("id_", ["nothing", f"{HEBEI}__part_9"])
def test_container_and_unknown_provision_have_none(conn, id_):
    assert passages_of_provision(conn, id_) == []


def test_shares_of_a_document_add_up(conn):
    found = describe_reuse(conn, 20)
    assert [d["own_share"] for d in found["documents"]] == sorted(d["own_share"] for d in found["documents"])
    for document in found["documents"]:
        assert document["own"] + document["shared"] == document["characters"]
        assert max(found["matrix"][document["id"]].values()) == document["nearest"]["characters"]


def test_stock_phrases_are_found_in_print(conn):
    text = "请认真贯彻执行。按照党中央、国务院部署，建设公共实训基地。"
    assert [text[a:b] for a, b in stock_spans(conn, text)] == ["认真贯彻执行", "党中央、国务院"]


@pytest.mark.parametrize("typed, chosen, is_remarked", [(None, 20, False), ("30", 30, False), ("25", 20, True), ("9999", 100, True), ("abc", 20, True), ("-1", 20, True)])
def test_least_length_is_one_that_is_offered(typed, chosen, is_remarked):
    minimum, remark = choose_minimum(typed)
    assert (minimum, remark is not None) == (chosen, is_remarked)


def test_of_many_pairs_each_document_keeps_those_with_which_it_shares_most_and_says_so(conn, monkeypatch):
    whole = list_share_rows(conn)
    monkeypatch.setattr(query.reuse_shares, "MOST_PAIRS", 10)
    cut = list_share_rows(conn)
    pairs = [row for row in cut if row["other_id"]]
    assert len(pairs) == 10 and all(row in whole for row in pairs)
    firsts = [row["other_title"] for row in cut if not row["other_id"]]
    assert firsts == ["（任一其他文件；共 4 份，此表列出相同最多的 2 份）"] * 5
    best = {id_: sorted((r["shared_20"] for r in whole if r["document_id"] == id_ and r["other_id"]), reverse=True)[:2] for id_ in {r["document_id"] for r in whole}}
    assert {id_: sorted((r["shared_20"] for r in pairs if r["document_id"] == id_), reverse=True) for id_ in best} == best


def test_one_document_with_all_others(conn):
    whole = list_share_rows(conn)
    document = whole[0]["document_id"]
    assert list_share_rows(conn, document) == [row for row in whole if row["document_id"] == document]
    assert list_share_rows(conn, "no-2020-such") == []
