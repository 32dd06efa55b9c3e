"""The coverage matrix, against what reading the five texts says."""

from __future__ import annotations

import pytest

from query.database import open_database
from query.measures import MOST_COLUMNS, PAGE, Asked, find_measure, list_coverage

LIAONING, HEBEI, CHONGQING = "ln-2022-zhiye-jineng-peixun", "he-2022-zhiye-jineng-peixun", "cq-2021-zhiye-jineng-peixun"
SHANXI, SCHOOLS = "sx-2019-jineng-tisheng", "ln-2022-jigong-jiaoyu"


@pytest.fixture(scope="module")
def conn(site_db):
    return open_database(site_db)


def row_of(found, provision: str):
    return next(m for m in found["measures"] if any(p["id"] == provision for c in m["cells"] for p in c["provisions"] if c["state"] != "passing"))


def state_in(row, document: str) -> str:
    return next(c["state"] for c in row["cells"] if c["document_id"] == document)


def test_wages_are_worded_alike_by_three_plans_and_absent_elsewhere(conn):
    row = row_of(list_coverage(conn, Asked()), f"{HEBEI}__part_8__cl_26")
    assert [state_in(row, d) for d in (LIAONING, HEBEI, CHONGQING)] == ["same"] * 3
    assert [state_in(row, d) for d in (SHANXI, SCHOOLS)] == ["absent"] * 2


def test_a_cell_carries_the_figures_that_its_provisions_set(conn):
    row = row_of(list_coverage(conn, Asked()), f"{SHANXI}__part_2__cl_1")
    cell = next(c for c in row["cells"] if c["document_id"] == SHANXI)
    assert "8%" in {figure["text"] for figure in cell["figures"]}


def test_measures_of_one_document_are_asked_for_apart(conn):
    two, one = list_coverage(conn, Asked()), list_coverage(conn, Asked(least=1))
    assert one["total"] == one["all"] == two["total"] + one["single"]


def test_what_a_document_lacks_and_others_have(conn):
    found = list_coverage(conn, Asked(of=SHANXI, state="absent"))
    assert found["measures"] and {state_in(m, SHANXI) for m in found["measures"]} == {"absent"}


@pytest.mark.parametrize("state", ["same", "adapted", "own", "passing"])
def test_rows_are_narrowed_by_how_a_document_words_them(conn, state):
    found = list_coverage(conn, Asked(of=LIAONING, state=state))
    assert {state_in(m, LIAONING) for m in found["measures"]} <= {state}


def test_order_of_a_document_is_followed(conn):
    found = list_coverage(conn, Asked(sort="order", of=CHONGQING))
    firsts = [
        next((p["id"] for p in c["provisions"]), None)
        for m in found["measures"] for c in m["cells"] if c["document_id"] == CHONGQING and c["state"] not in ("absent", "passing")
    ]  # fmt: skip
    seq = dict(conn.execute("select id, seq from provisions where document_id = ?", [CHONGQING]))
    leads = [min(seq[p["id"]] for c in m["cells"] if c["document_id"] == CHONGQING for p in c["provisions"]) for m in found["measures"][: len(firsts)]]
    assert leads == sorted(leads)


def test_columns_are_chosen_by_document(conn):
    found = list_coverage(conn, Asked(documents=(SHANXI, HEBEI)))
    assert [c["id"] for c in found["columns"]] == [SHANXI, HEBEI]
    assert all(any(c["state"] not in ("absent", "passing") for c in m["cells"]) for m in found["measures"])


def test_unknown_documents_are_left_out(conn):
    assert len(list_coverage(conn, Asked(documents=("no-2020-such",)))["columns"]) == 5 <= MOST_COLUMNS


def test_a_page_beyond_the_last_is_empty(conn):
    found = list_coverage(conn, Asked(page=99))
    assert found["measures"] == [] and found["total"] and found["pages"] == -(-found["total"] // PAGE)


def test_a_measure_is_found_by_any_of_its_provisions(conn):
    ids = {find_measure(conn, f"{d}__{e}") for d, e in ((LIAONING, "part_7__cl_27"), (HEBEI, "part_7__cl_22"), (HEBEI, "part_7__cl_22__para_1"))}
    assert len(ids) == 1 and None not in ids


def test_address_says_what_is_asked_and_leaves_out_what_is_usual():
    assert Asked().path() == "/measures"
    assert Asked(documents=("a", "b"), least=1, sort="spread").path(".csv") == "/measures.csv?d=a&d=b&least=1&sort=spread"
