"""Side by side: every character of a provision in its column, facts only where they stand, errors that name what is wrong."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from query.column import Column, read_column
from query.compare import MOST, VIEWS, Asked, CompareError, compare, compare_columns, read_place
from query.compare_offers import list_counterparts, list_examples, read_measure
from query.database import open_database
from query.strips import make_strips

HE, LN, CQ, SX = "he-2022-zhiye-jineng-peixun", "ln-2022-zhiye-jineng-peixun", "cq-2021-zhiye-jineng-peixun", "sx-2019-jineng-tisheng"
APPRENTICES = (f"{HE}/part_6__cl_17", f"{LN}/part_4__cl_13", f"{CQ}/part_2__cl_7")
PAY = (f"{HE}/part_8__cl_26", f"{LN}/part_8__cl_31", f"{CQ}/part_6__cl_24")
FUNDS = (f"{HE}/part_9__cl_30", f"{LN}/part_9__cl_35", f"{SX}/part_3__cl_8")
PARTS = (f"{HE}/part_9", f"{LN}/part_9", f"{CQ}/part_7")
BOXES = (f"{HE}/box_1", f"{LN}/box_1", f"{CQ}/box_1")


@pytest.fixture(scope="module")
def conn(site_db) -> sqlite3.Connection:
    return open_database(site_db)


def sentences(comparison, column: int):
    found = [s for row in comparison["rows"] if row["cells"][column] for s in row["cells"][column]["sentences"]]
    return sorted(found, key=lambda sentence: sentence["n"])


def strip(comparison, name: str):
    return next((found["rows"] for found in comparison["strips"] if found["id"] == name), [])


@pytest.mark.parametrize("view", [frozenset(), frozenset({"original"}), frozenset({"dim"}), frozenset({"original", "dim"})])
@pytest.mark.parametrize("provisions", [APPRENTICES, PAY, FUNDS, PARTS, BOXES])
def test_every_character_of_a_provision_is_in_its_column(conn, provisions, view):
    comparison = compare(conn, Asked(provisions, view=view))
    for column, about in enumerate(comparison["columns"]):
        text = conn.execute("select text from provisions where id = ?", [about["provision_id"]]).fetchone()[0]
        found = sentences(comparison, column)
        assert [sentence["n"] for sentence in found] == list(range(1, about["sentences"] + 1))
        assert "".join(sentence["text"] for sentence in found) == text == about["text"]
        assert all(text[s["start"] : s["end"]] == s["text"] == "".join(p["text"] for p in s["pieces"]) for s in found)


WORDS = ["学徒", "培训", "补贴", "企业", "师资", "竞赛", "支持", "150万", "（一）", "。", "；", "，", "\n", " ", "🙂"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=40).map("".join) | st.text(max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXTS, min_size=2, max_size=6),
    breaks=st.lists(st.integers(0, 60), max_size=4) | st.none(),
    number=st.integers(0, 8),
    view=st.frozensets(st.sampled_from(VIEWS)),
)
def test_every_character_of_any_text_is_in_its_column(conn, texts, breaks, number, view):
    columns = [
        Column({"p": str(n), "province": "甲", "short": text, "text": text}, None, text, tuple(breaks) if breaks else None,
               ((0, min(number, len(text))),), (), (), (), ())
        for n, text in enumerate(texts)
    ]  # fmt: skip
    comparison = compare_columns(conn, columns, view - {"diff"})
    for column, text in enumerate(texts):
        assert "".join(piece["text"] for s in sentences(comparison, column) for piece in s["pieces"]) == text
    differing = compare_columns(conn, columns, view | {"diff"})
    assert len(differing["rows"]) + differing["hidden"] == len(comparison["rows"])


def test_all_provisions_can_be_read_as_a_column(conn):
    """Their text is their units' own characters, so that every fact of theirs has a place in it."""
    for document_id, eid, text in conn.execute("select document_id, eid, text from provisions").fetchall():
        column = read_column(conn, document_id, eid)
        assert len(column.places) == len("".join(text.split())) and column.text == text


