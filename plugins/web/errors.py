"""Error pages in Chinese, for our own pages and for the stock ones."""

from __future__ import annotations

import logging

from datasette import hookimpl
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError

from plugins.web.respond import DatabaseMissing, SearchTooSlow, answer_json, answer_page

_log = logging.getLogger(__name__)

_WORDS = {
    400: ("读不懂这个请求", "地址或参数有误，请检查后再试。"),
    403: ("这里不开放", "这一页或这项操作不对公众开放。"),
    404: ("没有这一页", "地址可能有误，或这一页还不存在。"),
    500: ("网站出错了，抱歉", "错误已记录，资料没有受损。请稍后再试，或返回上一页。"),
    503: ("暂时不能回答", "请稍后再试。"),
}


@hookimpl
def forbidden(datasette, request, message):
    async def inner():
        return await _answer(datasette, request, 403)

    return inner


@hookimpl
def handle_exception(datasette, request, exception):
    async def inner():
        status, reason = _judge(exception)
        if status == 500:
            # Datasette's own handler runs where the traceback is gone, and logs "NoneType: None".
            _log.error("error on %s", request.path, exc_info=exception)
        return await _answer(datasette, request, status, reason)

    return inner


def _judge(exception) -> tuple[int, str | None]:
    """Return the status for an exception, and a reason that may be shown to the public."""
    if isinstance(exception, DatabaseMissing):
        return 503, "知识库还没有建好：缺少 kb.db。"
    if isinstance(exception, SearchTooSlow):
        return 503, "检索用时太长，已经停止。请把检索词写得具体一些。"
    if isinstance(exception, DatasetteError):
        return exception.status, exception.message
    if isinstance(exception, Base400):
        return exception.status, None
    return 500, None


async def _answer(datasette, request, status: int, reason: str | None = None):
    heading, advice = _WORDS.get(status, _WORDS[400] if status < 500 else _WORDS[500])
    if request.path.endswith((".json", ".jsonl")):
        return answer_json(datasette, {"ok": False, "status": status, "error": reason or heading}, status=status)
    context = {"status": status, "heading": heading, "advice": reason or advice, "query": request.args.get("q") or ""}
    return await answer_page(datasette, request, "error.html", context, status=status)
