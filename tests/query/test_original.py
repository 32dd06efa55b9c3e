"""The original in view holds every character once, and the ledger's figures are those of the build's own proof."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings

from ingest.audit import _count, audit
from ingest.records import Parsed
from ingest.rows import provision_rows
from query.claims import count_claims, count_visible, trace_claims
from query.database import open_database
from query.documents import describe_document
from query.ledger import read_document_ledger, read_ledger
from query.original import cut_pages, find_place, read_original, read_record, write_lines
from query.unseen import split_unseen
from tests.conftest import CORPUS, DOCUMENT_IDS, parse_text
from tests.ingest.test_account import any_text, keyword_soup


@pytest.fixture(scope="module")
def conn(site_db):
    connection = open_database(site_db)
    yield connection
    connection.close()


def record_of(parsed: Parsed) -> dict:
    """What the tables would say of a parse, as ``read_record`` returns it."""
    text = parsed.reading.text
    facts = [
        {"id": n, "field": fact.field, "value": fact.value, "start": fact.start, "end": fact.end, "reason": fact.reason}
        for n, fact in enumerate(parsed.facts)
    ]
    noise, rules = [], {}
    for n, one in enumerate(sorted(parsed.noise, key=lambda one: (one.start, one.end)), 1):
        is_first = one.rule not in rules
        rules.setdefault(one.rule, len(rules) + 1)
        noise.append({"n": n, "rule_n": rules[one.rule], "is_first": is_first, "start": one.start, "end": one.end,
                      "text": text[one.start : one.end], "rule": one.rule, "reason": one.reason})  # fmt: skip
    doubts = [
        {"n": n, "start": one.start, "end": one.end, "kind": one.kind, "message": one.message, "provision_id": None}
        for n, one in enumerate(sorted(parsed.doubts, key=lambda one: (one.start, one.end)), 1)
    ]
    return {"text": text, "provisions": list(provision_rows("x", "x@v1", parsed)), "metadata": facts,
            "facts": [fact for fact in facts if fact["start"] is not None], "noise": noise, "doubts": doubts}  # fmt: skip


def lines_of(record: dict, start: int = 0, end: int | None = None) -> list[dict]:
    claims = trace_claims(record["text"], record["provisions"], record["facts"], record["noise"])
    return write_lines(record["text"], start, len(record["text"]) if end is None else end, claims, record)


def spell(runs: list[dict]) -> str:
    return "".join(run["words"] if "words" in run else chr(run["code"]) * run["times"] for run in runs)


def spell_lines(lines: list[dict]) -> str:
    return "".join("".join(spell(piece["runs"]) for piece in line["pieces"]) + "\n" * line["is_broken"] for line in lines)


@settings(max_examples=200, deadline=None)
@given(keyword_soup)
@example("专栏1 \n当前位置:\n专栏")  # noise between a box's label and its title
@example('索引号：HYPERLINK "http://a" 一、')  # noise in a fact
def test_figures_are_those_of_the_proof(text):
    parsed = parse_text(text)
    record = record_of(parsed)
    counts = count_claims(text, trace_claims(text, record["provisions"], record["facts"], record["noise"]))
    proved = _count(parsed)
    assert (counts["visible"], counts["provision"], counts["metadata"], counts["noise"]) == tuple(
        proved[key] for key in ("characters", "provisions", "metadata", "noise")
    )
    assert counts["is_balanced"]


@settings(max_examples=150, deadline=None)
@given(keyword_soup | any_text)
@example("\n\n一、\n?\n")
def test_lines_hold_every_character_once_and_in_order(text):
    assert spell_lines(lines_of(record_of(parse_text(text)))) == text


@settings(max_examples=150, deadline=None)
@given(keyword_soup.filter(str.strip))  # a source without text is refused
@example("\n \n指标")
@example("?\n")
def test_every_removal_and_doubt_is_shown_once_with_its_label(text):
    record = record_of(parse_text(text))
    lines = lines_of(record)
    labels = [label for line in lines for piece in line["pieces"] for label in piece["labels"]]
    anchors = [anchor for line in lines for piece in line["pieces"] for anchor in piece["anchors"]]
    assert sorted(label["noise"]["n"] for label in labels if "noise" in label) == [row["n"] for row in record["noise"]]
    assert sorted(label["doubt"]["n"] for label in labels if "doubt" in label) == [row["n"] for row in record["doubts"]]
    assert len(anchors) == len(set(anchors))
    assert {row["eid"] for row in record["provisions"]} <= set(anchors)


@settings(max_examples=100, deadline=None)
@given(keyword_soup)
def test_what_is_struck_through_is_what_was_removed(text):
    record = record_of(parse_text(text))
    struck = [spell(piece["runs"]) for line in lines_of(record) for piece in line["pieces"] if piece["state"] == "noise"]
    assert "".join(struck) == "".join(row["text"] for row in record["noise"])


def test_ledger_agrees_with_the_proof_of_the_corpus(conn):
    ledger = {f"{row['document_id']}@v{row['version']}": row for row in read_ledger(conn)["versions"]}
    for proved in audit(CORPUS)["versions"]:
        row = ledger.pop(proved["id"])
        assert (row["visible"], row["provision"], row["metadata"], row["noise"]) == (
            proved["characters"], proved["provisions"], proved["metadata"], proved["noise"],
        )  # fmt: skip
        assert {one["rule"]: one["characters"] for one in row["rules"]} == proved["noise_by_rule"]
        assert row["doubts"] == len(proved["doubts"])
    assert ledger == {}


def test_totals_are_the_sums(conn):
    ledger = read_ledger(conn)
    for key in ("visible", "provision", "metadata", "noise", "doubts", "removals"):
        assert ledger["total"][key] == sum(row[key] for row in ledger["versions"])
    assert sum(rule["characters"] for rule in ledger["rules"]) == ledger["total"]["noise"]
    assert ledger["total"]["is_balanced"]


def test_broken_accounting_is_told():
    text = "当前位置:首页"
    broken = count_claims(text, trace_claims(text, [], [], [{"start": 0, "end": 5}]))
    assert (broken["none"], broken["difference"], broken["is_balanced"]) == (2, 2, False)
    twice = count_claims(text, trace_claims(text, [{"start": 0, "own_end": 7}, {"start": 5, "own_end": 7}], [], []))
    assert (twice["twice"], twice["is_balanced"]) == (2, False)


def test_white_space_is_not_counted_and_zero_width_is():
    assert count_visible("甲 \u3000\u00a0\n乙\u200b") == 3


def test_fact_inside_a_provision_is_evidence():
    claims = trace_claims("到2025年末", [{"start": 0, "own_end": 7}], [{"start": 1, "end": 6, "field": "period_end"}], [])
    assert {claim.state for claim in claims} == {"provision"}


@pytest.mark.parametrize("document_id", DOCUMENT_IDS)
def test_entries_are_all_removals_and_doubts_in_order(conn, document_id):
    document = describe_document(conn, document_id)
    ledger, record = read_document_ledger(conn, document), read_record(conn, document)
    placed = [entry for entry in ledger["entries"] if entry["start"] is not None]
    assert len(placed) == len(record["noise"]) + len(record["doubts"])
    assert [entry["start"] for entry in placed] == sorted(entry["start"] for entry in placed)
    assert sum(entry["characters"] for entry in placed if entry["sort"] == "removal") == ledger["counts"]["noise"]
    for entry in placed:
        around = entry["before"] + entry["text"] + entry["after"]
        assert record["text"][entry["start"] - len(entry["before"]) :].startswith(around)


def test_curated_fact_stands_in_the_ledger_with_its_reason(conn):
    entries = read_document_ledger(conn, describe_document(conn, "sx-2019-jineng-tisheng"))["entries"]
    assert [(entry["kind"], entry["reason"][:10]) for entry in entries if entry["sort"] == "supplied"] == [("title", "捕获的文本没有标题；")]


def test_narrowed_to_a_rule(conn):
    document = describe_document(conn, "he-2022-zhiye-jineng-peixun")
    entries = read_document_ledger(conn, document, rule="gambling-spam")["entries"]
    assert [entry["text"][:8] for entry in entries] == ["365平台app"] * 2
    assert [row["document_id"] for row in read_ledger(conn, rule="gambling-spam")["versions"]] == [document["id"]]


@pytest.mark.parametrize("most", [1, 7, 40])
def test_pages_are_the_text_cut_after_lines(most):
    text = "一二三四\n五六\n\n" + "长" * 50 + "\n尾"
    starts = cut_pages(text, most)
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)])]
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= most for piece in pieces)
    assert all(piece.endswith("\n") or len(piece) == most for piece in pieces[:-1])


def test_a_page_holds_its_part_of_the_text():
    text = "一、总体要求\n甲乙丙。\n二、保障措施\n丁戊。\n"
    record = record_of(parse_text(text))
    for most in range(1, len(text)):
        starts = cut_pages(text, most)
        pages = [lines_of(record, start, end) for start, end in zip(starts, [*starts[1:], len(text)])]
        assert "".join(map(spell_lines, pages)) == text


def test_place_is_found_by_eid_removal_and_doubt(conn):
    record = read_record(conn, describe_document(conn, "cq-2021-zhiye-jineng-peixun"))
    assert record["text"][find_place(record, "removed-3")["start"]] == "|"
    assert record["text"][find_place(record, "doubt-2")["start"]] == "?"
    assert find_place(record, "box_1")["label"].endswith("“十四五”时期职业技能培训主要指标")
    assert find_place(record, "removed-99") is None


def test_page_with_the_place_is_the_one_shown(conn, monkeypatch):
    monkeypatch.setattr(cut_pages, "__defaults__", (2_000,))
    original = read_original(conn, describe_document(conn, "ln-2022-zhiye-jineng-peixun"), page=1, at="part_9__cl_38")
    assert original["page"] > 1
    assert "part_9__cl_38" in [anchor for line in original["lines"] for piece in line["pieces"] for anchor in piece["anchors"]]


def test_unseen_characters_are_named():
    assert split_unseen("甲\u200b\u200b乙\u202e丙\x00") == [
        {"words": "甲"},
        {"code": 0x200B, "name": "零宽空格 U+200B", "times": 2},
        {"words": "乙"},
        {"code": 0x202E, "name": "强制右至左 U+202E", "times": 1},
        {"words": "丙"},
        {"code": 0, "name": "空字符 U+0000", "times": 1},
    ]


@pytest.mark.parametrize("words", ["职业技能（一）“十四五”——1.5%\t\n\u3000\u00a0", "𠮷龘①㎡", "éА字"])
def test_what_can_be_seen_is_not_named(words):
    assert split_unseen(words) == [{"words": words}]


def test_no_character_is_lost_among_unseen_ones():
    draw = random.Random(1)
    words = "".join(chr(draw.choice([draw.randrange(0x20, 0x300), draw.randrange(0x2000, 0x2100), draw.randrange(0xFE00, 0x10000)])) for _ in range(3_000))
    assert spell(split_unseen(words)) == words
