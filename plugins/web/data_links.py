"""Links from the stock table pages back to the reading pages."""

from __future__ import annotations

from datasette import hookimpl
from markupsafe import Markup

from query.addresses import write_address


@hookimpl
def render_cell(row, value, column, table, database, datasette):
    """Make a document's title and a provision's eid lead to their pages."""
    if database != "kb" or not value or row is None:
        return None
    columns = row.keys()
    if column == "title" and table == "documents" and "id" in columns:
        path = write_address(row["id"])
    elif column == "eid" and "document_id" in columns:
        document = row["document_id"]  # where Datasette names what a key leads to, a dict
        path = write_address(document["value"] if isinstance(document, dict) else document, value)
    else:
        return None
    return Markup('<a href="{}">{}</a>').format(datasette.urls.path(path), value)


@hookimpl
def menu_links(datasette):
    return [
        {"href": datasette.urls.instance(), "label": "首页"},
        {"href": datasette.urls.path("/d"), "label": "文件"},
        {"href": datasette.urls.path("/themes"), "label": "主题"},
        {"href": datasette.urls.path("/indicators"), "label": "指标"},
        {"href": datasette.urls.path("/agencies"), "label": "机构"},
        {"href": datasette.urls.path("/about"), "label": "关于"},
    ]
