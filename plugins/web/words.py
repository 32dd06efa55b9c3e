"""The Chinese names of what the database calls by English words."""

#: Shown under the search field of the home page; a test holds them to finding something.
EXAMPLES = ("新型学徒制", "技能大师工作室", "培训补贴 资金监管")

KIND_NAMES = {
    "part": "部分",
    "chapter": "章",
    "section": "节",
    "article": "条",
    "clause": "条款",
    "item": "项",
    "goal": "分项",
    "paragraph": "段",
    "box": "专栏",
    "row": "表行",
    "note": "注",
    "annex": "附件",
}

#: What follows 上一 and 下一.
COUNTERS = {"part": "部分", "chapter": "章", "section": "节", "article": "条", "clause": "条", "item": "项",
            "goal": "项", "paragraph": "段", "box": "专栏", "row": "行", "note": "注", "annex": "附件"}

FIELD_NAMES = {
    "title": "题名",
    "doc_number": "文号",
    "doc_type": "类型",
    "issuer": "发文机关",
    "issuers": "发文机关",
    "issued_on": "成文日期",
    "published_on": "发布日期",
    "period": "期间",
    "period_start": "起始年",
    "period_end": "终止年",
    "province": "省份",
    "province_code": "省份代码",
    "source_url": "来源网址",
    "addressee": "主送机关",
    "disclosure": "公开方式",
    "repost_mark": "转载标记",
    "reposted_on": "转载日期",
    "notice_title": "通知标题",
    "source_unit": "来源部门",
    "contact": "联系单位",
    "captured_on": "采集日期",
}
