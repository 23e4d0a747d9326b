"""What generated pages are written with: small grammars of Chinese and English news, nobody's text."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """How one language writes sentences, headlines, captions, and the lines around an article."""

    sentence: Callable[[random.Random], str]
    headline: Callable[[random.Random], str]
    caption: Callable[[random.Random], str]
    lines: dict[str, tuple[str, ...]]
    joint: str
    repeats: bool

    def some(self, rng: random.Random, kind: str, least: int, most: int) -> list[str]:
        """Choose some lines of one kind."""
        return rng.sample(self.lines[kind], rng.randint(least, most))


def _fill(rng: random.Random, pattern: str, slots: dict[str, tuple[str, ...]]) -> str:
    while "{" in pattern:
        start = pattern.index("{")
        end = pattern.index("}", start)
        pattern = pattern[:start] + rng.choice(slots[pattern[start + 1 : end]]) + pattern[end + 1 :]
    return pattern


_ZH = {
    "who": (
        "市长林晓峰",
        "交通部门负责人",
        "研究员周雅琴",
        "青河大学教授何远",
        "当地居民",
        "水务局局长陈秋河",
        "外交部发言人",
        "一位参会代表",
        "中方代表",
        "理事会秘书长阿迪卡里",
    ),
    "org": (
        "青河市政府",
        "水务局",
        "北山自然保护区",
        "东湖科技公司",
        "六河理事会",
        "国家气象中心",
        "南岭铁路局",
        "世界湖泊组织",
        "省博物馆",
    ),
    "place": ("青河市", "北山县", "东湖之滨", "琅勃拉邦", "南岭地区", "老城区", "长江中游", "清迈", "会议中心"),
    "time": ("昨天", "7月4日上午", "今年以来", "2024年底", "上周", "当地时间10月16日", "近日", "过去5年间", "本月初"),
    "thing": (
        "防洪方案",
        "数据共享平台",
        "轨道交通三号线",
        "湿地修复工程",
        "人工智能治理倡议",
        "粮食储备计划",
        "教育合作项目",
        "古籍数字化工作",
        "公共卫生体系",
    ),
    "verb": ("推进", "通过", "讨论", "公布", "启动", "调整", "完善", "验收"),
    "number": ("30余个", "约1000名", "26个", "3.5亿元", "12.6%", "第78届", "近万", "2000多户"),
    "good": (
        "平稳运行",
        "取得积极进展",
        "受到各方欢迎",
        "仍然面临资金短缺的困难",
        "比上年增长4.2%",
        "将惠及沿线群众",
        "为区域发展注入新动力",
    ),
    "say": ("表示", "指出", "强调", "认为", "介绍", "说"),
    "clause": (
        "各方应当加强协调",
        "要守住安全底线",
        "技术创新离不开开放合作",
        "水情信息必须及时发布",
        "基层单位需要更多支持",
        "这项工作不能等也不能拖",
        "任何国家都难以独善其身",
    ),
    "list": (
        "贸易、交通、能源、农业等领域",
        "教育、文化、旅游等方面",
        "北山县、东湖区、南岭镇",
        "数据、算力、网络等资源",
    ),
    "doc": ("《青河宣言》", "《流域数据共享公约》", "《公共卫生行动计划（2025年至2030年）》"),
}
_ZH_SENTENCES = (
    "{time}，{org}在{place}{verb}{thing}。",
    "{who}{say}，{clause}，{thing}{good}。",
    "{time}，{who}在{place}{say}，{clause}。",
    "{org}{verb}{thing}，涉及{list}，{good}。",
    "“{clause}，{clause}，”{who}{say}。",
    "{who}{say}：“{clause}。”",
    "与会代表围绕{list}交换意见，{verb}了{doc}。",
    "据统计，{time}共有{number}代表参与{thing}，{good}。",
    "{thing}{good}。",
    "{number}单位参加了{org}在{place}举行的活动。",
    "面对“{place}模式”的现实挑战，{org}决定{verb}{thing}，以合作应对风险，以创新破解难题，让更多群众受益。",
    "为什么{thing}{good}？",
)
_ZH_HEADLINES = (
    "{org}{verb}{thing}", "{thing}在{place}{verb}", "{place}{thing}{good}", "{who}出席{org}{thing}发布会",
    "{org}与{org}共商{thing}", "让{thing}走进{place}",
)  # fmt: skip
_ZH_CAPTIONS = (
    "{who}同与会嘉宾在{place}合影。", "图为{place}外景。", "{time}拍摄的{place}。", "▲{org}工作人员在{place}检修设备",
    "{place}的夜景。", "图为{who}在{place}发言。", "这是{place}一角。", "{org}展台前的参观者。",
)  # fmt: skip


def _zh(patterns: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda rng: _fill(rng, rng.choice(patterns), _ZH)


ZH = Words(
    sentence=_zh(_ZH_SENTENCES),
    headline=_zh(_ZH_HEADLINES),
    caption=_zh(_ZH_CAPTIONS),
    lines={
        "menu": ("首页 > 新闻 > 国际", "第3版 要闻", "分享到：微信 微博", "返回首页", "字号 大 中 小"),
        "foot": (
            "→ 联系我们 news@qinghe.example",
            "相关阅读",
            "版权所有 青河日报",
            "责任编辑：林小雨",
            "下一篇",
            "热线：400-000-1234",
        ),
        "deck": ("共同走向更加美好的未来", "多方合作破解难题", "让群众共享发展成果"),
        "time": ("2024-07-04 20:36", "2024年7月5日 星期五", "发布时间：2024-07-05 10:20"),
        "byline": ("本报记者 林小雨", "记者 周雅琴 何远", "作者：陈秋河"),
        "credit": ("新华社 图", "本报记者 何远 摄", "图源：青河日报"),
        "source": ("据新华社电", "（据青河日报报道）", "来源：青河日报"),
    },
    joint="",
    repeats=False,
)

_EN = {
    "who": (
        "Mayor Lin Xiaofeng",
        "a spokesperson for the ministry",
        "Dr. Helen Ward",
        "Professor He Yuan",
        "the council's secretary-general",
        "Mr. Adhikari",
        "Transport Minister Paul J. Okafor",
        "one delegate",
    ),
    "Who": (
        "Mayor Lin Xiaofeng",
        "A spokesperson for the ministry",
        "Dr. Helen Ward",
        "Professor He Yuan",
        "The council's secretary-general",
        "Mr. Adhikari",
        "Transport Minister Paul J. Okafor",
        "One delegate",
    ),
    "org": (
        "the Qinghe city government",
        "the Six Rivers Council (SRC)",
        "the U.S. Geological Survey",
        "the National Weather Center",
        "Eastlake Technology Co. Ltd.",
        "the World Lakes Organization",
    ),
    "Org": (
        "The Qinghe city government",
        "The Six Rivers Council (SRC)",
        "The U.S. Geological Survey",
        "The National Weather Center",
        "Eastlake Technology",
        "The World Lakes Organization",
    ),
    "place": (
        "Qinghe",
        "the Mekong Delta",
        "Luang Prabang, Laos",
        "the old town",
        "northern Thailand",
        "Washington, D.C.,",
        "the conference center",
    ),
    "day": ("on Thursday", "last week", "at 9 a.m. on July 4", "in October", "earlier this year", "on Friday evening"),
    "thing": (
        "a flood-control plan",
        "the data-sharing platform",
        "a wetland restoration project",
        "the long-delayed rail line",
        "an artificial intelligence charter",
        "the grain reserve program",
    ),
    "verb": ("approved", "discussed", "announced", "launched", "reviewed", "postponed"),
    "number": ("more than 500", "about 1,200", "26", "3.5 million", "nearly 40"),
    "clause": (
        "cooperation matters more than ever",
        "nobody can stay safe alone",
        "the region needs steady funding",
        "open technology helps everyone",
        "warnings must be sent in time",
        "farmers cannot wait any longer",
    ),
    "good": (
        "has made steady progress",
        "is running as planned",
        "still faces a shortage of money",
        "grew by 4.2 percent from a year earlier",
        "will benefit people along the river",
    ),
    "list": (
        "trade, transport, energy and farming",
        "education, culture and tourism",
        "data, computing power and networks",
    ),
}
_EN_SENTENCES = (
    "{Org} {verb} {thing} in {place} {day}.".replace(" in {place} {day}.", " {day}."),
    "{Who} said {day} that {clause} and that the project {good}.",
    '"{Clause}," {who} said {day}.',
    "{Org} {verb} {thing}, covering {list}, officials said.",
    "According to {who}, {number} people took part in the meeting, which {good}.",
    "The work {good}.",
    "Delegates exchanged views on {list} and {verb} {thing}.",
    '{Who} added: "{Clause}."',
    'Facing what it called a "small window" of opportunity, {org} decided to support {thing} so that more families could benefit.',
    "Why has it taken so long?",
    "The agreement was signed by {who} and {who} {day}.",
)
_EN["Clause"] = tuple(text[0].upper() + text[1:] for text in _EN["clause"])
_EN_HEADLINES = (
    "City approves flood-control plan after long debate", "Six Rivers forum adopts data-sharing pact", "Rail line to open next spring",
    "Minister calls for responsible AI governance", "Wetland project wins new funding in {town}", "Lake scientists meet in {town}",
    "{town} expands grain reserve as prices rise", "Why {town} is betting on open data", "Council Names New Secretary General in {town}",
)  # fmt: skip
_EN["town"] = ("Qinghe", "Luang Prabang", "Chiang Mai", "Eastlake")
_EN_CAPTIONS = (
    "Delegates pose for a group photo at the conference center.", "File photo: the old town of {town}", "A view of {town} at dusk.",
    "Photo shows engineers at work in {town}.", "Workers check a gauge near {town}.", "Visitors walk past a stand in {town}. (Photo/Xinhua)",
)  # fmt: skip


def _en(patterns: tuple[str, ...]) -> Callable[[random.Random], str]:
    return lambda rng: _fill(rng, rng.choice(patterns), _EN)


EN = Words(
    sentence=_en(_EN_SENTENCES),
    headline=_en(_EN_HEADLINES),
    caption=_en(_EN_CAPTIONS),
    lines={
        "menu": (
            "Skip to Content",
            "Home | World | Politics | Sport",
            "Share this article",
            "Sign up for our newsletter",
        ),
        "foot": (
            "Recommended Articles",
            "Copyright 2024 Qinghe Post. All rights reserved.",
            "Contact us: news@qinghe.example",
            "Next Article",
            "Most read",
        ),
        "deck": ("Officials promise better warnings for villages", "Plan covers four provinces and 40 towns"),
        "time": (
            "2024-07-04 20:36 Last Updated At:22:47",
            "July 5, 2024 10:20 am",
            "Published 3 March 2025, 10:15 GMT",
        ),
        "byline": ("By Helen Ward", "By Paul Okafor and He Yuan"),
        "credit": ("Photo by Jia Wen, River News", "Getty Images"),
        "source": ("Source: Qinghe Post", "(Xinhua)"),
    },
    joint=" ",
    repeats=True,
)
