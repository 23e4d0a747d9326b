"""A dictionary's words and a few lists enter; the table of common characters that encodings are told apart by leaves.

    python bench/characters.py > builder/text/characters.txt

Each line is a language and its characters from the most to the least common. Simplified Chinese is counted from
jieba's dictionary (MIT), cut to level 1 of GB 2312. Traditional Chinese has the counts of the simplified counterparts
below, and then all of Big5's level 1. Japanese is the kana and the first kanji taught, then the rest of JIS level 1;
Korean the common syllables, then the rest of KS X 1001. The alphabets are in the order printers know them by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import product

KANA = (
    "のにはをたがでてとしれさいるあっなもこりすからよきくまだけそどめじんおわえつみばせうやほちろねごへひびげむずべぎょゃゅ"
    "ふゆぶづぼぱぜぐざぞぬぽぴぷぺぁぃぇぉ"
    "ーンスルトリイラアクシドレタロカフマグジテッコブムメサバニプデオパキウチナミエソツセケダモハゲワボポヤヒィピガァェゴネョ"
    "ヨホノビュャォペザヘベユゾズヴヌォぢゼギヅ"
)
KANJI = (
    "日一国人年大十二本中長出三時行見月分後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西"
    "電校語土木聞食車何南万毎白天母火右読友左休父雨会同事自社発者地業方新場員立開手力問代明動京目通言理体田主題意不作用"
    "度強公持野以思家世多正安院心界教文元重近考画海売知道集別物使品計死特私始朝運終台広住真有口少町料工建空急止送切転研"
    "足究楽起着店病質待試族銀早映親験英医仕去味写字答夜音注帰古歌買悪図週室歩風紙黒花春赤青館屋色走秋夏習駅洋旅服夕借曜"
    "飲肉貸堂鳥飯勉冬昼茶弟牛魚兄犬妹姉漢政議民連対部合市内相定回選米実関決全表戦経最現調化当約首法性要制治務成期取都和"
    "機平加受続進数記初指権支産点報済活原共得解交資予向際勝面告反判認参利組信在件側任引求所次昨論官増係感情投示変打直両"
    "式確果容必演歳争談能位置流格疑過局放常状球職与供役構割身費付由説難優夫収断石違消神番規術護備害配警育席訪乗残想声念"
    "助労例然限追商葉伝働形景落好退頭負渡失差末守若種美命福望非観察段横深申様財港識呼達良候程満敗値突光路科積他処太客否"
    "師登易速存飛殺号単座破除完降責捕危給苦迎園具辞因馬愛富彼未舞亡冷適婦寄込顔類余王返妻背熱宿薬険頼覚船途許抜便留罪努"
    "精散静婚喜浮絶幸押倒等老曲払庭徒勤遅居雑招困欠更刻賛抱犯恐息遠戻願絵越欲痛笑互束似列探逃遊迷夢君閉緒折草暮酒悲晴掛到"
)
SYLLABLES = (
    "이다는에의가을고하지를은한로기사어서도시나자아리스대들인있해그라부일것정수전만보게장제과으주상여오었했구원국니했면습세"
    "선동조소공적위안성미며진유경개생신까관모무발비문계연방없지말때명았화우내학저간중러와된등할많더민회당야거결터못물요재실"
    "분년월행통음양금입남북각식업교용체현치달출속건설최트르드레테프크로마바카타파르히란합니함께같은든않려던면김박최강임한"
    "될됐되돼받려될새데론불권영역산업품법판단활직급후집심임의변번노처포표품론력초두운작종술질예약열외격별점반복배버본길람"
    "날놓높늘닭담답덕독돈돌따떤떠또똑뜻락량령례론료류률름립막망매맞머먹먼멀메목몸무뭐밀밖반밝밤벌베벽병봄봉빛빠뿐살색석"
    "섬싸쓰씨씩앞애액얼엄엇에열옆옛온올완왔왜외욕울웃월윤율응익잘잡적절접족존졸좋죄죽줄즉증찬찾책천철청촌총추축충취층침"
    "크큰탁탄태택토투특틀팀편평폐폭품피필학항향허험혀협형혜호혹혼홍환황효흐흥희힘"
)
CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфёъіїєґ"
WESTERN = "éäüöàß’èçêóáíñôîâûãõåøúùëïœæò“”«»–„—…‘°ìÿ·€£§©®"
MARKS = "，。、", "：“”；！？（）《》…—·「」『』〈〉【】％～　０１２３４５６７８９"
PAIRS = (
    "国國为為这這个個来來会會时時学學说說们們发發对對长長过過着著业業经經门門动動进進区區开開产產军軍还還种種现現机機体體"
    "与與当當两兩实實关關从從内內没沒将將员員东東头頭间間无無见見战戰点點场場数數样樣问問万萬级級应應资資务務气氣汉漢总總"
    "电電声聲设設义義统統处處马馬领領队隊计計别別权權话話报報给給变變书書华華议議称稱决決张張导導术術结結师師达達题題条條"
    "规規县縣风風运運组組济濟党黨论論强強黄黃选選记記却卻职職号號类類传傳带帶农農边邊据據联聯广廣质質阳陽难難历歷专專认認"
    "车車举舉线線团團备備争爭众眾连連调調转轉该該尔爾让讓较較际際亲親单單红紅价價约約亚亞则則属屬积積图圖极極装裝许許参參"
    "观觀办辦复復远遠构構随隨势勢热熱网網语語铁鐵断斷爱愛况況证證编編满滿双雙乐樂标標确確织織项項飞飛节節龙龍响響药藥轻輕"
    "击擊请請离離显顯罗羅营營视視护護创創兴興虽雖费費试試宝寶识識维維宫宮环環乡鄉责責严嚴桥橋仅僅胜勝围圍态態杨楊负負层層"
    "须須续續状狀银銀终終赛賽独獨细細获獲习習医醫尽盡脸臉楼樓艺藝陆陸协協镇鎮检檢写寫苏蘇验驗紧緊劳勞户戶优優财財养養适適"
    "陈陳卫衛伤傷绝絕阶階刘劉亿億闻聞审審压壓监監敌敵兰蘭温溫园園树樹词詞岛島预預继繼执執谁誰画畫剑劍谈談礼禮乱亂讲講"
    "担擔岁歲简簡贵貴块塊额額错錯剧劇欢歡够夠孙孫阴陰销銷坚堅练練脚腳读讀测測吴吳宁寧换換异異顾顧顺順鲜鮮败敗货貨矿礦归歸"
    "买買险險评評遗遺笔筆输輸渐漸顶頂训訓录錄毕畢纳納钟鐘饭飯扩擴齐齊诉訴诗詩础礎届屆静靜盘盤卖賣湾灣减減灵靈杂雜侧側庆慶"
    "妈媽馆館补補旧舊轮輪妇婦载載怀懷软軟枪槍墙牆恶惡稳穩诸諸绿綠荣榮针針宽寬库庫罢罷谢謝页頁拥擁圣聖戏戲奖獎币幣圆圓烧燒"
    "讨討烟煙误誤疗療闭閉脱脫岗崗丽麗横橫驻駐纸紙夺奪灯燈丝絲径徑购購择擇宪憲鲁魯庙廟舰艦课課虚虛隐隱粮糧络絡摇搖潜潛庄莊"
    "厅廳赵趙访訪韦韋吨噸扬揚纷紛贸貿汇匯灭滅仪儀缓緩盖蓋迹跡释釋润潤岭嶺虑慮钢鋼码碼坛壇损損税稅综綜伦倫韩韓竞競乌烏铺鋪"
    "纯純谋謀谓謂频頻壮壯骑騎鸡雞绍紹铜銅摆擺签簽缩縮废廢订訂盐鹽萨薩贴貼触觸莲蓮抢搶闹鬧讯訊誉譽梦夢残殘闪閃贼賊贫貧诺諾"
    "麦麥泪淚辈輩镜鏡贡貢缘緣贝貝骂罵饮飲奋奮跃躍赞讚启啟劲勁晋晉沟溝锋鋒胆膽闯闖汤湯迁遷叹嘆储儲贯貫彻徹凤鳳赏賞询詢净淨"
    "弃棄伟偉览覽绕繞浓濃绪緒蓝藍荡蕩阅閱鸿鴻惯慣鸟鳥辞辭穷窮键鍵递遞厉厲闲閒袭襲灾災涨漲湿濕郑鄭译譯邓鄧肠腸册冊锅鍋阔闊"
    "趋趨锦錦颜顏悬懸诚誠蒋蔣摄攝罚罰辆輛腾騰绘繪颁頒违違贷貸饰飾滚滾滨濱迟遲辅輔烦煩盗盜冈岡驾駕抚撫炼煉纲綱忧憂扫掃暂暫"
    "渔漁宾賓寿壽猪豬邻鄰劝勸践踐赋賦贤賢陕陝腊臘犹猶辉輝浅淺丧喪惨慘驱驅牵牽详詳纤纖档檔岂豈绣繡吓嚇赖賴卢盧邮郵凯凱帅帥"
    "锁鎖帐帳胶膠壳殼弯彎挡擋筹籌肿腫债債贾賈谱譜夹夾尘塵钻鑽贺賀扰擾锡錫炉爐纹紋亏虧鉴鑑齿齒兽獸碍礙励勵鸣鳴偿償拦攔"
    "后後里裡于於系係云雲台臺几幾干幹制製游遊占佔并並采採周週余餘范範准準么麼杰傑松鬆布佈面麵只隻才纔注註志誌卷捲叶葉台颱"
)
"""Simplified and traditional by turns."""


def main() -> None:
    """Print the table."""
    counts = counted()
    for simplified, traditional in zip(PAIRS[::2], PAIRS[1::2], strict=True):
        counts[traditional] = max(counts[traditional], counts[simplified])
    print("# Characters from the most to the least common; made by bench/characters.py from jieba's dictionary (MIT).")
    print("zh-Hans", ordered(with_marks(by_count(level_1("gb2312", range(0xB0, 0xD8)), counts))))
    print("zh-Hant", ordered(with_marks(by_count(level_1("big5", range(0xA4, 0xC7)), counts))))
    print(
        "ja", ordered("、。", KANA, "「」・", KANJI, MARKS[1], by_count(level_1("euc_jp", range(0xB0, 0xD0)), counts))
    )
    print("ko", ordered(SYLLABLES, "’‘“”·", level_1("euc_kr", range(0xB0, 0xC9))))
    print("western", ordered(WESTERN, WESTERN.upper()))
    print("cyrillic", ordered(CYRILLIC, CYRILLIC.upper(), "«»—–№“”„’…"))


def counted() -> Counter[str]:
    """Count the characters of a dictionary's words, each as often as its word."""
    import jieba

    counts: Counter[str] = Counter()
    with jieba.get_dict_file() as lines:
        for line in lines:
            word, times, _ = line.decode().split(" ")
            counts.update(dict.fromkeys(word, int(times)))
    return counts


def level_1(codec: str, rows: Iterable[int]) -> str:
    """List the characters that a standard holds to be common: those of its first rows."""
    pairs = (bytes(pair).decode(codec, "ignore") for pair in product(rows, range(0x40, 0xFF)))
    return "".join(pair for pair in pairs if len(pair) == 1 and not pair.isascii())


def by_count(characters: str, counts: Counter[str]) -> str:
    """Sort by how often each is used; what is never used keeps its place."""
    return "".join(sorted(characters, key=lambda character: -counts[character]))


def with_marks(characters: str) -> str:
    """Put punctuation where it belongs: the comma before everything, brackets after the first hundred."""
    return MARKS[0] + characters[:100] + MARKS[1] + characters[100:]


def ordered(*parts: str) -> str:
    """Join, each character once; ASCII is the same in every encoding and left out."""
    return "".join(dict.fromkeys(character for character in "".join(parts) if not character.isascii()))


if __name__ == "__main__":
    main()
