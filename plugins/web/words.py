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
    "page_title": "网页题名",
    "repeated_title": "重复的题名",
    "index_number": "索引号",
    "registration": "登记号",
    "subject": "主题分类",
    "keywords": "主题词",
    "summary": "内容概述",
    "rank": "效力级别",
    "validity": "有效性",
    "effective_on": "施行日期",
    "expires_on": "有效期至",
    "amended_on": "修改日期",
    "history": "沿革",
    "signatory": "签署人",
    "printed_by": "印发机关",
    "printed_on": "印发日期",
    "captured_on": "采集日期",
    "withdrawn_on": "失效日期",
    "withdrawn_reason": "失效原因",
}

#: Of a figure in prose.
QUANTITY_KINDS = {
    "target": "目标",
    "existing": "现有",
    "payment": "标准",
    "limit": "限额",
    "frequency": "频次",
    "other": "其他",
}

#: What an agency does, by the words that say so: a bracket names who leads, a sentence gives a task.
ROLE_NAMES = {
    ("lead", "bracket"): "牵头",
    ("support", "bracket"): "参加",
    ("lead", "sentence"): "承担",
    ("support", "sentence"): "参与",
}

FORCE_NAMES = {"must": "必须、应当、要", "encourage": "鼓励、支持、引导", "explore": "探索、试点"}

ORIGIN_NAMES = {"curator": "编者", "model": "模型", "rule": "规则"}

SUGGESTION_KINDS = {
    "theme": "主题",
    "agency": "机构",
    "audience": "对象",
    "indicator": "指标",
    "word": "词语",
    "heading": "标题",
}

#: On what incomplete evidence the parser decided.
DOUBT_NAMES = {
    "number-inferred": "编号推定",
    "number-sequence": "编号不连续",
    "number-duplicate": "编号重复",
    "lost-character": "疑有缺字",
    "table-uneven": "表格不齐",
    "paragraph-after-list": "列举之后的段落",
    "no-structure": "没有编号层次",
    "closing-paragraph": "结尾的段落",
    "table-unrecovered": "表格未能还原",
    "table-apart": "续表未能相接",
    "row-cut": "跨页的表格行",
    "line-joined": "断行相连",
    "wrap-uncertain": "分段不定",
    "no-document-file": "散放的文件",
}

#: How a document words a measure: the word, and what it means.
STATE_NAMES = {
    "same": ("同文", "六成以上的文字与其他文件同一措施的条款逐字相同（连续八字以上才算）"),
    "adapted": ("改写", "二成到六成的文字相同"),
    "own": ("自有", "规定了这一事项，相同的文字不到二成"),
    "passing": ("顺带", "没有专门的条款，只在规定别的事项时提到，或只有部分相近的条款"),
    "absent": ("未提及", "在全文各条中没有找到"),
    "unseen": ("未比对", "与载有此项的文件内容较远，没有比对过：写没写，还不知道"),
}

#: What speaks for two provisions being counterparts.
REASON_NAMES = {"heading": "标题相近", "heading_in": "标题的词见于正文", "contained": "文字多有重合", "words": "用词相近",
                "main_theme": "主题相同", "unheaded": "都在各部分之前"}

#: The rows of a comparison, by which columns have the sentence.
ROW_KINDS = {"same": "相同", "changed": "都有", "part": "部分有", "alone": "独有", "loose": "移位"}

STRIP_NAMES = {"figures": "数量", "agencies": "机构", "force": "力度用语"}
