"""What a draft is compared with is read from the database for the nearest documents alone, and is the same as if all were read."""

from __future__ import annotations

import numpy as np
import pytest

import query.draft_known
from align.counterparts import find_nearest
from align.provisions import Provision, encode
from align.tables import read_provisions, read_weights
from query.database import open_database
from query.draft_known import Library
from query.relate import load_meaning

DRAFT = [
    Provision("draft__1", "draft", "推行新型学徒制", "企业与技工院校联合培养学徒，每年培训三万人。", "", 0.1),
    Provision("draft__2", "draft", "森林防火经费", "森林防火所需经费逐级备案，鬻犙龘三字别处所无。", "", 0.6),
]


@pytest.fixture(params=["site_db", "many_db"], scope="module")
def conn(request):
    return open_database(request.getfixturevalue(request.param))


def encode_all(conn):
    weights = read_weights(conn, load_meaning(conn).cut.cut)
    encoded = encode(read_provisions(conn), weights)
    weights.bigrams.is_frozen = True
    return encoded, encode(DRAFT, weights)


def test_the_nearest_documents_are_told_by_the_places_that_the_build_stored(conn):
    known, draft = encode_all(conn)
    assert Library(conn).find_nearest(DRAFT) == find_nearest(draft, known)["draft"]


def test_places_that_are_multiplied_piece_by_piece_tell_the_same(conn, monkeypatch):
    whole = Library(conn).find_nearest(DRAFT)
    monkeypatch.setattr(query.draft_known, "_BLOCK", 3)
    assert Library(conn).find_nearest(DRAFT) == whole


def test_a_draft_without_provisions_is_near_to_any(conn):
    assert len(Library(conn).find_nearest([])) == min(40, conn.execute("select count(distinct document_id) from compared_provisions").fetchone()[0])


@pytest.mark.parametrize("most", [1, 120])
def test_likeness_is_the_same_with_few_documents_as_with_all(conn, monkeypatch, most):
    monkeypatch.setattr(query.draft_known, "MOST_KEPT", most)
    all_known, all_draft = encode_all(conn)
    library = Library(conn)
    nearest = library.find_nearest(DRAFT)
    library.open(conn, nearest[:2])  # another draft came before
    known = library.open(conn, nearest[1:4])
    draft = encode(DRAFT, known.weights)
    rows = {p.id: row for row, p in enumerate(all_known.provisions)}
    there = [rows[p.id] for p in known.encoded.provisions]
    assert {p.document for p in known.encoded.provisions} == set(nearest[1:4]) == set(known.documents)
    for part in ("words", "bigrams", "present", "headings"):
        mine, theirs = (getattr(some, part) for some in (draft, known.encoded))
        whole = (getattr(all_draft, part) @ getattr(all_known, part).T).toarray()[:, there]
        assert np.array_equal((mine @ theirs.T).toarray(), whole)
    assert np.array_equal(draft.mass, all_draft.mass)


def test_a_draft_leaves_nothing_behind(conn):
    library = Library(conn)
    known = library.open(conn, library.documents[:2])
    before = len(library.weights.bigrams)
    encode(DRAFT, known.weights)
    assert len(library.weights.bigrams) == before
