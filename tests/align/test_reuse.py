"""What texts share is found wherever it stands, never where it does not, and in any order of the texts."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from align.atoms import _hash_some, find_atoms, hash_shingles, order_hashes, order_numbers
from align.families import Passage, gather_passages
from align.matches import LEAST_IDENTICAL, MOST_PAIRED, find_matches
from align.reuse import LEAST_LENGTH, name_passages, print_passages, shared_share, shared_shares
from align.shares import MINIMA, count_shares
from align.stock import SAME_TEXT, find_spans, find_stock_phrases, group_copies, index_phrases
from align.stream import BREAK, Document, Piece, Stream, Unit, fold_document, join
from align.wording import compare_words
from lang.tokens import fold

PASSAGE = "支持各类企业围绕产业升级和技术创新广泛开展职工岗位技能提升"
NATIONAL = "坚持把发展职业教育摆在更加突出的位置，统筹推进各项工作落到实处。"
HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]


def own_words(seed: object, length: int = 60) -> str:
    """Words that no other seed has: characters drawn from three thousand."""
    chance = random.Random(str(seed))
    return "".join(chance.choice(HAN) for _ in range(length))


def documents(*texts: str | list[str], dates: list[str] | None = None) -> list[Document]:
    """One document a text (or a list of its units' texts), the first the oldest."""
    made = []
    for number, units in enumerate(texts):
        units = [units] if isinstance(units, str) else units
        whole, pieces = "", []
        for place, unit in enumerate(units):
            pieces.append(Unit(f"d{number}u{place}", (Piece(len(whole), len(whole) + len(unit)),)))
            whole += unit + "\n"
        made.append(Document(f"d{number}", whole, tuple(pieces), dates[number] if dates else f"20{number:02}"))
    return made


def read_stream(given_documents: list[Document]) -> Stream:
    return join([fold_document(document) for document in given_documents])


def families(given_documents: list[Document]):
    stream = read_stream(given_documents)
    passages = gather_passages(stream, find_matches(stream, find_atoms(stream), LEAST_LENGTH))
    return print_passages(stream, passages, lambda place: stream.documents[place].offsets)


def matching(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def words_of(given_documents: list[Document], place) -> str:
    return next(d.text for d in given_documents if d.id == place.document)[place.start : place.end]


def source_words(given_documents: list[Document], family, member) -> str:
    text = next(d.text for d in given_documents if d.id == family.source.document)
    return text[member.source_start : member.source_end]


def test_planted_passage_is_found_with_its_places():
    given_documents = documents(own_words(1) + PASSAGE + own_words(2), own_words(3) + PASSAGE + own_words(4))
    (family,) = families(given_documents)
    assert words_of(given_documents, family.source) == PASSAGE
    assert [(m.unit, words_of(given_documents, m), m.is_verbatim) for m in family.members] == [("d1u0", PASSAGE, True)]


@pytest.mark.parametrize(
    "other",
    ["支持各类企业、围绕产业升级，和技术创新广泛开展职工\n  岗位技能提升", "支持各類企業圍繞產業升級和技術創新廣泛開展職工崗位技能提升"],
    ids=["punctuation and lines", "traditional characters"],
)
def test_printed_form_does_not_matter(other):
    given_documents = documents(own_words(1) + PASSAGE, own_words(2) + other)
    (family,) = families(given_documents)
    assert family.members[0].is_verbatim and words_of(given_documents, family.members[0]) == other


@pytest.mark.parametrize(
    "other",
    [PASSAGE.replace("升级", "转型"), PASSAGE.replace("和技术", "、绿色转型和技术"), PASSAGE.replace("广泛", "")],
    ids=["words replaced", "words inserted", "words left out"],
)
def test_passage_with_few_words_changed_is_one_near_passage(other):
    given_documents = documents(own_words(1) + PASSAGE + own_words(2), own_words(3) + other + own_words(4))
    (family,) = families(given_documents)
    assert words_of(given_documents, family.members[0]) == other and not family.members[0].is_verbatim


def test_a_passage_is_named_by_its_document_its_words_and_which_time_they_stand_there():
    def names(text: str, *passages: tuple[int, int]) -> list[str]:  # by places in the text, which the stream opens with a break
        return name_passages(read_stream(documents(text)), [Passage(start + 1, end + 1, ()) for start, end in passages])

    twice = PASSAGE + own_words(1, 5) + PASSAGE
    length = len(PASSAGE)
    first, second = names(twice, (0, length), (length + 5, 2 * length + 5))
    assert first != second
    assert names(own_words(2, 9) + twice, (9, length + 9), (length + 14, 2 * length + 14)) == [first, second]
    assert names(twice, (0, length - 1)) != [first]


def test_passages_far_apart_are_not_joined():
    first, second = PASSAGE, "健全以职业资格评价为主要内容的技能人才评价制度"
    found = families(documents(first + own_words(1, 40) + second, first + own_words(2, 40) + second))
    assert sorted(family.source.length for family in found) == sorted(map(len, (first, second)))


def test_what_is_shorter_than_the_floor_is_no_passage():
    assert families(documents(own_words(1) + PASSAGE[: LEAST_LENGTH - 1] + own_words(2), own_words(3) + PASSAGE[: LEAST_LENGTH - 1])) == []


def test_what_one_document_says_twice_is_shared_with_nobody():
    assert families(documents([PASSAGE, PASSAGE], own_words(1))) == []


def test_what_a_document_says_twice_is_one_passage_with_more_places():
    (family,) = families(documents([PASSAGE, own_words(1) + PASSAGE], own_words(2) + PASSAGE, [own_words(3), PASSAGE, PASSAGE + own_words(4)]))
    assert [family.source.unit, *(member.unit for member in family.members)] == ["d0u0", "d0u1", "d1u0", "d2u1", "d2u2"]


def test_the_oldest_is_the_source_whatever_its_name():
    given_documents = documents(own_words(1) + PASSAGE, own_words(2) + PASSAGE, dates=["2022-01-01", "2019"])
    assert families(given_documents)[0].source.document == "d1"


def test_document_without_a_date_is_never_the_source_of_a_dated_one():
    made = documents(own_words(1) + PASSAGE, own_words(2) + PASSAGE)
    undated = Document(made[0].id, made[0].text, made[0].units, None)
    assert families([undated, made[1]])[0].source.document == "d1"


def test_numbers_of_items_are_no_words():
    """（二十） and （十） have 十 in common, which is not the wording's."""
    made = []
    for name, number in (("a", "（二十）"), ("b", "（十）")):
        text = own_words(name) + "\n" + number + PASSAGE
        made.append(Document(name, text, (Unit(name, (Piece(0, 60), Piece(61, len(text), len(number)))),), name))
    assert words_of(made, families(made)[0].source) == PASSAGE


def test_passage_does_not_run_from_one_cell_into_the_next():
    first, second = "开展政府补贴性职业技能培训人数", "其中农民工职业技能培训的人次数"
    made = []
    for name in "ab":
        text = first + "\n" + second
        made.append(Document(name, text, (Unit(name, (Piece(0, 15, is_apart=True), Piece(16, 31, is_apart=True))),), name))
    assert sorted(words_of(made, family.source) for family in families(made)) == sorted([first, second])


def test_sentence_of_many_documents_is_one_family_with_a_member_each():
    count = 5 * MOST_PAIRED
    (family,) = families(documents(*(own_words(n) + NATIONAL + own_words(-n) for n in range(1, count + 1))))
    assert family.documents == count and len(family.members) == count - 1


def test_long_copy_is_whole_where_its_middle_is_everybodys():
    copied = own_words("x") + NATIONAL + own_words("y")
    others = [own_words(n) + NATIONAL + own_words(-n) for n in range(1, 30)]
    found = families(documents(*others, own_words("p") + copied, own_words("q") + copied))
    assert [(f.documents, f.source.length) for f in found if f.source.document == "d29"] == [(2, len(matching(copied)))]


# Texts put together from few pieces, with chance words between: passages overlap, repeat and stand in each other.
PIECES = [PASSAGE, PASSAGE[5:25], NATIONAL, own_words("p", 15), own_words("q", 9), "，", "。\n", "2025年", "（一）"]
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(alphabet="甲乙丙丁，。ＡA1 ㎡", max_size=8)), max_size=8).map("".join)
corpora = st.lists(st.lists(texts, min_size=1, max_size=3), min_size=2, max_size=5)