def test_sentences_that_one_column_moves_say_where_they_stood(conn):
    """Liaoning's 对购买用于培训的相关设备 is its sixth sentence; Hebei has it before the funds."""
    moved = [s for s in sentences(compare(conn, Asked(FUNDS)), 1) if s["moved"]]
    assert [(s["n"], s["text"][:8]) for s in moved] == [(6, "对购买用于培训的")]


def test_original_order_leaves_no_sentence_moved(conn):
    comparison = compare(conn, Asked(FUNDS, view=frozenset({"original"})))
    for column in range(3):
        order = [s["n"] for row in comparison["rows"] if row["cells"][column] for s in row["cells"][column]["sentences"]]
        assert order == sorted(order)
    loose = [row for row in comparison["rows"] if row["kind"] == "loose"]
    assert [row["cells"][1]["sentences"][0]["n"] for row in loose] == [6]
    home = next(row for row in comparison["rows"] if row["n"] == loose[0]["cells"][1]["sentences"][0]["row"])
    assert home["cells"][1] == {"sentences": [], "elsewhere": [6]}


def test_only_differences_leaves_out_rows_that_are_the_same(conn):
    """提高技能人才待遇水平 and 做好职业院校毕业生… are the same in three provinces, their numbers aside."""
    comparison = compare(conn, Asked(PAY, view=frozenset({"diff"})))
    assert comparison["hidden"] == 2 and all(row["kind"] != "same" for row in comparison["rows"])
    assert [row["n"] for row in comparison["rows"]] == [2, 3, 4, 5, 7]


def test_shares_add_up(conn):
    for about in compare(conn, Asked(PAY))["columns"]:
        shared = about["shared"]
        assert shared["all"] + shared["some"] + shared["one"] == shared["total"] > 0


def test_targets_of_tables_stand_against_each_other(conn):
    """270万, 150万 and 〔150〕 (万人次) count the same, as the curator has said."""
    rows = strip(compare(conn, Asked(BOXES)), "figures")
    subsidised = next(row for row in rows if "补贴性" in row["label"])
    assert [[item["value"] for item in cell] for cell in subsidised["cells"]] == [[2_700_000], [1_500_000], [1_500_000]]
    assert [cell[0]["text"] for cell in subsidised["cells"]] == ["≥270万", "150万", "〔150〕"]


def test_figures_stand_where_they_are_said(conn):
    comparison = compare(conn, Asked((f"{SX}/part_2__cl_1", APPRENTICES[0])))
    (row,) = [row for row in strip(comparison, "figures") if any(item["value"] == 30_000 for item in row["cells"][0])]
    item = row["cells"][0][0]
    assert comparison["columns"][0]["text"][item["start"] : item["end"]] == item["text"] and row["cells"][1] == []


def test_facts_of_a_box_inside_are_not_the_clause_s(conn):
    """Chongqing's 发展目标 holds the table of targets, which is not of its text."""
    comparison = compare(conn, Asked((f"{CQ}/part_1__cl_3", f"{HE}/part_2__cl_3")))
    column = comparison["columns"][0]
    assert [box["eid"] for box in column["boxes"]] == ["box_1"] and "预期性" not in column["text"]
    assert all(item["source"] == "quantity" for row in strip(comparison, "figures") for item in row["cells"][0])


def test_agencies_in_their_roles(conn):
    rows = strip(compare(conn, Asked(FUNDS)), "agencies")
    assert {row["label"] for row in rows if row["cells"][2]} >= {"财政部门", "人力资源社会保障部门"}
    assert all(row["cells"][0] == [] for row in rows)


def test_binding_words_with_their_counts(conn):
    comparison = compare(conn, Asked(FUNDS))
    row = next(row for row in strip(comparison, "force") if row["label"] == "encourage")
    text = comparison["columns"][0]["text"]
    assert [(word["text"], word["count"]) for word in row["cells"][0]] == [("支持", 2), ("鼓励", 1)]
    assert [text[slice(*span)] for word in row["cells"][0] for span in word["spans"]] == ["支持", "支持", "鼓励"]


