"""What machines ask for: Atom feeds, the sitemap, robots.txt."""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from datasette import Response
from datasette.utils import add_cors_headers

from plugins.web.asked import read_asked
from plugins.web.read_back import read_back
from plugins.web.respond import answer_missing, answer_text, ask, complete_addresses
from query.corpus import read_build
from query.database import one
from query.facets import load_catalogue
from query.feeds import MEDIA_TYPE, list_changes, list_found, write_atom
from query.search import search
from query.sitemap import write_robots, write_sitemap


async def show_feed(datasette, request):
    """Documents that are new, captured anew or withdrawn."""
    entries = await ask(datasette, list_changes)
    return await _answer_feed(datasette, request, entries, "新增、更新和撤回的文件", "/feed.atom", "/d")


async def show_theme_feed(datasette, request):
    """Documents with provisions on a theme."""
    theme_id = unquote(request.url_vars["id"])

    def question(conn):
        theme = one(conn, "SELECT id, name FROM themes WHERE id = ?", [theme_id])
        return theme, list_found(conn, "", {"theme": (theme_id,)}) if theme else []

    theme, entries = await ask(datasette, question)
    if theme is None:
        return await answer_missing(datasette, request, "themes", "没有这个主题")
    path = f"/themes/{quote(theme_id, safe='')}"
    return await _answer_feed(datasette, request, entries, f"主题：{theme['name']}", f"{path}.atom", path)


async def show_search_feed(datasette, request):
    """Documents in which a search finds something."""
    asked = read_asked(request.args).turn()
    if asked.is_empty:
        return answer_text("没有检索词，也没有选定范围：在地址里写上 q=检索词。\n", status=400)

    def question(conn):
        found = search(conn, asked.q, limit=1, scope=asked.scope, chosen=asked.chosen)
        entries = list_found(conn, asked.q, asked.chosen, asked.scope)
        return read_back(found, load_catalogue(conn)), entries

    sentence, entries = await ask(datasette, question)
    return await _answer_feed(datasette, request, entries, f"检索：{sentence}", asked.path(".atom"), asked.path())


async def show_sitemap(datasette, request):
    """The sitemap, or a piece of it."""
    number = request.url_vars.get("number")
    body = await ask(datasette, write_sitemap, complete_addresses(datasette, request), int(number) if number else None)
    if body is None:
        return answer_text("没有这一份网站地图。\n", status=404)
    return Response(body, content_type="application/xml; charset=utf-8")


async def show_robots(datasette, request):
    """What crawlers may read."""
    return answer_text(write_robots(complete_addresses(datasette, request), datasette.setting("base_url").rstrip("/")))


async def _answer_feed(datasette, request, entries, title: str, path: str, page: str) -> Response:
    build = await ask(datasette, read_build)
    site = build.get("corpus_name") or datasette.metadata("title")
    absolute = complete_addresses(datasette, request)
    # Ids must outlive a move to another host: then the old name is set as tag_authority in metadata.json.
    authority = datasette.metadata("tag_authority") or urlsplit(absolute("/")).hostname or "localhost"
    body = write_atom(
        entries, site=site, title=f"{site} · {title}", path=path, page=page, authority=authority, absolute=absolute,
        updated=build.get("corpus_released_on") or "1970-01-01",
    )  # fmt: skip
    headers: dict[str, str] = {}
    if datasette.cors:
        add_cors_headers(headers)
    return Response(body, headers=headers, content_type=f"{MEDIA_TYPE}; charset=utf-8")