@settings(max_examples=40, deadline=None)
@given(corpora)
def test_what_is_called_the_same_is_the_same(made):
    given_documents = documents(*made)
    for family in families(given_documents):
        for member in family.members:
            mine, theirs = words_of(given_documents, member), source_words(given_documents, family, member)
            if member.is_verbatim:
                assert matching(mine) == matching(theirs)
            else:
                assert LEAST_IDENTICAL <= member.identical < 1
                assert compare_words(mine, theirs)[1] >= LEAST_IDENTICAL
            assert member.length == len(matching(mine)) >= LEAST_LENGTH
        assert family.documents > 1


@settings(max_examples=40, deadline=None)
@given(corpora, st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(made, chance):
    given_documents = documents(*made)
    shuffled = given_documents[:]
    chance.shuffle(shuffled)
    assert families(shuffled) == families(given_documents)


@settings(max_examples=40, deadline=None)
@given(corpora, st.integers(0, 4), st.integers(0, 4))
def test_every_planted_passage_is_in_a_family(made, one, other):
    one, other = one % len(made), other % len(made)
    planted = own_words("planted", 14)
    made[one] = [made[one][0] + planted, *made[one][1:]]
    made[other] = [made[other][0] + planted, *made[other][1:]] if other != one else made[other]
    given_documents = documents(*made)
    stands = [
        {place.document for place in (family.source, *family.members) if matching(planted) in matching(words_of(given_documents, place))}
        for family in families(given_documents)
    ]
    assert ({f"d{one}", f"d{other}"} in stands) == (one != other)


@settings(max_examples=40, deadline=None)
@given(corpora)
def test_shares_are_what_a_plain_search_counts(made):
    given_documents = documents(*made)
    stream = read_stream(given_documents)
    rows = [stream.codes[a:b] for a, b in zip(stream.document_starts, stream.document_starts[1:])]
    for own, (document, row) in zip(count_shares(stream), zip(given_documents, rows)):
        assert own.characters == sum(len(matching(document.text[u.pieces[0].start : u.pieces[0].end])) for u in document.units)
        for level, least in enumerate(MINIMA[:3]):
            covered: set[int] = set()
            for other, other_row in zip(given_documents, rows):
                if other is document:
                    continue
                held = {other_row[i : i + least].tobytes() for i in range(len(other_row) - least + 1)}
                places = [
                    i for i in range(len(row) - least + 1) if BREAK not in row[i : i + least] and row[i : i + least].tobytes() in held
                ]
                by_other = {i + step for i in places for step in range(least)}
                assert own.with_others.get(other.id, (0,) * len(MINIMA))[level] == len(by_other)
                covered |= by_other
            assert own.shared[level] == len(covered)


def test_each_document_tells_what_it_shares_with_those_that_hold_most_of_it(monkeypatch):
    monkeypatch.setattr("align.shares.MOST_OTHERS", 1)
    own, *_ = count_shares(read_stream(documents(PASSAGE * 2 + "甲", PASSAGE[:13] + "乙", PASSAGE + "丙")))
    assert list(own.with_others) == ["d2"] and own.shared[0] > 0


def test_atoms_end_where_wording_branches():
    stream = read_stream(documents("甲" * 3 + PASSAGE + "乙" * 3, "丙" * 3 + PASSAGE + "丁" * 3, "戊" * 3 + PASSAGE[:14] + "己" * 3))
    atoms = find_atoms(stream)
    assert {int(end - start) for start, end in zip(atoms.starts, atoms.ends)} == {14, len(PASSAGE) - 7}


@given(st.lists(st.sampled_from([0, 1, 2, 2**40, 2**40 + 1, 2**63, 2**64 - 1])))
def test_quick_orders_are_stable(hashes):
    """Hashes that differ in their last bits alone come in turns: the case in which the quick way does not do."""
    hashes = np.array(hashes, np.uint64)
    assert order_hashes(hashes).tolist() == np.argsort(hashes, kind="stable").tolist()
    numbers = (hashes % 3).astype(np.int64)
    assert order_numbers(numbers).tolist() == np.argsort(numbers, kind="stable").tolist()


@pytest.mark.parametrize(
    "text, others, share",
    [
        ("广泛开展职工岗位技能提升", ["广泛开展职工岗位技能提升"], 1.0),
        ("广泛开展职工岗位技能提升", ["开展职工岗位技能"], 8 / 12),
        ("广泛开展，职工岗位技能（提升）", ["廣泛開展職工崗位技能提升"], 1.0),
        ("广泛开展职工岗位技能提升", ["广泛开展职工岗", "位技能提升"], 0.0),
        ("广泛开展职工岗位技能提升", [], 0.0),
        ("2025", ["2025"], 0.0),
    ],
)
def test_shared_share_of_a_text(text, others, share):
    assert shared_share(text, others) == pytest.approx(share)


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=5))
def test_shares_of_many_texts_are_those_of_each(some):
    groups = [str(n) for n in range(len(some))]
    one_by_one = [shared_share(text, some[:n] + some[n + 1 :]) for n, text in enumerate(some)]
    assert shared_shares(some, groups) == pytest.approx(one_by_one)


