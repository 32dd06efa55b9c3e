"""Words are found again where they stand, and never elsewhere in silence."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from query.anchor import Anchor, Located, locate, make, make_solid, read_anchor, write_text_fragment

# Few letters make many repetitions, which is where an anchor can go wrong.
TEXT = st.text(alphabet="培训，补贴。a", min_size=1, max_size=120)
ANY_TEXT = st.text(min_size=1, max_size=200).map(make_solid).filter(bool)


@st.composite
def cuts(draw, texts=TEXT):
    text = draw(texts)
    start = draw(st.integers(0, len(text) - 1))
    return text, start, draw(st.integers(start + 1, len(text)))


@given(cuts(ANY_TEXT))
def test_words_are_found_in_their_own_text(cut):
    text, start, end = cut
    assert (start, end) in locate(text, make(text, start, end)).places


@given(cuts())
def test_what_is_called_exact_is_the_very_place(cut):
    text, start, end = cut
    found = locate(text, make(text, start, end))
    assert found.state in ("exact", "unsure")
    assert found.state == "unsure" or found.places == ((start, end),)


@given(cuts(), TEXT)
def test_words_found_in_any_other_text_are_the_words(cut, other):
    """Whatever became of the text: what is marked reads as what was quoted, and exact means the same surroundings."""
    text, start, end = cut
    anchor = make(text, start, end)
    found = locate(other, anchor)
    for first, last in found.places:
        assert other[first:last] == text[start:end]
    if found.state == "exact":
        (first, last), = found.places
        assert other[:first].endswith(anchor.prefix) and other[last:].startswith(anchor.suffix)


@given(cuts(), st.text(alphabet="新规划", min_size=1, max_size=20))
def test_words_before_do_not_matter(cut, put_before):
    text, start, end = cut
    anchor = make(text, start, end)
    assume(locate(text, anchor).state == "exact")
    shifted = locate(put_before + text, anchor)
    assert (start + len(put_before), end + len(put_before)) in shifted.places


@given(cuts(ANY_TEXT))
def test_an_address_brings_the_anchor_back(cut):
    text, start, end = cut
    anchor = make(text.encode("utf-8", "replace").decode(), start, end)
    query = parse_qs(anchor.query(), encoding="utf-8", errors="replace")
    assert read_anchor({name: values[0] for name, values in query.items()}) == anchor


@given(cuts())
def test_a_link_that_was_cut_is_called_damaged(cut):
    text, start, end = cut
    anchor = make(text, start, end)
    assume(not anchor.to and len(anchor.quote) > 1)
    cut_short = Anchor(anchor.quote[:-1], anchor.prefix, anchor.suffix, "", anchor.hash)
    assert locate(text, cut_short).state == "damaged"


TWICE = "（一）各市要加大投入。省财政给予补助。（二）各县要加大投入。市财政给予补助。"


@pytest.mark.parametrize(
    ("anchor", "state", "words"),
    [
        (Anchor("加大投入", "各县要", "。市财政"), "exact", ["加大投入"]),
        (Anchor("加大投入"), "unsure", ["加大投入", "加大投入"]),
        (Anchor("加大投入", "各区要", "。"), "unsure", ["加大投入", "加大投入"]),
        (Anchor("省财政", "各区要", "。"), "elsewhere", ["省财政"]),
        (Anchor("加大投入", "", "", "给予补助"), "unsure", ["加大投入。省财政给予补助", "加大投入。市财政给予补助"]),
        (Anchor("减少投入", "各县要", "。市财政"), "changed", []),
    ],
)
def test_states(anchor, state, words):
    found = locate(TWICE, anchor)
    assert found.state == state
    assert [TWICE[start:end] for start, end in found.places] == words


@pytest.mark.parametrize(
    ("quote", "prefix", "suffix", "now"),
    [
        ("应当加大投入", "（一）各市", "。省财政", "要加大投入"),  # between what stood around it
        ("省财政厅给予补助资金", "", "", "省财政给予补助。（"),  # what is most like it, of the same length
        ("完全没有的文字", "", "", None),
    ],
)
def test_what_stands_there_now(quote, prefix, suffix, now):
    found = locate(TWICE, Anchor(quote, prefix, suffix))
    assert found.state == "changed"
    assert (TWICE[slice(*found.now)] if found.now else None) == now


def test_long_words_are_given_by_their_ends_and_hash():
    text = "前文。" + "甲乙丙丁戊己庚辛壬癸" * 8 + "。后文"
    anchor = make(text, 3, 83)
    assert (anchor.quote, anchor.to, len(anchor.hash)) == ("甲乙丙丁戊己庚辛壬癸甲乙", "壬癸甲乙丙丁戊己庚辛壬癸", 10)
    assert locate(text, anchor) == Located("exact", ((3, 83),))
    assert locate(text.replace("丁戊己庚辛壬癸甲", "丁戊己辛壬癸甲", 1), anchor).state == "changed"


@pytest.mark.parametrize("words", ["培训" * 2_000, "训" * 400, "，训培能技业职展开" * 40], ids=["long", "one character", "backwards"])
def test_hostile_words_have_changed(words):
    """Each takes close to a minute where every alignment is tried."""
    assert locate("开展职业技能培训，" * 2_000, Anchor(words)).state == "changed"


def test_no_words_are_refused():
    with pytest.raises(ValueError, match="no words"):
        make("培训", 1, 1)


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        ("技能培训", "#:~:text=%E6%8A%80%E8%83%BD%E5%9F%B9%E8%AE%AD"),
        ("2021-2025年", "#:~:text=2021%2D2025%E5%B9%B4"),
        ("第一行，逗号&\n末行", "#:~:text=%E7%AC%AC%E4%B8%80%E8%A1%8C%EF%BC%8C%E9%80%97%E5%8F%B7%26,%E6%9C%AB%E8%A1%8C"),
        ("  \n", ""),
    ],
)
def test_text_fragments(words, fragment):
    assert write_text_fragment("https://example.gov.cn/a.html", words) == "https://example.gov.cn/a.html" + fragment


def test_a_fragment_of_the_source_address_gives_way():
    assert write_text_fragment("https://example.gov.cn/#top", "甲") == "https://example.gov.cn/#:~:text=%E7%94%B2"
