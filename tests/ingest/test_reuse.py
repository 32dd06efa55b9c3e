"""What the build stores of shared wording: as printed, in place, and the same for the same corpus."""

from __future__ import annotations

import sqlite3

import pytest
import sqlite_utils

from align.matches import LEAST_IDENTICAL
from align.reuse import LEAST_LENGTH
from align.stock import LEAST_LENGTH as LEAST_PHRASE
from ingest.reuse import TABLES, create_reuse_schema, store_reuse
from lang.tokens import fold


@pytest.fixture(scope="module")
def db(site_db):
    connection = sqlite3.connect(f"file:{site_db}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()


def matching(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


@pytest.fixture(scope="module")
def passages(db):
    return db.execute("select * from shared_passages").fetchall()


def test_every_place_but_the_source_has_its_counterpart(db, passages):
    assert len(passages) == db.execute("select count(*) from reuse where not is_source").fetchone()[0] > 0


def test_verbatim_passages_read_the_same(passages):
    verbatim = [p for p in passages if p["kind"] == "verbatim"]
    assert verbatim and [p["id"] for p in verbatim if matching(p["text"]) != matching(p["source_text"])] == []


def test_near_passages_read_otherwise_and_reach_the_threshold(passages):
    near = [p for p in passages if p["kind"] == "near"]
    assert near and [p["id"] for p in near if not LEAST_IDENTICAL <= p["identical"] < 1 or matching(p["text"]) == matching(p["source_text"])] == []


def test_no_passage_is_shorter_than_the_floor(passages):
    """The number of an item inside counts as one character, however it is printed."""
    assert [p["id"] for p in passages if not LEAST_LENGTH <= p["length"] <= len(matching(p["text"]))] == []


def test_place_lies_in_the_own_characters_of_its_unit(db):
    """The first and the last character belong to units that search shows as the provision named."""
    sql = """
        select r.id from reuse r where not exists (
            select 1 from provisions p where p.unit_id = r.provision_id and p.start <= r.start and r.start < p.own_end
        ) or not exists (
            select 1 from provisions p where p.unit_id = r.provision_id and p.start < r."end" and r."end" <= p.own_end
        )
    """
    assert [row[0] for row in db.execute(sql)] == []


def test_no_place_holds_noise(db):
    sql = """
        select r.id from reuse r join documents d on d.id = r.document_id join noise n on n.version_id = d.current_version
        where n.start < r."end" and n."end" > r.start and (n.start <= r.start or n."end" >= r."end")
    """
    assert [row[0] for row in db.execute(sql)] == []


def test_family_counts_what_it_holds(db):
    sql = """
        select f.id from reuse_families f join reuse r on r.family_id = f.id group by f.id
        having f.places != count(*) or f.documents != count(distinct r.document_id) or f.documents < 2
               or f.length != max(r.length) or sum(r.is_source) != 1
    """
    assert [row[0] for row in db.execute(sql)] == []


@pytest.mark.parametrize(
    "words, provisions",
    [
        (
            "统筹利用就业补助资金、失业保险基金和已有职业培训资金(含职业技能提升行动专账结余资金),按规定对符合条件的参训人员给予职业培训补贴、技能提升补贴和生活费补贴",
            {"he-2022-zhiye-jineng-peixun__part_9__cl_30", "ln-2022-zhiye-jineng-peixun__part_9__cl_35"},
        ),
        (
            "做好职业院校毕业生参加事业单位公开招聘工作,切实维护、保障职业院校毕业生参加机关企事业单位招聘的合法权益和平等竞争机会",
            {"cq-2021-zhiye-jineng-peixun__part_6__cl_24", "he-2022-zhiye-jineng-peixun__part_8__cl_26",
             "ln-2022-zhiye-jineng-peixun__part_8__cl_31"},
        ),
    ],
)  # fmt: skip
def test_passage_found_by_reading_is_there(passages, words, provisions):
    found = [p for p in passages if p["kind"] == "verbatim" and matching(p["text"]) == matching(words)]
    assert {id_ for p in found for id_ in (p["provision_id"], p["source_provision_id"])} == provisions


def test_shared_characters_shrink_with_the_length_asked(db):
    for row in db.execute("select * from reuse_documents"):
        assert row["characters"] >= row["shared_12"] >= row["shared_20"] >= row["shared_30"] >= row["shared_50"] >= row["shared_100"] >= 0


def test_what_is_shared_with_one_is_shared_with_any(db):
    sql = "select s.document_id from reuse_shares s join reuse_documents d using (document_id) where s.shared_20 > d.shared_20"
    assert db.execute(sql).fetchall() == []


def test_stock_phrases_stand_in_four_documents_of_five(db):
    texts = [matching(row[0]) for row in db.execute("select v.text from versions v join documents d on d.current_version = v.id")]
    phrases = db.execute("select * from stock_phrases").fetchall()
    assert phrases
    for phrase in phrases:
        assert sum(phrase["text"] in text for text in texts) >= phrase["documents"] >= 4
        assert len(phrase["text"]) >= LEAST_PHRASE and phrase["total"] >= phrase["documents"]


@pytest.mark.parametrize("term", ["公共实训基地", "高技能领军人才", "职业技能等级证书", "职业技能培训"])
def test_the_subject_of_the_documents_is_no_stock(db, term):
    assert db.execute("select 1 from stock_phrases where text = ?", [term]).fetchone() is None


def test_database_without_documents_shares_nothing():
    db = sqlite_utils.Database(memory=True)
    for table in ("documents", "versions", "provisions", "noise", "lexicon", "synonyms", "themes", "audiences"):
        db[table].create(dict(id=str, word=str, name=str, current_version=str, issued_on=str, published_on=str, text=str))
    db["agencies"].create(dict(id=str, forms=str))
    create_reuse_schema(db)
    store_reuse(db)
    assert {table: db[table].count for table in TABLES} == dict.fromkeys(TABLES, 0)