def stock(made: list[str], terms: list[str] = []) -> list[str]:
    stream = read_stream(documents(*made))
    copies = [(own.document, other) for own in count_shares(stream) for other, sums in own.with_others.items() if sums[0] >= SAME_TEXT * own.characters]
    return [phrase.text for phrase in find_stock_phrases(stream, group_copies([d.id for d in stream.documents], copies), terms)]


FORMULA = "以习近平新时代思想为指导"


def test_wording_of_four_documents_in_five_is_stock():
    assert stock([own_words(n) + FORMULA + own_words(-n) for n in range(4)] + [own_words(9)]) == [FORMULA]


def test_wording_of_three_documents_in_five_is_not():
    assert stock([own_words(n) + FORMULA for n in range(3)] + [own_words(8), own_words(9)]) == []


def test_two_documents_have_no_stock():
    assert stock([own_words(n) + FORMULA for n in range(2)]) == []


def test_wording_of_copies_counts_once():
    copied = own_words("x", 200) + "推动形成全社会尊重技能的风尚"
    assert stock([copied + own_words(n, 9) for n in range(4)] + [own_words(7, 300)]) == []


def test_what_a_vocabulary_names_is_no_stock():
    assert stock([own_words(n) + "职业技能等级认定" + own_words(-n) for n in range(4)], terms=["技能等级"]) == []


