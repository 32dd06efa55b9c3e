"""How well sentences are aligned: precision and recall of pairs on tests/gold/sentences, every error printed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import yaml

from align.columns import Alignment
from align.sentences import split_sentences
from query.column import Column, read_column
from query.compare import align_read

GOLD = Path(__file__).parent.parent / "gold" / "sentences"

Place = tuple[str, int]  # a column's name, the number of a sentence in it
Pair = frozenset[Place]


@dataclass(frozen=True)
class Group:
    """A group of the gold: its columns' texts and sentences, the pairs that correspond, and those that may."""

    title: str
    columns: tuple[str, ...]
    read: tuple[Column, ...]
    sentences: tuple[tuple[tuple[int, int], ...], ...]
    pairs: frozenset[Pair]
    may: frozenset[Pair]

    def words(self, place: Place) -> str:
        column = self.columns.index(place[0])
        return self.read[column].text[slice(*self.sentences[column][place[1]])].strip()


def load_groups(conn: sqlite3.Connection) -> list[Group]:
    """Return the groups, their sentences found by their first words; an opening that fits not just one is an error."""
    return [_load(conn, path) for path in sorted(GOLD.glob("*.yml"))]


def found_pairs(group: Group, alignment: Alignment) -> frozenset[Pair]:
    """Return the pairs of sentences of different columns that stand in one row."""
    pairs = set()
    for row in alignment.rows:
        members = [(group.columns[column], n) for column, cell in enumerate(row.cells) for n in cell]
        pairs |= {frozenset(pair) for pair in combinations(members, 2) if pair[0][0] != pair[1][0]}
    return frozenset(pairs)


def judge(group: Group, found: frozenset[Pair]) -> tuple[int, list[Pair], list[Pair]]:
    """Return how many pairs were rightly found, those wrongly found, and those missed."""
    wrong = [pair for pair in found if pair not in group.pairs and pair not in group.may]
    missed = [pair for pair in group.pairs if pair not in found]
    return len(found & group.pairs), wrong, missed


def measure(conn: sqlite3.Connection, show: bool = False) -> tuple[float, float]:
    """Return precision and recall over all groups; with ``show`` print each group and its errors."""
    right = wrong = missed = 0
    for group in load_groups(conn):
        alignment = align_read(conn, group.read)
        hits, false, lost = judge(group, found_pairs(group, alignment))
        right, wrong, missed = right + hits, wrong + len(false), missed + len(lost)
        if show:
            print(f"{group.title}: {hits} right, {len(false)} wrong, {len(lost)} missed")
            for word, pairs in (("wrong ", false), ("missed", lost)):
                for pair in sorted(map(sorted, pairs)):
                    print("   ", word, *(f"{place[0]}{place[1]} {group.words(place)[:34]!r}" for place in pair))
    return right / max(right + wrong, 1), right / max(right + missed, 1)


def _load(conn: sqlite3.Connection, path: Path) -> Group:
    entry = yaml.safe_load(path.read_text(encoding="utf-8"))
    columns = tuple(entry["columns"])
    read = [read_column(conn, *id_.split("__", 1)) for id_ in entry["columns"].values()]
    texts = [column.text for column in read]
    sentences = tuple(tuple(split_sentences(column.text, column.breaks)) for column in read)

    def find(column: str, opening: str) -> Place:
        at = columns.index(column)
        fits = [n for n, (start, end) in enumerate(sentences[at]) if texts[at][start:end].lstrip().startswith(str(opening))]
        if len(fits) != 1:
            raise ValueError(f"{path.name}: {len(fits)} sentences of {column} begin with {opening}")
        return column, fits[0]

    pairs = set()
    for row in entry["rows"]:
        members = [find(column, opening) for column, openings in row.items() for opening in openings]
        pairs |= {frozenset(pair) for pair in combinations(members, 2) if pair[0][0] != pair[1][0]}
    may = {frozenset((find(*one[:2]), find(*one[2:]))) for one in entry.get("may", [])}
    return Group(entry["title"], columns, tuple(read), sentences, frozenset(pairs - may), frozenset(may))
