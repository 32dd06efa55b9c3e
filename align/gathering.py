"""Gather provisions into groups along their counterparts, and after a change repair only the groups that it reaches.

Average linkage: two groups become one when the mean probability over all pairs between them is high enough, so that a
chain of pairs (a is like b, b like c) gathers nothing that is not alike. It goes in rounds: in each, every two groups
that are each other's nearest are joined. A join never brings a group nearer to a third (the mean over two groups lies
between the means over each), so the outcome is that of always joining the two nearest of all; yet what a group does in
a round hangs on its neighbours alone. The joins are kept with their rounds and means. After a change they are gone
through anew for the groups that differ from what they were in the same round, and for those that these could keep from
joining as they did; all others do what they did. The outcome is that of gathering from nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

Join = tuple[int, int, float]  # in which round, with which group, and their mean: a group bears the highest number of its members
Links = Mapping[int, int]  # how likely a counterpart each is, in whole parts of ONE
ONE = 100_000_000


class History(Protocol):
    """The joins as they were."""

    def join_of(self, name: int) -> Join | None:
        """When a group was joined to one of a higher number, and to which."""

    def joins_to(self, name: int) -> Sequence[Join]:
        """When which groups were joined to one."""


@dataclass(frozen=True)
class Gathered:
    """What has changed: the groups that are not as they were, and the joins to write (None: to delete) by the joined."""

    groups: list[list[int]]
    joins: dict[int, Join | None]


class _NoHistory:
    def join_of(self, name: int) -> Join | None:
        return None

    def joins_to(self, name: int) -> Sequence[Join]:
        return ()


def gather(
    changed: Collection[int],
    gone: Collection[int],
    document_of: Callable[[int], int],
    read_links: Callable[[Collection[int]], Mapping[int, Links]],
    least: int,
    apart: Iterable[tuple[int, int]] = (),
    history: History | None = None,
    lost: Mapping[int, Links] = MappingProxyType({}),
) -> Gathered:
    """Gather anew what a change reaches.

    ``gone`` are the provisions that were there before; ``changed`` those that are new, or kept apart otherwise than before,
    and of each link that came, went or is another one side at least, unless it is gone; ``lost`` are the links of all of
    these that were there before, from that side. A pair of one document counts neither for nor against. ``least`` is
    the least mean, in parts of ONE; ``apart`` are pairs that never come together. Without a history all are new.
    """
    run = _Run(document_of, read_links, least, _by_side(apart), history or _NoHistory(), frozenset(gone), lost)
    run.is_first = history is None
    for name in run.gone:
        run.forget_join(name)
        run.reached_in[0].add(name)
    for name in changed:
        run.differ(name, 0, [name])
    while rounds := run.due.keys() | run.reached_in.keys():
        run.go_through(min(rounds))
    groups = [sorted(run.members(name, _END)) for name in run.differing]
    return Gathered(sorted(groups), run.joins)


_END = 1 << 30  # after the last round


def _by_side(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    sides: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        sides[one].add(other)
        sides[other].add(one)
    return dict(sides)


@dataclass(slots=True)
class _Group:
    """A group as it is from a round on, until it joins another: its members, and how many of them each document has."""

    since: int
    members: list[int]
    held: dict[int, int]
    totals: dict[int, int] | None = None  # the sums over its counterparts by group; these may have joined others since


@dataclass(slots=True)
class _Run:
    document_of: Callable[[int], int]
    read_links: Callable[[Collection[int]], Mapping[int, Links]]
    least: int
    apart: Mapping[int, set[int]]
    history: History
    gone: frozenset[int]
    lost: Mapping[int, Links]
    joins: dict[int, Join | None] = field(default_factory=dict)  # where they are not those of the history
    joined_to: dict[int, list[Join]] = field(default_factory=lambda: defaultdict(list))
    is_first: bool = False
    dead: set[int] = field(default_factory=set)  # followed groups that have joined another
    differing: set[int] = field(default_factory=set)  # groups that are not what they were in the same round
    followed: set[int] = field(default_factory=set)  # these and others: what they do is found out, not looked up
    reached: set[int] = field(default_factory=set)  # the provisions of differing groups
    reached_in: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # by round, those to look at
    links: dict[int, Links] = field(default_factory=dict)  # of these
    due: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # by round, the groups to look at
    expected: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # by round, those that joined then
    groups: dict[int, _Group] = field(default_factory=dict)
    nearest: dict[int, int | None] = field(default_factory=dict)
    nearest_of: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))  # whose nearest one is, or was

    # ---- what is, and what was ----

    def join_of(self, name: int) -> Join | None:
        return self.joins[name] if name in self.joins else self.history.join_of(name)

    def joins_to(self, name: int) -> list[Join]:
        return [join for join in self.history.joins_to(name) if join[1] not in self.joins] + self.joined_to.get(name, [])

    def is_alive(self, name: int, round: int) -> bool:
        join = self.join_of(name)
        return (join is None or join[0] >= round) and name not in self.gone

    def root(self, name: int, round: int) -> int:
        """The group that an earlier one belongs to at the beginning of a round."""
        while (join := self.join_of(name)) is not None and join[0] < round:
            name = join[1]
        return name

    def next_join(self, name: int, round: int) -> Join | None:
        """When next a group joins another, of those that are not followed."""
        own = self.join_of(name)
        return min((join for join in (*self.joins_to(name), *([own] if own else ())) if join[0] >= round), default=None)

    def members(self, name: int, round: int) -> list[int]:
        found, waiting = [], [(name, round)]
        while waiting:
            one, until = waiting.pop()
            found.append(one)
            waiting += [(other, r) for r, other, _ in self.joins_to(one) if r < until]
        return found

    def partner_before(self, name: int, round: int) -> int | None:
        """With which group one joined in a round, as it was; None for one that was another then."""
        if name in self.differing:
            return None
        join = self.history.join_of(name)
        if join is not None and join[0] == round:
            return join[1]
        return next((other for r, other, _ in self.history.joins_to(name) if r == round), None)

    # ---- a round ----

    def go_through(self, round: int) -> None:
        """Find which groups that are followed join in a round, and which do otherwise than before."""
        self.look_round(self.reached_in.pop(round, set()), round)
        names = [name for name in sorted(self.due.pop(round, ())) if self.is_alive(name, round)]
        self.find_nearest(names, round)
        partners: dict[int, int] = {}
        for name in names:
            other = self.nearest[name]
            if other is not None and self.nearest[other] == name and (name in self.followed or other in self.followed):
                partners[name], partners[other] = other, name
        left = {name for name in (*partners, *self.expected.pop(round, ())) if self.partner_before(name, round) != partners.get(name)}
        left |= {other for name in left if (other := self.partner_before(name, round)) is not None}
        for kept, joined in partners.items():
            if kept > joined:
                is_as_before = self.partner_before(kept, round) == joined and self.partner_before(joined, round) == kept
                self.join(kept, joined, round, is_as_before)
        for name in left - partners.keys():
            if name not in self.differing and self.is_alive(name, round):
                self.differ(name, round + 1, self.members(name, round + 1))

    def join(self, kept: int, joined: int, round: int, is_as_before: bool) -> None:
        one, other = self.groups[kept], self.groups.pop(joined)
        assert one.totals is not None and other.totals is not None
        mean = self.measure(one, other, one.totals[joined])
        for document, count in other.held.items():
            one.held[document] = one.held.get(document, 0) + count
        for name, total in other.totals.items():
            one.totals[name] = one.totals.get(name, 0) + total
        one.members += other.members
        one.since = round + 1
        self.due[round + 1] |= self.nearest_of.pop(kept, set()) | self.nearest_of.pop(joined, set()) | {kept}
        self.differing.discard(joined)
        self.dead.add(joined)
        if is_as_before:
            self.follow(kept, round + 1)
        else:
            self.joins[joined] = (round, kept, mean)
            self.joined_to[kept].append((round, joined, mean))
            self.differ(kept, round + 1, one.members)

    def differ(self, name: int, round: int, members: Iterable[int]) -> None:
        """Note that from a round on a group is not what it was."""
        if name not in self.differing:
            self.differing.add(name)
            self.forget_join(name)
        self.followed.add(name)
        self.due[round].add(name)
        if not self.is_first:
            new = set(members) - self.reached
            self.reached |= new
            self.reached_in[round] |= new

    def forget_join(self, name: int) -> None:
        if name not in self.joins and self.history.join_of(name) is not None:
            self.joins[name] = None

    def follow(self, name: int, round: int) -> None:
        """Find out from a round on what a group does, which is as it was: at the latest when it joined another."""
        if name in self.followed:
            return
        self.followed.add(name)
        self.due[round].add(name)
        before = self.history.join_of(name)
        for r, *_ in (*self.history.joins_to(name), *([before] if before else ())):
            if r >= round:
                self.due[r].add(name)
                self.expected[r].add(name)

    def look_round(self, provisions: Iterable[int], round: int) -> None:
        """Follow the groups that provisions of differing groups may keep from joining as they did.

        A group's next join was with its nearest. No group, be it as it is or as it was, is nearer to another than some
        provision of it is; and where the provisions that were reached, or are gone, are all further than that join, or
        than any join may be, by their links as they are and as they were, nothing of them matters until then.
        """
        new = [one for one in provisions if one not in self.links]
        self.links.update(self.read_links([one for one in new if one not in self.gone]) if new else {})
        for one in new:
            links = dict(self.links.get(one, ()))
            for other, strength in self.lost.get(one, {}).items():
                if other not in self.gone:
                    links[other] = max(strength, links.get(other, 0))
            self.links[one] = links
        for one in provisions:
            own = _Group(round, [one], {self.document_of(one): 1})
            totals: dict[int, int] = {}
            for other, strength in self.links[one].items():
                root = self.root(other, round)
                if root not in self.followed:
                    totals[root] = totals.get(root, 0) + strength
            for other, total in totals.items():
                join = self.next_join(other, round)
                if self.measure(own, self.read_held(other, round), total) >= (join[2] if join else self.least):
                    self.follow(other, round)
                elif join:
                    self.reached_in[join[0] + 1].add(one)

    # ---- how near groups are ----

    def find_nearest(self, names: Sequence[int], round: int) -> None:
        """Find the nearest of some groups, and of these their nearest, where they are not known."""
        self.look_at(names, round)
        others = {other for name in names if (other := self.nearest[name]) is not None}
        self.look_at([other for other in sorted(others) if other not in self.nearest or not self.is_known(other, round)], round)

    def look_at(self, names: Sequence[int], round: int) -> None:
        self.read_groups(names, round)
        for name in names:
            self.nearest[name] = nearest = self.choose_nearest(name, round)
            if nearest is None:
                continue
            self.nearest_of[nearest].add(name)
            if nearest not in self.followed and (join := self.next_join(nearest, round)):
                self.due[join[0] + 1].add(name)

    def choose_nearest(self, name: int, round: int) -> int | None:
        """The nearest group; of several equally near the one of the lowest number.

        Two that join bear the higher of their numbers: else a group that was further could, by joining one that is as near
        as the nearest, come before it, and who is nearest would hang on when it was asked.
        """
        group = self.groups[name]
        assert group.totals is not None
        moved = [o for o in group.totals if o in self.dead or (o not in self.followed and not self.is_alive(o, round))]
        for other in moved:
            total, root = group.totals.pop(other), self.root(other, round)
            group.totals[root] = group.totals.get(root, 0) + total
        group.totals.pop(name, None)
        kept_apart = {self.root(other, round) for member in group.members for other in self.apart.get(member, ())} if self.apart else ()
        best, best_mean = None, 0.0
        for other, total in group.totals.items():
            theirs = self.groups.get(other) if other in self.followed else None
            mean = self.measure(group, theirs or self.read_held(other, round), total)
            if mean >= self.least and (mean > best_mean or (mean == best_mean and (best is None or other < best))) and other not in kept_apart:
                best, best_mean = other, mean
        return best

    def measure(self, one: _Group, other: _Group, total: int) -> float:
        """The mean over all pairs of two groups, but for pairs of one document."""
        between = len(one.members) * len(other.members)
        fewer, more = (one.held, other.held) if len(one.held) < len(other.held) else (other.held, one.held)
        for document, count in fewer.items():
            between -= count * more.get(document, 0)
        return total / between if between else 0.0

    def is_known(self, name: int, round: int) -> bool:
        """Whether a group is as it was when it was last looked at."""
        group = self.groups.get(name)
        return group is not None and not any(group.since <= r < round for r, *_ in self.joins_to(name))

    def read_held(self, name: int, round: int) -> _Group:
        if not self.is_known(name, round):
            members = self.members(name, round)
            held: dict[int, int] = {}
            for member in members:
                document = self.document_of(member)
                held[document] = held.get(document, 0) + 1
            self.groups[name] = _Group(round, members, held)
            self.nearest.pop(name, None)
        return self.groups[name]

    def read_groups(self, names: Iterable[int], round: int) -> None:
        new = [group for name in names if (group := self.read_held(name, round)).totals is None]
        links = self.read_links([member for group in new for member in group.members]) if new else {}
        for group in new:
            group.totals = dict(links[group.members[0]])
            for member in group.members[1:]:
                for other, strength in links[member].items():
                    group.totals[other] = group.totals.get(other, 0) + strength