def test_what_comes_again_and_again_is_the_subject():
    assert stock(["".join(own_words((n, i), 20) + "公共实训基地" for i in range(4)) for n in range(4)]) == []


def test_stock_is_found_in_print():
    index = index_phrases(["党中央国务院决策部署", "认真贯彻执行"])
    text = "按照党中央、国务院决策部署，请认真贯彻执行。"
    assert [text[a:b] for a, b in find_spans(text, index)] == ["党中央、国务院决策部署", "认真贯彻执行"]


def test_stock_that_overlaps_is_one_span():
    assert find_spans("甲乙丙丁戊己庚辛", index_phrases(["甲乙丙丁戊己", "丙丁戊己庚辛"])) == [(0, 8)]


def test_words_that_one_side_has_not_are_told():
    words, share = compare_words("兴办机构，设置培训项目", "举办机构和培训项目")
    assert words == [("兴", False), ("办机构，", True), ("设置", False), ("培训项目", True)]
    assert share == 7 / 10


@settings(max_examples=40, deadline=None)
@given(texts, texts)
def test_compared_words_are_the_text(text, other):
    words, share = compare_words(text, other)
    assert "".join(piece for piece, _ in words) == text
    assert (share == 1.0) == (matching(text) == matching(other))


@settings(max_examples=40, deadline=None)
@given(corpora, st.integers(1, 40))
def test_a_shingle_has_one_hash_however_it_is_asked_for(made, shingle):
    stream = read_stream(documents(*made))
    hashes, is_whole = hash_shingles(stream, shingle)
    places, some = _hash_some(stream, shingle, np.arange(len(stream.codes)))
    assert places.tolist() == np.flatnonzero(is_whole).tolist() and some.tolist() == hashes[places].tolist()
