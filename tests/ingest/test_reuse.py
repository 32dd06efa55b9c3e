"""What the build stores of shared wording: as printed, in place, and the same for the same corpus."""

from __future__ import annotations

import sqlite3

import pytest
import sqlite_utils
from hypothesis import given, settings
from hypothesis import strategies as st

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
    assert verbatim and [p["text"] for p in verbatim if matching(p["text"]) != matching(p["source_text"])] == []


def test_near_passages_read_otherwise_and_reach_the_threshold(passages):
    near = [p for p in passages if p["kind"] == "near"]
    assert near and [p["text"] for p in near if not LEAST_IDENTICAL <= p["identical"] < 1 or matching(p["text"]) == matching(p["source_text"])] == []


def test_no_passage_is_shorter_than_the_floor(passages):
    """The number of an item inside counts as one character, however it is printed."""
    assert [p["text"] for p in passages if not LEAST_LENGTH <= p["length"] <= len(matching(p["text"]))] == []


def test_place_lies_in_the_own_characters_of_its_unit(db):
    """The first and the last character belong to units that search shows as the provision named."""
    sql = """
        select r.family_id, r.provision_id from reuse r where not exists (
            select 1 from provisions p where p.unit_id = r.provision_id and p.start <= r.start and r.start < p.own_end
        ) or not exists (
            select 1 from provisions p where p.unit_id = r.provision_id and p.start < r."end" and r."end" <= p.own_end
        )
    """
    assert db.execute(sql).fetchall() == []


def test_no_place_holds_noise(db):
    sql = """
        select r.family_id, r.provision_id from reuse r join documents d on d.id = r.document_id join noise n on n.version_id = d.current_version
        where n.start < r."end" and n."end" > r.start and (n.start <= r.start or n."end" >= r."end")
    """
    assert db.execute(sql).fetchall() == []


def test_family_counts_what_it_holds(db):
    sql = """
        select f.id from reuse_families f join reuse r on r.family_id = f.id group by f.id
        having f.places != count(*) or f.documents != count(distinct r.document_id) or f.documents < 2
               or f.length != max(r.length) or sum(r.is_source) != 1
    """
    assert db.execute(sql).fetchall() == []


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


def empty() -> sqlite_utils.Database:
    """The tables that shared wording is read from and stored in, and no document."""
    db = sqlite_utils.Database(memory=True)
    for table in ("documents", "versions", "provisions", "noise", "lexicon", "synonyms", "themes", "audiences", "agencies", "ingested"):
        db[table].create(
            dict(
                id=str, word=str, name=str, forms=str, current_version=str, issued_on=str, published_on=str, text=str, document_id=str, version_id=str,
                unit_id=str, kind=str, cells=str, number=str if table == "provisions" else int, start=int, own_end=int, end=int, seq=int,
                fingerprint=str, is_stored=int,
            )
        )  # fmt: skip
    create_reuse_schema(db)
    return db


def rows_of(db: sqlite_utils.Database) -> dict[str, list[tuple]]:
    return {table: db.execute(f"select * from {table}").fetchall() for table in TABLES}


def test_database_without_documents_shares_nothing():
    db = empty()
    store_reuse(db)
    assert rows_of(db) == {table: [] for table in TABLES}


SENTENCES = (
    "支持各类企业围绕产业升级和技术创新广泛开展职工岗位技能提升", "坚持把发展职业教育摆在更加突出的位置统筹推进各项工作落到实处",
    "产业升级和技术创新广泛开展职工", "支持各类企业围绕产业转型和技术创新广泛开展职工岗位技能提升", "各项工作落到实处", "划定饮用水源保护区治理生活污水",
)  # fmt: skip
units = st.lists(st.one_of(st.sampled_from(SENTENCES), st.text(alphabet="甲乙丙丁，㎡", max_size=6)), min_size=1, max_size=5).map("".join)
documents = st.tuples(st.sampled_from(["2020", "2021-03", None]), st.lists(units, min_size=1, max_size=3))
#: By name what becomes of documents in a step: another text, or none.
steps = st.dictionaries(st.sampled_from("abcdefg"), st.one_of(st.none(), documents), min_size=1, max_size=3)


def put(db: sqlite_utils.Database, name: str, document: tuple[str | None, list[str]] | None) -> None:
    """Put a document into the database, in the place of what is there of it, or take it out."""
    for table, column in (("documents", "id"), ("versions", "id"), ("provisions", "document_id"), ("ingested", "document_id")):
        db.execute(f"delete from {table} where {column} = ?", [name])
    if document is None:
        return
    date, texts = document
    text = "\n".join(texts)
    db["documents"].insert({"id": name, "current_version": name, "issued_on": date})
    db["versions"].insert({"id": name, "text": text})
    start = 0
    for seq, unit in enumerate(texts):
        id_ = f"{name}__{seq}"
        db["provisions"].insert({"id": id_, "unit_id": id_, "kind": "clause", "document_id": name, "start": start, "own_end": start + len(unit), "seq": seq})
        start += len(unit) + 1
    db["ingested"].insert({"document_id": name, "number": ord(name), "fingerprint": repr(document), "is_stored": 1})


@pytest.fixture(scope="module")
def small_limits():
    """Wording of more than three documents is that of many, each tells of two others, and any change is a small one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("align.matches.MOST_PAIRED", 3)
        for module in ("align.shares", "ingest.shares"):
            patch.setattr(f"{module}.MOST_OTHERS", 2)
        patch.setattr("ingest.reuse.MOST_REPAIRED", 9)
        yield


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefg"), documents, min_size=2), st.lists(steps, min_size=1, max_size=3))
def test_what_changes_leave_is_what_is_found_from_nothing(small_limits, made, changes):
    db = empty()
    for name, document in made.items():
        put(db, name, document)
    store_reuse(db)
    for change in changes:
        for name, document in change.items():
            put(db, name, document)
        made = {name: document for name, document in {**made, **change}.items() if document is not None}
        store_reuse(db)
    fresh = empty()
    for name, document in made.items():
        put(fresh, name, document)
    store_reuse(fresh)
    assert rows_of(db) == rows_of(fresh)
