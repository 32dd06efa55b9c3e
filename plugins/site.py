"""The site's hooks, each from the module of its concern.

Datasette runs every file beside this one as a plugin. It reads them in the locale's encoding, so this one
stays ASCII; what it imports is read as UTF-8.
"""

import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parents[1])
if ROOT not in sys.path:
    # Datasette loads this file by its path, without the repository on sys.path.
    sys.path.insert(0, ROOT)

from plugins.web.data_links import menu_links, render_cell  # noqa: E402
from plugins.web.data_search import filters_from_request  # noqa: E402
from plugins.web.draft_page import skip_csrf  # noqa: E402
from plugins.web.errors import forbidden, handle_exception  # noqa: E402
from plugins.web.frame import extra_template_vars, prepare_jinja2_environment  # noqa: E402
from plugins.web.guard import asgi_wrapper  # noqa: E402
from plugins.web.pages import register_routes  # noqa: E402
from plugins.web.sql_functions import prepare_connection  # noqa: E402
from plugins.web.warm import startup  # noqa: E402

__all__ = [
    "asgi_wrapper",
    "extra_template_vars",
    "filters_from_request",
    "forbidden",
    "handle_exception",
    "menu_links",
    "prepare_connection",
    "prepare_jinja2_environment",
    "register_routes",
    "render_cell",
    "skip_csrf",
    "startup",
]
