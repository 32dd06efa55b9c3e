"""Search on the stock table pages: ``/kb/provisions?_search=数字技能`` finds what the search page finds.

The index knows its rows by numbers that the tables do not bear, and its tokens are ours: Datasette's own search cannot
ask it. So the tables have no ``fts_table``, and this hook adds the condition.
"""

from __future__ import annotations

from datasette import hookimpl
from datasette.filters import FilterArguments

from plugins.web.respond import ask
from query.facets import load_catalogue
from query.match import expression
from query.search import make_plan, search

SEARCHED_TABLES = ("provisions", "clauses", "boxes")

_FOUND = """id in (
    select u.provision_id from search_index i join search_units u on u.id = i.rowid where search_index match :words_sought
)"""
_NOTHING = 'facets : "nothing"'  # no facet's token: those end with a number


@hookimpl(trylast=True)  # Datasette's own hook says that these tables have no search field; the last word counts
def filters_from_request(request, database, table, datasette):
    if database != "kb" or table not in SEARCHED_TABLES:
        return None

    async def inner():
        q = (request.args.get("_search") or "").strip()
        context = {"supports_search": True, "search": q}
        if not q:
            return FilterArguments([], extra_context=context)
        match = await ask(datasette, write_match, q)
        return FilterArguments([_FOUND], {"words_sought": match}, [f"含有“{q}”"], context)

    return inner


def write_match(conn, q: str) -> str:
    """Return the FTS5 expression for what the search finds by a query within one provision."""
    answer = search(conn, q, limit=1)
    if not answer["total"]:
        return _NOTHING
    catalogue = load_catalogue(conn)
    # Read as the search read it: a glued query that it had to cut is cut here too.
    plan = make_plan(catalogue, answer["read_as"], "provision", "relevance", {})
    return expression(plan.query, plan.facets(catalogue))
