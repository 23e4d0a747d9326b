"""Tagged words become full mentions: names split by the tagger are joined, places grow into organisations.

Pure; knows the tagger's tags but not the tagger. Scores were set by precision on labelled news (`bench/annotators.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from builder.annotators import lexicon
from builder.annotators.proposal import Found, longest_first

LABELS = ("PERSON", "GPE", "LOCATION", "ORG", "TITLE")

# Characters that write foreign names; a run of them after a title, or around '·', is a name whatever the tagger says.
_FOREIGN = frozenset(
    "阿埃艾爱安昂奥巴拜班邦包保堡鲍贝本比彼宾波伯博勃布查茨达戴丹当道德登邓迪蒂丁东杜顿多俄厄恩尔法凡范菲费芬丰冯弗福夫富盖冈高戈格根古瓜"
    "哈海汉杭豪赫黑亨洪侯胡华怀霍基吉季加贾简杰金津卡凯坎康考柯科可克肯库拉莱赖兰朗劳勒雷蕾黎李里利丽莉莲廉连良列林琳龙隆卢鲁路露伦罗洛吕马玛迈麦曼芒"
    "毛梅门蒙孟米密敏明缪摩莫默姆木穆纳娜奈南瑙内嫩尼妮涅宁纽努诺欧帕派潘庞培佩蓬皮珀普奇齐恰乔切钦琼丘让热仁日荣茹瑞若萨塞赛桑瑟森沙山绍舍申圣施什史士舒"
    "朔斯丝思斯松苏索塔泰坦汤唐陶特腾提廷图托瓦万旺威韦维魏温文沃乌伍武西希锡夏香向肖谢辛欣兴休雄许雪逊雅亚扬杨耶叶伊易因英尤于约泽扎詹珍兹朱卓孜佐济延赞伽迦娅佳阔滨聂耐蓓芭黛祖"
)
_ORG_ENDS = (
    "银行|公司|集团|大学|学院|学校|中学|小学|研究院|研究所|科学院|研究中心|医院|委员会|组织|理事会|协会|学会|联合会|联盟|总会|商会|基金会|工会|"
    "出版社|报社|通讯社|电视台|电台|杂志社|日报|晚报|时报|俱乐部|足球队|代表队|队|党|党委|法院|检察院|议会|国会|部|局|署|厅|总局|总署|办公室|总公司|分公司|"
    "博物馆|图书馆|剧院|乐团|歌剧院|交易所|事务所|研究会|促进会|中心|厂|工厂|机构|指挥部|司令部|总部|大使馆|使馆|领事馆|安理会|部队|军区|舰队|常委会|省委|市委|县委|区委|党组|总局|海关|分行|支行"
).split("|")
_ORG_END = re.compile(f"(?:{'|'.join(sorted(_ORG_ENDS, key=len, reverse=True))})$")
_DIRECTIONS = ("北部", "南部", "东部", "西部", "中部", "内部", "全部", "干部", "局部", "腹部")
_GENERIC_ORG = frozenset(
    "委员会 保险公司 金融机构 办公室 市政府 县政府 省政府 特区政府 出版社 党组织 足球队 登山队 游击队 党政机关 集团公司 总领事馆 图书馆 博物馆 俱乐部 研究所 研究院 "
    "社会科学 美中关系 中美关系 音乐会 公开赛 总公司 分公司 大使馆 电视台 基金会 理事会 代表队 国家队 派出所 公安局 居委会 村委会 有限公司 股份公司 交易所 证券公司".split()
)
_GENERIC_PLACES = frozenset(
    "城市 海洋 两国 外国 大国 山区 黑洞 治安 山水 上半场 下半场 古都 海关 海港 小城镇 沿海地区 长达 北南 城镇 首都 山村 农村 高原 平原 草原 海岛 海湾 江河 湖泊 山脉 "
    "嘉宾 伦理 广博 大洲 滑坡 西瓜 半壁江山 大城市 回国 福利 东西 南北 大街 大桥 太空 普及 武装 广大 安康 文明 和平 海内外 各国 我国 全国 国家 西部 东部 港口 机场 街道 公园 广场 平安 安定 古城 山城 新城 省市 州县 老区 特区 边疆 内地 沿海 海域 盆地 沙漠 小镇 太阳 大地 河流".split()
)
# One character stands for a country or province in 中美, 访华, 在沪.
_SHORT_PLACES = frozenset("中美俄英法日韩印巴朝越德京沪津渝粤闽琼滇黔蜀鲁豫皖赣藏港澳台华以")
_SHORT_AFTER = re.compile(
    "(?<=[访来驻对在赴抵离])([华京沪津渝穗汉])(?=[，。、举召开考访期投工参出的进与同和]|$)|(?<=访)([美俄英法日韩印])"
)
_PLACE_END = re.compile(
    r"(?:山|山脉|河|江|湖|海|洋|岛|群岛|半岛|洲|宫|广场|大桥|机场|港|路|街|大街|大道|寺|公园|峡|海峡|湾|高原|平原|盆地|沙漠|故居|陵|纪念堂|体育场|体育馆|会堂|大厦|火车站|水库|地区)$"
)
_AREA_WORDS = frozenset("省 市 县 区 州 镇 乡 村 自治区 自治州 自治县 特区 新区 开发区".split())
_PLACE_WORDS = frozenset(
    "山 河 江 湖 岛 半岛 群岛 宫 广场 大桥 机场 港 路 街 大街 大道 寺 公园 海峡 高原 平原 盆地 沙漠 体育场 体育馆 大厦 火车站 水库".split()
)
_BUILDINGS = frozenset("宫 广场 大桥 机场 公园 体育场 体育馆 大厦 会堂 酒店 饭店 剧院 教堂 大街 宾馆".split())
_INSIDE_ORG = frozenset("ns nt nz nrt nr nrfg n vn j b an l ng eng s f a i".split())
_PERSON_TAGS = frozenset(("nr", "nrfg", "nrt"))
_NOT_NAMES = frozenset(
    "高举 和谐 阳光 小康 明白 高峰 安康 文明 高度 高级 国宝 白雪 宝贝 华裔 老乡 老兄 明珠 双方 马虎 荣誉 和平 安全 明星 小姐 康复 成果 金牌 金融 温馨 白云 "
    "云集 向上 祥和 孔子学院 黄金周 欢乐 幸福 兴旺 繁荣 高尚 罗汉 元旦 元宵 中秋 龙舟 白人 黑人 阿姨 老汉 小伙 小朋友 宝石 青天 青山 白银 方圆 常委 毛衣 毛巾 "
    "武装 武警 石油 石化 安居 安居工程 小麦 甘蔗 金秋 严寒 时光 雷阵雨 宣传教育 关怀 诸如 白痴 路基 牛群 叶子 祝福 桂冠 田野 高增值 高素质 尼古丁 严格遵守 宣传提纲 厄尔尼诺 尤伯杯 苏铁 万春 胡老 多云 小雨 卫星 顾客 滑雪 师生 黄淮 卢比 弘扬 高潮 拓宽 荣幸 智慧 王朝 祝贺 滑坡 许可证 友谊 崇尚 杜绝 卢布 许可 洪水 东道主 双良 灵芝 公安 水利 文化 明灯 时代 常年 贺信 贺电 柏油 温度 温泉 张贴 严厉 严重 严肃 江山 江河 石头 石材 金额 金属 金钱 白色 白天 黄色 红旗 马路 马匹 高兴 高速 高中 高校 高大 高原 高考 高层 方便 方向 方案 于是 江南 江北 谢谢 施展 施行 项目 任务 任期 房屋 房子 华丽 华侨 华人 华语 方面 包括 成员 成本 成绩 钱财 夏天 夏季 秋天 秋季 和睦 章程 安理会 应有尽有 万元 于今 于是 于此 伏击 施工 计划 明确 明显 明年 成立 成功 温暖 高兴".split()
)
_NOT_FIRST = (
    "多云",
    "小雨",
    "今天",
    "安全",
    "许可",
    "明天",
    "青少年",
    "和平",
    "石油",
    "金融",
    "高科技",
    "黄金",
    "马克思主义",
    "毛泽东思想",
    "邓小平理论",
    "尤其",
    "任何",
    "时候",
    "应该",
)
# A title followed by one of these is part of another word: 主席国, 总统府, 部长级.
_TITLE_RUNS_ON = "国团府令制级台会们处室号职"
_FAIR, _GOOD, _SURE = 0.6, 0.75, 0.9


class Token(NamedTuple):
    """A word of a sentence and the tagger's part of speech."""

    start: int
    end: int
    word: str
    flag: str


