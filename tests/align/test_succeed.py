"""What became of the units of a text: told by their words, not by their numbers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from align.redline import DELETED, INSERTED, SAME, redline
from align.succeed import LEAST_LIKE, Passage, _find_alike, likeness, own_words, succeed


def _units(*lines: str) -> list[Passage]:
    """``eid words`` a line; the kind is the prefix of the last step, the parent is what stands before it."""
    units = []
    for line in lines:
        eid, _, words = line.partition(" ")
        parent, _, last = eid.rpartition("__")
        units.append(Passage(eid, last.split("_")[0], parent or None, words))
    return units


def _told(old: list[Passage], new: list[Passage]) -> list[tuple[str | None, str | None, str]]:
    return [(found.old, found.new, found.change) for found in succeed(old, new)]


OLD = _units("cl_1 完善培训补贴政策", "cl_2 加强师资队伍建设", "cl_3 建设公共实训基地推动开放共享")


def test_a_clause_put_in_moves_those_after_it_and_changes_none():
    new = _units("cl_1 完善培训补贴政策", "cl_2 开展人工智能应用培训", "cl_3 加强师资队伍建设", "cl_4 建设公共实训基地推动开放共享")
    assert _told(OLD, new) == [
        ("cl_1", "cl_1", "same"), (None, "cl_2", "added"), ("cl_2", "cl_3", "moved"), ("cl_3", "cl_4", "moved"),
    ]  # fmt: skip


def test_other_words_at_the_same_place_are_a_change_and_a_removed_clause_stands_where_it_stood():
    new = _units("cl_1 完善培训补贴政策", "cl_2 建设公共实训基地推动免费开放")
    assert _told(OLD, new) == [("cl_1", "cl_1", "same"), ("cl_2", None, "removed"), ("cl_3", "cl_2", "changed")]


def test_what_has_no_words_of_its_own_is_known_by_what_it_holds():
    old = _units("cl_1 ", "cl_1__para_1 完善培训补贴政策", "cl_2 ", "cl_2__para_1 加强师资队伍建设")
    new = _units("cl_1 ", "cl_1__para_1 加强师资队伍建设")
    assert _told(old, new) == [
        ("cl_1", None, "removed"), ("cl_1__para_1", None, "removed"),
        ("cl_2", "cl_1", "moved"), ("cl_2__para_1", "cl_1__para_1", "moved"),
    ]  # fmt: skip


def test_two_that_are_equally_like_an_old_one_are_not_guessed_between():
    old = _units("cl_7 建设实训基地甲")
    new = _units("cl_1 建设实训基地乙", "cl_2 建设实训基地丙")
    assert [change for _, _, change in _told(old, new)] == ["removed", "added", "added"]


def test_a_number_is_a_place_and_no_word():
    assert own_words("（十四）健全 体系。", "（十四）") == own_words("(十五)健全体系。", "(十五)")
    assert own_words("1.建设20个", "1.") == "建设20个"


_units_of = st.lists(st.sampled_from(["甲乙丙丁", "甲乙丙戊", "子丑寅卯", ""]), max_size=8)


@given(_units_of, _units_of)
def test_every_unit_is_in_exactly_one_succession_and_the_new_order_is_kept(old_words, new_words):
    old = _units(*(f"cl_{n} {words}" for n, words in enumerate(old_words, 1)))
    new = _units(*(f"cl_{n} {words}" for n, words in enumerate(new_words, 1)))
    found = succeed(old, new)
    assert sorted(one.old for one in found if one.old) == sorted(unit.eid for unit in old)
    assert [one.new for one in found if one.new] == [unit.eid for unit in new]


_words = st.lists(st.sampled_from(["培训", "补贴", "的", "。", "150", "\n"]), max_size=12)


@given(_words, _words)
def test_a_redline_holds_both_wordings(old, new):
    pieces = redline(old, new)
    assert "".join(words for words, kind in pieces if kind in (SAME, INSERTED)) == "".join(new)
    bare = "".join(words for words, kind in pieces if kind in (SAME, DELETED))
    assert "".join(bare.split()) == "".join("".join(old).split())


def test_a_redline_strikes_whole_words_and_no_width_of_a_comma():
    old, new = ["培训", "150", "万", "人次", "，", "其中"], ["培训", "180", "万", "人次", ",", "其中"]
    assert redline(old, new) == [("培训", SAME), ("150", DELETED), ("180", INSERTED), ("万人次,其中", SAME)]


def test_a_word_of_chance_between_two_changes_is_struck_with_them():
    assert redline(["甲", "的", "乙", "丙丁戊"], ["子", "的", "丑", "丙丁戊"]) == [("甲的乙", DELETED), ("子的丑", INSERTED), ("丙丁戊", SAME)]


@settings(max_examples=100, deadline=None)
@given(*[st.lists(st.text(alphabet="甲乙丙", max_size=8), max_size=6)] * 2)
def test_what_is_alike_is_found_all_at_once_as_one_by_one(texts, others):
    found = {(a, b): share for a, b, share in _find_alike(texts, others)}
    assert found == {(a, b): share for a, one in enumerate(texts) for b, other in enumerate(others) if (share := likeness(one, other)) >= LEAST_LIKE}