def fact(value: float, unit: str, subject: str, start: int) -> dict:
    return dict(text=str(value), value=value, value_to=None, unit=unit, op="=", kind="target", year=None, tentative=0, subject=subject, span=(start, start + 1))


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ([fact(1, "人", "培训", 0)], [fact(2, "人", "培训", 9)], True),  # the same subject, wherever it stands
        ([fact(1, "人", "培训", 0)], [fact(2, "人次", "培训", 0)], False),  # persons are no person-times
        ([fact(1, "人", "培训", 0)], [fact(2, "人", "学徒", 0)], True),  # the only ones of aligned sentences
        ([fact(1, "人", "培训", 0)], [fact(2, "人", "学徒", 9)], False),
        ([fact(1, "人", "培训", 0), fact(3, "人", "农民工", 1)], [fact(2, "人", "学徒", 0)], False),  # which of two?
    ],
)
def test_figures_share_a_row_only_where_that_is_safe(first, second, together):
    columns = [dict(figures=figures, duties=[], force=[], indicators=[]) for figures in (first, second)]
    (strip,) = make_strips(columns, [lambda offset: offset // 5] * 2)
    assert any(row["cells"][0] and row["cells"][1] for row in strip["rows"]) is together


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        (f"{HE}/part_1", f"{HE}/part_1"),
        (f"{HE}@v1/part_1", f"{HE}@v1/part_1"),
        (f"https://example.org/d/{HE}/box_1__row_2", f"{HE}/box_1__row_2"),
        (f"/d/{HE}@v1/part_1.txt?x=1", f"{HE}@v1/part_1"),
        (f" {HE}__part_6__cl_17 ", f"{HE}/part_6__cl_17"),
        (HE, None),
        ("/search?q=a/b", None),
        ("", None),
        ("../../etc/passwd", None),
    ],
)
def test_reads_pasted_addresses(typed, place):
    assert read_place(typed) == place


def test_unknown_provisions_are_named_with_those_near(conn):
    with pytest.raises(CompareError) as caught:
        compare(conn, Asked((APPRENTICES[0], f"{LN}/part_4__cl_99", "zz-1999-nothing/part_1", "rubbish")))
    assert caught.value.status == 404 and [entry["p"] for entry in caught.value.unknown] == [f"{LN}/part_4__cl_99", "zz-1999-nothing/part_1", "rubbish"]
    assert f"“{LN}/part_4__cl_99”" in caught.value.message
    assert caught.value.unknown[0]["document"]["id"] == LN and caught.value.unknown[0]["near"]


def test_one_is_too_few_and_seven_too_many(conn):
    with pytest.raises(CompareError) as few:
        compare(conn, Asked(APPRENTICES[:1]))
    with pytest.raises(CompareError) as many:
        compare(conn, Asked(tuple(f"{HE}/part_3__cl_{n}" for n in (4, 5, 6, 7)) + APPRENTICES))
    assert (few.value.status, many.value.status) == (400, 400) and str(MOST) in many.value.message


def test_asked_for_twice_is_listed_once_and_said(conn):
    comparison = compare(conn, Asked((*APPRENTICES, f"https://example.org/d/{APPRENTICES[0]}")))
    assert len(comparison["columns"]) == 3 and len(comparison["remarks"]) == 1


def test_a_measure_is_its_provision_and_its_counterparts(conn):
    comparison = compare(conn, Asked(measure=f"{HE}__part_6__cl_17"))
    ids = [column["document_id"] for column in comparison["columns"]]
    assert ids[0] == HE and len(set(ids)) == len(ids) > 1
    assert read_measure(conn, f"{HE}__part_6__cl_17", MOST)["members"] == [column["p"] for column in comparison["columns"]]


def test_counterparts_to_add_are_of_other_documents(conn):
    offers = list_counterparts(conn, [f"{HE}__part_6__cl_17"])
    assert f"{LN}/part_4__cl_13" in [offer["p"] for offer in offers]
    assert HE not in [offer["document_id"] for offer in offers]


def test_examples_can_be_opened(conn):
    examples = list_examples(conn, MOST)
    assert len(examples) > 3
    for example in examples:
        assert len(compare(conn, Asked(tuple(example["provisions"])))["columns"]) > 1