def merge(text: str, tokens: Sequence[Token]) -> list[Found]:
    """Find full mentions; where they overlap, the longest stays."""
    titles = list(_titles(text))
    short = (Found(hit.start(), hit.end(), "GPE", _FAIR) for hit in _SHORT_AFTER.finditer(text))
    named = [*_organisations(tokens), *_places(tokens), *short, *_people(tokens), *_dotted(text, tokens)]
    mentions = longest_first([*named, *_after_titles(text, tokens, titles)])
    held = [title for title in titles if _is_held(title, mentions)]
    return longest_first([*(m for m in mentions if not any(m.overlaps(title) for title in held)), *held])


def _organisations(tokens: Sequence[Token]) -> Iterator[Found]:
    """Grow from a name over nouns to an organisation's ending: 中国 + 人民 + 银行."""
    for first, token in enumerate(tokens):
        if token.flag == "nt" and len(token.word) > 1 and not _is_generic(token.word):
            yield Found(token.start, token.end, "ORG", _GOOD)
        if token.flag in ("ns", "nt", "nz", "nrt") and (last := _organisation_end(tokens, first)):
            yield Found(token.start, tokens[last].end, "ORG", _GOOD)


def _is_generic(word: str) -> bool:
    return word in _GENERIC_ORG or word.endswith(("政府", "当局", "关系"))


