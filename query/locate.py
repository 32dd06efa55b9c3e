"""Find which provision an address means that is not written as its permanent one.

Short forms (``cl_14``, ``box_3_row_2``), Chinese ones (第五部分第（十四）条, 专栏3, 第14条第2款第3项), a document's title or
number in the place of its id, and addresses that once were: what they mean, or what they may mean.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lang.numerals import HAN_DIGITS, read_integer
from lang.tokens import fold
from query.addresses import split_address
from query.database import one, rows
from query.documents import describe_document, id_of, table_of
from query.layout import unbreak
from query.memo import once
from query.sentences import split_sentence

LONGEST = 200  # characters of an address that are read
MOST_CHOICES = 40

_N = rf"(?P<n>[\d{HAN_DIGITS}]{{1,9}})"
_SEPARATORS = " \t,，、·›>/-—的之:：;；》《"
#: What a step is called, and which levels it may mean, the likeliest first.
_UNITS = {
    "部分": ("part",), "编": ("part",), "章": ("chp",), "节": ("sec",), "条": ("art", "cl"), "款": ("para", "cl"),
    "项": ("item", "goal", "cl"), "目": ("item",), "段": ("para",), "分项": ("goal",), "目标": ("goal",), "行": ("row",),
    "句": ("sent",),
}  # fmt: skip
_ORDINAL = re.compile(rf"第(?P<open>\()?{_N}(?P<close>\))?个?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})")
_NAMED = re.compile(rf"(?P<name>专栏|附件|附录|附表|备注|附注|注)\s*\(?(?P<n>[\d{HAN_DIGITS}]{{1,9}})?\)?")
_NAMES = {"专栏": "box", "附件": "annex", "附录": "annex", "附表": "annex", "备注": "note", "附注": "note", "注": "note"}
_BRACKETED = re.compile(rf"\({_N}\)(?P<unit>[条款项目])?")
_DOTTED = re.compile(rf"{_N}(?P<dot>[、.．])")
_AGAIN = re.compile(r"\[第(?P<n>\d{1,4})次出现\]")
_SHORT = re.compile(r"[a-z]+_\d{1,4}(?:_\d{1,4})?(?:_{1,2}[a-z]+_\d{1,4}(?:_\d{1,4})?)*\Z")
_SHORT_STEP = re.compile(r"(?P<prefix>[a-z]+)_(?P<n>\d+)(?:_(?P<again>\d+))?")
_STEP = re.compile(r"(?P<prefix>[a-z]+)_(?P<n>\d+)(?:_(?P<again>\d+))?\Z")
_ENCLOSED = {chr(code): f"({unicodedata.normalize('NFKC', chr(code))})" for code in range(0x2460, 0x2474)}  # ① … ⑳


@dataclass(frozen=True)
class Step:
    """One step of a written reference: the levels it may mean, the likeliest first, and its number."""

    prefixes: tuple[str, ...]
    n: int
    again: int | None = None


@dataclass(frozen=True)
class Located:
    """What an address means.

    ``state`` is ``here`` (the address is the permanent one), ``moved`` (it is permanently ``eid``), ``means`` (it now
    means ``eid``), ``choice`` (one of ``choices``: ``[{"document_id", "eid", "label"}]``), ``gone`` (``retired``, a
    row of that table) or ``missing``. ``document_id`` and ``version`` are those that the answer is about, also where
    the document's id was written otherwise; ``document_id`` is None where no document is meant.
    """

    state: str
    document_id: str | None = None
    version: int | None = None
    eid: str | None = None
    choices: tuple[dict[str, Any], ...] = ()
    retired: dict[str, Any] | None = None


def locate(conn: sqlite3.Connection, address: str, eid: str | None = None) -> Located:
    """Return what ``/d/<address>`` or ``/d/<address>/<eid>`` means, both as they were written."""
    address, eid = address[:LONGEST], eid[:LONGEST] if eid is not None else None
    named, _, version_written = address.rpartition("@") if "@" in address else (address, "", "")
    version = _read_version(version_written)
    if version_written and version is None:
        return Located("missing")
    ids = find_documents(conn, named)
    if len(ids) > 1:
        return Located("choice", choices=tuple(_offer_document(conn, id_) for id_ in ids))
    if not ids:
        return Located("missing")
    document = describe_document(conn, ids[0], version)
    if document is None:
        return Located("missing", ids[0], version)
    is_written_so = split_address(address) == (ids[0], version)
    if eid is None:
        # An id in capitals is the id; a title may be another document's one day.
        state = "here" if is_written_so else "moved" if named.lower() == ids[0] else "means"
        return Located(state, ids[0], version)
    found = _locate_provision(conn, document, eid)
    if found.state == "here" and not is_written_so:
        return Located("moved" if named.lower() == ids[0] else "means", ids[0], version, found.eid)
    if found.state == "moved" and not is_written_so and named.lower() != ids[0]:
        return Located("means", ids[0], version, found.eid)
    return found


def find_documents(conn: sqlite3.Connection, written: str) -> list[str]:
    """Return the ids of the documents that an id, a title or a number names, in any width of letters and brackets."""
    if split_address(written.lower()) and one(conn, "SELECT 1 FROM documents WHERE id = ?", [written.lower()]):
        return [written.lower()]
    return once(conn, _names_of_documents).get(_bare(written), [])


def read_reference(written: str) -> tuple[tuple[Step, ...], str]:
    """Read a written reference: its steps, the outermost first, and what follows them (a heading, as a rule)."""
    if _SHORT.match(written.lower()):
        found = _SHORT_STEP.finditer(written.lower())
        return tuple(Step((m["prefix"],), int(m["n"]), int(m["again"]) if m["again"] else None) for m in found), ""
    words = "".join(_ENCLOSED.get(character, character) for character in written)
    words = unicodedata.normalize("NFKC", words).strip()
    steps: list[Step] = []
    while words := words.lstrip(_SEPARATORS):
        again = _AGAIN.match(words)
        if again and steps:
            steps[-1] = Step(steps[-1].prefixes, steps[-1].n, int(again["n"]))
            words = words[again.end() :]
            continue
        match = _ORDINAL.match(words) or _NAMED.match(words) or _BRACKETED.match(words) or _DOTTED.match(words)
        step = _read_step(match) if match else None
        if step is None:
            break
        steps.append(step)
        words = words[match.end() :]
    return tuple(steps), words


def find_by_reference(units: Sequence[dict[str, Any]], written: str) -> list[str]:
    """Return the eids that a written reference may mean; ``units`` are ``{"eid", "heading"}`` in order.

    Its last step is the unit's own; the others stand above, with as little as possible between them. What stands
    above the first one may be anything, so （一） alone may mean several, unless the whole path is as written.
    """
    steps, rest = read_reference(written)
    heading = _bare(rest)
    if not steps:
        return [unit["eid"] for unit in units if heading and _bare(unit["heading"] or "") == heading]
    sentence = None
    if steps[-1].prefixes == ("sent",):
        *kept, last = steps
        steps, sentence = tuple(kept), last.n
        if not steps:
            return []
    paths = [(unit, _steps_of(unit["eid"])) for unit in units]
    found = _match_paths(paths, steps)
    if not found and any("para" in step.prefixes and step.n == 1 for step in steps[1:]):
        # An article that is not divided has its words itself: 第十四条第一款 is 第十四条.
        shorter = tuple(step for step in steps if not ("para" in step.prefixes and step.n == 1))
        eids = {unit["eid"] for unit in units}
        found = [unit for unit in _match_paths(paths, shorter) if f"{unit['eid']}__para_1" not in eids]
    if heading:
        found = [unit for unit in found if heading in _bare(unit["heading"] or "") or _bare(unit["heading"] or "-") in heading]
    return [unit["eid"] + (f"__sent_{sentence}" if sentence else "") for unit in found]


def _match_paths(paths: Sequence[tuple[dict[str, Any], list[tuple[str, int, int | None]]]], steps: Sequence[Step]) -> list[dict[str, Any]]:
    ranked = []
    for unit, path in paths:
        cost = _match_path(path, steps)
        if cost is not None:
            ranked.append((cost, unit))
    best = min((cost for cost, _ in ranked), default=None)
    return [unit for cost, unit in ranked if cost == best]


def _match_path(path: Sequence[tuple[str, int, int | None]], steps: Sequence[Step]) -> tuple[int, int, bool] | None:
    """Return (how unlikely the levels are, how many levels stand between, whether some stand above), None for another path.

    第二部分 names the part of the main text in full; that of an annex would be named with its annex.
    """
    place, unlikely = len(path), 0
    for position, step in enumerate(reversed(steps)):
        while place > 0:
            place -= 1
            prefix, n, again = path[place]
            if prefix in step.prefixes and n == step.n and (step.again is None or step.again == again):
                unlikely += step.prefixes.index(prefix)
                break
            if position == 0:
                return None
        else:
            return None
    return unlikely, len(path) - place - len(steps), place > 0


def _locate_provision(conn: sqlite3.Connection, document: dict[str, Any], eid: str) -> Located:
    document_id, table = document["id"], table_of(document)
    pin = document["version"]["n"] if document["pinned"] else None
    plain, sentence = split_sentence(eid)
    suffix = f"__sent_{sentence}" if sentence else ""
    if one(conn, f"SELECT 1 FROM {table} WHERE id = ?", [id_of(document, plain)]):
        return Located("here", document_id, pin, eid)
    owner = document["version"]["id"] if document["pinned"] else document_id
    alias = one(conn, "SELECT new_id FROM aliases WHERE old_id = ?", [f"{owner}__{plain}"])
    if alias:
        # Without a version an address follows the newest one, and a newer one may lead it elsewhere.
        pinned = one(conn, "SELECT 1 FROM aliases WHERE old_id = ?", [f"{document['version']['id']}__{plain}"])
        new = alias["new_id"].removeprefix(f"{owner}__")
        return Located("moved" if pinned else "means", document_id, pin, new + suffix)
    retired = one(conn, "SELECT * FROM retired WHERE id = ?", [f"{owner}__{plain}"])
    if retired:
        return Located("gone", document_id, pin, plain, retired=retired)
    units = rows(
        conn,
        f"SELECT eid, heading, label FROM {table} WHERE document_id = ? AND version_id = ? ORDER BY seq",
        [document_id, document["version"]["id"]],
    )
    found = find_by_reference(units, eid)
    if len(found) == 1:
        return Located("means", document_id, pin, found[0])
    labels = {unit["eid"]: unbreak(unit["label"]) for unit in units}
    choices = tuple({"document_id": document_id, "eid": one_, "label": labels[split_sentence(one_)[0]]} for one_ in found[:MOST_CHOICES])
    return Located("choice" if choices else "missing", document_id, pin, eid, choices)


def _read_step(match: re.Match[str]) -> Step | None:
    groups = match.groupdict()
    n = read_integer(groups["n"]) if groups["n"] else 1
    if n is None:
        return None
    if groups.get("name"):
        return Step((_NAMES[groups["name"]],), n)
    if groups.get("dot"):
        return Step(("item", "part") if groups["n"].isdecimal() else ("part",), n)
    unit = groups.get("unit")
    is_bracketed = match.re is _BRACKETED or bool(groups.get("open"))
    prefixes = _UNITS[unit] if unit else ("item", "cl") if groups["n"].isdecimal() else ("cl", "item")
    if is_bracketed and unit and "cl" in prefixes and not groups["n"].isdecimal():
        prefixes = ("cl", *(prefix for prefix in prefixes if prefix != "cl"))
    return Step(prefixes, n)


def _steps_of(eid: str) -> list[tuple[str, int, int | None]]:
    matches = (_STEP.match(step) for step in eid.split("__"))
    return [(m["prefix"], int(m["n"]), int(m["again"]) if m["again"] else None) for m in matches if m]


def _read_version(written: str) -> int | None:
    match = re.fullmatch(r"[vV]?([1-9]\d{0,3})", written)
    return int(match[1]) if match else None


def _names_of_documents(conn: sqlite3.Connection) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for row in rows(conn, "SELECT id, title, doc_number FROM documents ORDER BY id"):
        for name in {_bare(row["title"] or ""), _bare(row["doc_number"] or "")} - {""}:
            names.setdefault(name, []).append(row["id"])
    return names


def _offer_document(conn: sqlite3.Connection, document_id: str) -> dict[str, Any]:
    found = one(conn, "SELECT title, province FROM documents WHERE id = ?", [document_id])
    return {"document_id": document_id, "eid": None, "label": f"{found['province']} 《{found['title']}》"}


def _bare(words: str) -> str:
    """What tells names apart: letters, digits and Han characters in matching form, numbers kept apart."""
    return re.sub(r"(?<!\d)-|-(?!\d)", "", re.sub(r"[\W_]+", "-", fold(words)))
