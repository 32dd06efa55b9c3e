"""Tell which documents were compared with each other: in a large corpus each only with its nearest."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

from query.memo import once


@dataclass(frozen=True)
class _Compared:
    documents: Set[str]
    empty: Set[str]  # nothing of them is ever compared: they are silent whatever is asked
    others: Mapping[str, Set[str]]


def compared_with(conn: sqlite3.Connection, document_id: str) -> Set[str]:
    """Return the ids of the other documents that a document was compared with; of any other nothing is known.

    Two were compared when either is a neighbour of the other, or a curator pins a provision of one to the other's. A
    document without provisions to compare says nothing to any other, and counts as compared.
    """
    known = once(conn, _read)
    if document_id in known.empty:
        return known.documents - {document_id}
    return (known.others.get(document_id, frozenset()) | known.empty) - {document_id}


def all_compared(conn: sqlite3.Connection) -> bool:
    """Return whether every document was compared with every other, as in a small corpus."""
    return once(conn, _are_all_compared)


def _are_all_compared(conn: sqlite3.Connection) -> bool:
    known = once(conn, _read)
    whole = known.documents - known.empty
    return all(len(known.others.get(id_, frozenset()) & whole) == len(whole) - 1 for id_ in whole)


def _read(conn: sqlite3.Connection) -> _Compared:
    sql = """
        SELECT document_id, other_id FROM neighbours
        UNION
        SELECT a.document_id, b.document_id
        FROM build, json_each(build.value) AS decision
        JOIN compared_provisions a ON a.provision_id = decision.value ->> '$[1][0]'
        JOIN compared_provisions b ON b.provision_id = decision.value ->> '$[1][1]'
        WHERE build.key = 'alignments' AND decision.value ->> '$[0]' = 'pin'
    """
    documents = frozenset(row[0] for row in conn.execute("SELECT id FROM documents"))
    compared = frozenset(row[0] for row in conn.execute("SELECT DISTINCT document_id FROM compared_provisions"))
    others: dict[str, set[str]] = defaultdict(set)
    name = {id_: id_ for id_ in documents}  # one string for each: the pairs are many
    for one, other in conn.execute(sql):
        if one != other:
            others[name[one]].add(name[other])
            others[name[other]].add(name[one])
    return _Compared(documents, documents - compared, dict(others))