def _organisation_end(tokens: Sequence[Token], first: int) -> int:
    """Find the last word of the organisation that starts at `first`; 0 when none does."""
    last = 0
    for at in range(first + 1, min(first + 8, len(tokens))):
        word = tokens[at].word
        if (tokens[at].flag not in _INSIDE_ORG and word not in _ORG_ENDS) or word.startswith("副"):
            break
        if _ORG_END.search(word) and not word.endswith(_DIRECTIONS):
            last = at
    return last


def _places(tokens: Sequence[Token]) -> Iterator[Found]:
    for at, token in enumerate(tokens):
        if token.flag in ("ns", "j", "nz") and set(token.word) <= _SHORT_PLACES:
            yield from (Found(n, n + 1, "GPE", _FAIR) for n in range(token.start, token.end))
        if (
            token.flag != "ns"
            or len(token.word) < 2
            or token.word in _GENERIC_PLACES
            or set(token.word) <= _SHORT_PLACES
        ):
            continue
        after = tokens[at + 1].word if at + 1 < len(tokens) else ""
        label = "LOCATION" if _PLACE_END.search(token.word) and len(token.word) > 2 else "GPE"
        yield Found(token.start, token.end, label, _GOOD)
        if after in _AREA_WORDS:
            yield Found(token.start, tokens[at + 1].end, "GPE", _GOOD)
        if after in _PLACE_WORDS:
            yield Found(token.start, tokens[at + 1].end, "LOCATION", _GOOD)
        elif at + 2 < len(tokens) and tokens[at + 2].word in _BUILDINGS and _is_han(after) and len(after) == 2:
            yield Found(tokens[at + 1].start, tokens[at + 2].end, "LOCATION", _FAIR)


def _people(tokens: Sequence[Token]) -> Iterator[Found]:
    for at, token in enumerate(tokens):
        if token.flag not in _PERSON_TAGS:
            continue
        if len(token.word) > 1 and (score := _person_score(token)):
            yield Found(token.start, token.end, "PERSON", score)
        elif len(token.word) == 1 and token.word in surnames() and (end := _given_name_end(tokens, at + 1)):
            yield Found(token.start, end, "PERSON", _FAIR)


def _person_score(token: Token) -> float:
    """Tell names from the many words the tagger takes for names: 0 is no name at all."""
    if token.word in _NOT_NAMES or token.word.startswith(_NOT_FIRST):
        return 0.0
    if 2 < len(token.word) and _is_foreign(token.word):
        return _FAIR
    if not _has_surname(token.word) or len(token.word) > 4:
        return _FAIR if token.flag == "nrfg" else 0.0
    return _GOOD if len(token.word) == 3 else _FAIR


