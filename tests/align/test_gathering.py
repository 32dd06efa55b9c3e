"""How counterparts are gathered into groups, and that a repair after a change comes to the same as gathering from nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from align.gathering import Gathered, gather

DOCUMENTS = 5  # of a provision in these tests: its number modulo DOCUMENTS
LEAST = 5_000


@dataclass
class Kept:
    """What a database keeps of a gathering: the joins."""

    joins: dict[int, tuple[int, int, float]]

    def join_of(self, name):
        return self.joins.get(name)

    def joins_to(self, name):
        return [(round, joined, mean) for joined, (round, kept, mean) in self.joins.items() if kept == name]

    def groups(self, provisions):
        found = defaultdict(list)
        for one in sorted(provisions):
            name = one
            while name in self.joins:
                name = self.joins[name][1]
            found[name].append(one)
        return sorted(found.values())


def from_nothing(provisions, links, apart=()) -> Gathered:
    return gather(provisions, [], lambda p: p % DOCUMENTS, reader(links), LEAST, apart)


def reader(links):
    def read(provisions):
        found = {p: {} for p in provisions}
        for (one, other), strength in links.items():
            if one in found:
                found[one][other] = strength
            if other in found:
                found[other][one] = strength
        return found

    return read


def side(pair, first):
    return pair if pair[0] in first or pair[1] not in first else pair[::-1]


def by_the_book(provisions, links, apart=()):
    """Average linkage as it is defined: again and again the two nearest of all groups are joined."""
    groups = [[p] for p in sorted(provisions)]
    while True:
        best = None
        for i, one in enumerate(groups):
            for other in groups[i + 1 :]:
                between = sum(a % DOCUMENTS != b % DOCUMENTS for a in one for b in other)
                total = sum(links.get((min(a, b), max(a, b)), 0) for a in one for b in other)
                parted = any({(a, b), (b, a)} & set(apart) for a in one for b in other)
                if total and not parted and total >= LEAST * between:
                    best = max(best or (Fraction(0), 0, 0), (Fraction(total, between), -one[0], -other[0]))
        if best is None:
            return sorted(groups)
        one, other = (next(g for g in groups if g[0] == -first) for first in best[1:])
        groups = sorted([g for g in groups if g not in (one, other)] + [sorted(one + other)])


# Of two documents: 1 and 6 of one, 2 and 7 of another, 3 of a third.
def groups_of(links, apart=()):
    return from_nothing({1, 2, 3, 6, 7}, links, apart).groups


def test_counterparts_of_three_documents_are_one_measure():
    assert groups_of({(1, 2): 9_000, (2, 3): 8_000, (1, 3): 7_000}) == [[1, 2, 3], [6], [7]]


def test_a_chain_is_not_one_measure():
    """1 is like 2 and 2 like 3, but 1 is nothing like 3: on the average 0.3."""
    assert groups_of({(1, 2): 9_000, (2, 3): 6_000}) == [[1, 2], [3], [6], [7]]


def test_a_clause_and_its_box_stand_together_through_another_document():
    assert groups_of({(1, 2): 9_000, (2, 6): 8_000}) == [[1, 2, 6], [3], [7]]


def test_what_a_curator_keeps_apart_stays_apart_whatever_joins_it():
    assert groups_of({(1, 2): 9_500, (2, 3): 9_000, (1, 3): 9_000}, apart=[(3, 1)]) == [[1, 2], [3], [6], [7]]


def test_pairs_too_weak_join_nothing():
    assert groups_of({(1, 2): LEAST - 1}) == [[1], [2], [3], [6], [7]]


pairs = st.tuples(st.integers(0, 17), st.integers(0, 17)).filter(lambda pair: pair[0] % DOCUMENTS != pair[1] % DOCUMENTS).map(
    lambda pair: (min(pair), max(pair))
)
graphs = st.dictionaries(pairs, st.sampled_from([3_000, 5_000, 6_001, 7_003, 8_009, 9_011, 10_000]), max_size=60)


@settings(max_examples=200, deadline=None)
@given(graphs, st.lists(pairs, max_size=3))
def test_in_rounds_comes_to_the_same_as_always_joining_the_two_nearest(links, apart):
    provisions = set(range(18))
    distinct = {pair: strength + place for place, (pair, strength) in enumerate(sorted(links.items()))}  # hardly two means alike
    assert from_nothing(provisions, distinct, apart).groups == by_the_book(provisions, distinct, apart)


@settings(max_examples=400, deadline=None)
@given(graphs, st.lists(st.tuples(graphs, st.sets(pairs, max_size=8), st.sets(st.integers(0, 17), max_size=5)), min_size=1, max_size=3))
def test_a_repair_comes_to_the_same_as_gathering_from_nothing(links, changes):
    provisions = set(range(18))
    kept = Kept({joined: join for joined, join in from_nothing(provisions, links).joins.items() if join})
    for gained, lost, absent in changes:
        after = set(range(18)) - absent
        now = {**links, **gained}
        now = {pair: s for pair, s in now.items() if pair not in lost and set(pair) <= after}
        gone, new = provisions - after, after - provisions
        changed, lost = set(new), defaultdict(dict)
        for pair in sorted(now.keys() | links.keys()):
            if now.get(pair) != links.get(pair):
                one, other = side(pair, gone | new)  # of the two the one that comes or goes, else either
                changed |= {one} - gone
                if pair in links:
                    lost[one][other] = links[pair]
                    if other in gone:
                        lost[other][one] = links[pair]
        done = gather(changed, gone, lambda p: p % DOCUMENTS, reader(now), LEAST, history=kept, lost=lost)
        before = kept.groups(provisions)
        kept.joins.update(done.joins)
        kept.joins = {joined: join for joined, join in kept.joins.items() if join}
        whole = from_nothing(after, now)
        assert kept.groups(after) == whole.groups
        assert kept.joins == whole.joins
        assert all(group in done.groups for group in whole.groups if group not in before)
        provisions, links = after, now


def test_of_two_that_are_equally_near_the_same_is_chosen_whenever_it_is_asked():
    """16 is as near to 2 as to 3; when 3 joins 1, which is not near to it at all, 2 still comes first."""
    links = {(1, 3): 6_001, (2, 16): LEAST, (3, 16): LEAST}
    kept = Kept({joined: join for joined, join in from_nothing({0, 1, 2, 3, 16}, links).joins.items() if join})
    links |= {(0, 1): LEAST, (0, 2): LEAST}
    kept.joins.update(gather({0}, [], lambda p: p % DOCUMENTS, reader(links), LEAST, history=kept).joins)
    kept.joins = {joined: join for joined, join in kept.joins.items() if join}
    assert kept.joins == from_nothing({0, 1, 2, 3, 16}, links).joins


def test_what_no_change_reaches_is_not_looked_at():
    """1–2–3 and 11–12–13 hang together each, and nothing hangs them together."""
    links = {(1, 2): 9_000, (2, 3): 9_000, (1, 3): 9_000, (11, 12): 9_000, (12, 13): 9_000, (11, 13): 9_000}
    kept = Kept({joined: join for joined, join in from_nothing({1, 2, 3, 11, 12, 13}, links).joins.items() if join})
    asked = set()

    def read(provisions):
        asked.update(provisions)
        return reader(links)(provisions)

    lost = {3: {1: links.pop((1, 3)), 2: links.pop((2, 3))}}
    done = gather({3}, [], lambda p: p % DOCUMENTS, read, LEAST, history=kept, lost=lost)
    assert done.groups == [[1, 2], [3]]
    assert asked == {1, 2, 3}
