"""What counterparts are found among provisions that a test writes out."""

from __future__ import annotations

import numpy as np
import pytest

from align.counterparts import FEATURES, RIVALRY, compare, load_model, match, rivalry
from align.provisions import Provision, Rarities, Weights, encode, stack
from lang.tokens import index_tokens

TEXTS = {
    "a__1": ("加强师资队伍建设", "建立专兼职教师队伍,聘请高技能人才担任兼职教师,开展师资研修。"),
    "a__2": ("广泛开展技能竞赛", "举办全省职业技能大赛,选拔选手参加全国竞赛,表彰获奖选手。"),
    "a__3": ("完善工资分配", "引导企业提高技能人才工资,实行年薪制和股权激励。"),
    "b__1": ("办好职业技能竞赛", "组织参加全国职业技能大赛,对获奖选手给予表彰奖励。"),
    "b__2": ("推进培训师资建设", "建设专兼职结合的师资队伍,开展教师研修,聘请技师兼职任教。"),
    "b__3": ("保护农村水源", "划定饮用水源保护区,治理生活污水和垃圾,定期监测水质。"),
}


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Every bigram of the texts weighs as much as it is rare; words are bigrams, and meaning is one dimension for each text."""
    held = {id_: set(t for t in index_tokens(h + text) if len(t) > 1) for id_, (h, text) in TEXTS.items()}
    names = sorted(set.union(*held.values()))
    rare = {name: 1 + np.log(len(held) / sum(name in some for some in held.values())) for name in names}
    known = {name: (number, float(rare[name])) for number, name in enumerate(names)}
    vectors = np.array([[name in some for some in held.values()] for name in names], dtype=np.float32)
    return Weights(known, Rarities({name: float(rare[name]) for name in names}, 3.0), vectors, {}, lambda text: [t for t in index_tokens(text) if len(t) > 1])


@pytest.fixture(scope="module")
def provisions() -> list[Provision]:
    return [Provision(id_, id_[0], heading, text, place=int(id_[-1]) / 4) for id_, (heading, text) in TEXTS.items()]


def found(provisions, weights) -> set[tuple[str, str]]:
    encoded = encode(provisions, weights)
    return {
        (provisions[i].id, provisions[j].id)
        for pairs in match(encoded, encoded)
        for i, j, p in zip(pairs.left, pairs.right, pairs.probability)
        if p >= load_model().whole
    }


def test_same_matter_in_other_words_is_found_and_silence_is_kept(provisions, weights):
    assert found(provisions, weights) == {("a__1", "b__2"), ("a__2", "b__1")}


def test_a_document_is_no_counterpart_of_itself(provisions, weights):
    encoded = encode([p for p in provisions if p.document == "a"], weights)
    assert list(match(encoded, encoded)) == []


def test_a_new_document_gets_what_a_comparison_of_all_gives(provisions, weights):
    """Two documents' answer depends on nothing else: the new one alone against the old ones finds the same."""
    new = [Provision("c__1", "c", "举办技能竞赛", "举办职业技能大赛,表彰获奖选手。", place=0.5)]
    whole = found([*provisions, *new], weights)
    left, right = encode(new, weights), encode(provisions, weights)
    alone = {
        (new[i].id, provisions[j].id)
        for pairs in match(left, right)
        for i, j, p in zip(pairs.left, pairs.right, pairs.probability)
        if p >= load_model().whole
    }
    assert {tuple(sorted(pair)) for pair in alone} == {pair for pair in whole if pair[1] == "c__1"} != set()


def test_a_text_compared_with_itself_has_every_likeness(provisions, weights):
    encoded = encode(provisions[:1], weights)
    values = {name: value[0, 0] for name, value in zip(FEATURES, compare(encoded, encoded, np.array([0]), np.array([0])))}
    full = {name: values[name] for name in ("words", "bigrams", "contained", "heading", "heading_in", "heading_words", "place", "meaning")}
    assert full == pytest.approx(dict.fromkeys(full, 1.0), abs=1e-5)


def test_lead_over_rivals_is_told_for_either_side():
    score = np.array([[3.0, 1.0], [2.5, -2.0]])
    leads = np.stack(rivalry(score), axis=-1)
    assert leads[0, 0].tolist() == [3.0, 2.0, 0.5]  # leads 1.0 in its row, 2.5 in its column
    assert leads[1, 0].tolist() == [2.5, 4.0, -0.5]  # 4.5 is cut to the largest lead; the other column mate is better
    assert leads.shape[-1] == len(RIVALRY)


def test_documents_are_compared_with_the_nearest(provisions, weights, monkeypatch):
    monkeypatch.setattr("align.counterparts.MOST_DOCUMENTS", 1)
    far = [Provision("z__1", "z", TEXTS["b__3"][0], TEXTS["b__3"][1])]
    near = [Provision("y__1", "y", TEXTS["a__1"][0], TEXTS["a__1"][1])]
    left, right = encode([p for p in provisions if p.id == "a__1"], weights), encode([*far, *near], weights)
    assert {right.provisions[j].document for pairs in match(left, right) for j in pairs.right} == {"y"}


def test_a_score_does_not_depend_on_what_else_is_compared(provisions, weights):
    """To the last bit: one document alone, all in one encoding, and encodings put together."""
    alone = [encode([p for p in provisions if p.document == name], weights) for name in "ab"]
    together = encode(provisions, weights)
    rows, columns = np.array([0, 1, 2]), np.array([3, 4, 5])
    wanted = compare(alone[0], alone[1], rows, columns - 3)
    for encoded in (together, stack(alone)):
        assert all((value == other).all() for value, other in zip(compare(encoded, encoded, rows, columns), wanted))


def test_a_bigram_that_no_other_text_holds_makes_none_less_alike(weights):
    plain, named = (Provision(f"{name}__1", name, "", text) for name, text in (("a", "举办技能大赛"), ("b", "举办技能大赛鹤岗")))
    encoded = encode([plain, named], weights)
    values = {name: value[0, 0] for name, value in zip(FEATURES, compare(encoded, encoded, np.array([0]), np.array([1])))}
    assert values["bigrams"] == values["contained"] == pytest.approx(1.0, abs=1e-3)