def _given_name_end(tokens: Sequence[Token], at: int) -> int:
    """Find where a given name of one or two characters ends; 0 when none begins here."""
    if at == len(tokens) or not _is_han(tokens[at].word):
        return 0
    if len(tokens[at].word) == 2 and tokens[at].flag in ("nr", "nz", "ng", "n", "a", "x"):
        return tokens[at].end
    if len(tokens[at].word) != 1 or tokens[at].flag in ("p", "c", "uj", "ul", "m", "d", "r"):
        return 0
    more = at + 1 < len(tokens) and tokens[at + 1].flag in ("nr", "ng", "zg", "g") and len(tokens[at + 1].word) == 1
    return tokens[at + more].end


def _dotted(text: str, tokens: Sequence[Token]) -> Iterator[Found]:
    """Find foreign names written with a middle dot: 卡瑟姆-若马尔特·托卡耶夫."""
    for dot in re.finditer("[·•‧]", text):
        start, end = _reach_back(text, tokens, dot.start()), _reach_on(text, tokens, dot.end())
        if start < dot.start() and dot.end() < end:
            yield Found(start, end, "PERSON", _SURE)


def _reach_back(text: str, tokens: Sequence[Token], end: int) -> int:
    start = end
    for token in reversed([t for t in tokens if t.end <= end]):
        if token.end != start or not (_is_foreign(token.word) or token.flag in _PERSON_TAGS or token.word in "·-—"):
            break
        start = token.start
    return start


def _reach_on(text: str, tokens: Sequence[Token], start: int) -> int:
    end = start
    for token in (t for t in tokens if start <= t.start):
        if token.start != end or not (_is_foreign(token.word) or token.flag in _PERSON_TAGS or token.word in "·-—"):
            break
        end = token.end
    return end


def _titles(text: str) -> Iterator[Found]:
    for hit in _title_pattern().finditer(text):
        if text[hit.end() : hit.end() + 1] not in tuple(_TITLE_RUNS_ON):
            yield Found(hit.start(), hit.end(), "TITLE", _GOOD)


def _after_titles(text: str, tokens: Sequence[Token], titles: Sequence[Found]) -> Iterator[Found]:
    """Find names that only the title before them gives away: 总统 + 米尔济约耶夫, 部长 + 阴和俊."""
    starts = {token.start: at for at, token in enumerate(tokens)}
    for title in titles:
        end = title.end
        while end < len(text) and text[end] in _FOREIGN and end - title.end < 8:
            end += 1
        if title.end + 2 <= end:
            yield Found(title.end, _word_edge(tokens, title.end, end), "PERSON", _FAIR)
        at = starts.get(title.end)
        if at is not None and tokens[at].word in surnames() and (last := _given_name_end(tokens, at + 1)):
            yield Found(title.end, last, "PERSON", _GOOD)


def _word_edge(tokens: Sequence[Token], start: int, end: int) -> int:
    """Pull the end back out of a word that is cut in two, unless the name would vanish."""
    return next((t.start for t in tokens if start + 2 <= t.start < end < t.end), end)


def _is_held(title: Found, mentions: Sequence[Found]) -> bool:
    """Whether a person, place or organisation stands right beside the title."""
    if any(m.covers(title) for m in mentions if m.label != "PERSON"):
        return False
    before = any(m.end == title.start for m in mentions)
    return before or any(m.start == title.end and m.label == "PERSON" for m in mentions)


def _is_foreign(word: str) -> bool:
    return all(character in _FOREIGN for character in word)


def _is_han(word: str) -> bool:
    return all("一" <= character <= "鿿" for character in word)


def _has_surname(word: str) -> bool:
    return word[0] in surnames() or word[:2] in surnames()


@cache
def surnames() -> frozenset[str]:
    """Give the surnames."""
    return frozenset(row[0] for row in lexicon.rows("surnames"))


@cache
def _title_pattern() -> re.Pattern[str]:
    longest = sorted(lexicon.column("titles", "zh"), key=lambda title: (-len(title), title))
    return re.compile("|".join(longest))
