"""Web pages: what a browser shows, every character traced, and what the mark-up says it is (cases 23 to 26)."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.offset_map import Piece
from builder.readers import html
from builder.readers.blobs import File
from builder.readers.html_blocks import Page
from builder.readers.html_stream import attributes_of, tokens_of
from builder.readers.sniffing import media_type_of
from builder.reading import About, Extract, Kind, Reading
from builder.text.structure import split_page

READER = html.build({})
SIMPLIFIED = "记者今天从会议中心了解到，这项工作已经完成。"
TRADITIONAL = "記者今天從會議中心了解到，這項工作已經完成。"
SOUP = st.lists(
    st.sampled_from(
        "<p> </p> <div> </div> <b> </b> <br> <br/> <a href=x> </a> <pre> </pre> <li> <ul> </ul> <td> <tr> <table> "
        "</table> <h1> </h1> <nav> </nav> <article> </article> <script> </script> <!-- --> <title> </title> "
        "<svg> </svg> <p\tclass='caption'> <span\thidden> </span> &amp; &#0; &#x110000; &notit; & &# < > \" ' = < <! "
        "</ / <time> </time> <figcaption> </figcaption> <rt> </rt> <main> </main> x 会议。 Words. \ufeff \udc80".split()
        + ["\u00a0", " ", "\n", "  ", "\r\n"]
    ),
    max_size=40,
).map("".join)


def shown(source: str) -> Extract:
    return Page(source).read()


def texts(extract: Extract) -> list[str]:
    return [extract.text[block.start : block.end] for block in extract.blocks]


def kinds(source: str) -> dict[str, Kind | None]:
    extract = shown(source)
    return dict(zip(texts(extract), (block.kind for block in extract.blocks), strict=True))


def read(folder: Path, content: bytes | str, name: str = "page.html") -> Reading:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    [reading] = READER.read(File(folder / name, name))
    assert isinstance(reading, Reading)
    return reading


def check(source: str) -> Extract:
    """Check what holds for any page."""
    extract = shown(source)
    assert extract.text == extract.offsets.replay(source)
    assert extract.text == "\n".join(texts(extract))
    at = 0
    accounted = [False] * len(source)
    for segment in extract.offsets.segments:
        for piece in segment.pieces:
            if segment.is_copy:
                assert source[piece.start : piece.end] == extract.text[at : at + segment.length]
            assert not any(accounted[piece.start : piece.end])
            accounted[piece.start : piece.end] = [True] * (piece.end - piece.start)
        at += segment.length
    for edges in extract.offsets.removed.values():
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            assert not any(accounted[start:end])
            accounted[start:end] = [True] * (end - start)
    assert all(accounted)
    return extract


@given(SOUP)
@example("<pre> x \n\n y </pre> z")
@example("x<br><br>y")
@example("&&&&a&#&#x;")
def test_each_character_is_shown_or_left_out_for_a_reason(source: str) -> None:
    """Law: the map replays the text, a copy equals its raw characters, and none is lost or used twice."""
    check(source)


@given(st.text())
def test_any_text_is_a_page(source: str) -> None:
    check(source)


@given(SOUP)
def test_tokens_tile_the_page(source: str) -> None:
    tokens = list(tokens_of(source))

    assert [0, *(token.end for token in tokens)] == [*(token.start for token in tokens), len(source)]


WORDS = st.lists(st.sampled_from('会议 风暴 the storm & <b> "q" 7 A&B; 。'.split()), min_size=1, max_size=8).map(
    " ".join
)


@given(title=WORDS, menu=st.lists(WORDS, max_size=5), paragraphs=st.lists(WORDS, min_size=1, max_size=6))
def test_a_page_comes_back_paragraph_by_paragraph(title: str, menu: list[str], paragraphs: list[str]) -> None:
    entries = "".join(f"<li><a href='x'>{escape(entry)}</a>" for entry in menu)
    body = "".join(f"<p>\n {escape(text).replace(' ', ' <b> </b> ')}</p>" for text in paragraphs)
    source = (
        f"<!doctype html><title>t</title><nav><ul>{entries}</ul></nav><article><h1>{escape(title)}</h1>{body}</article>"
    )

    assert [*menu, title, *paragraphs] == texts(check(source))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a  b\n\tc </p>\n<p> d", ["a b c", "d"]),
        ("a <b> b</b> c<i> </i>d", ["a b c d"]),
        ("a<br>b <br> c", ["a\nb\nc"]),
        ("a<br><br>b<br>", ["a", "b"]),
        ("<pre>a  b\n c\n</pre>d", ["a  b\n c", "d"]),
        ("<table><tr><td>a<td>b<tr><td>c</table>d", ["a", "b", "c", "d"]),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>", ["a", "b", "c"]),
        ("a<script>if (a<b) {}</script>b<style>p{}</style><noscript>c</noscript>", ["ab"]),
        ("a<!-- x > y -->b<!-->c<!x>d<?y?>e<!-- --!>f", ["abcdef"]),
        ("<pre><b>a  b</b>\n <i> </i>c</pre>", ["a  b\n  c"]),
        ("<p hidden>a</p><p style='color:red; display : none'>b</p><p aria-hidden=true>c<template>d</template>", ["c"]),
        ("<div hidden><p>a</p><div>b</div></div>c", ["c"]),
        ("<head><title>t</title></head>a", ["a"]),
        ("1 < 2 <3 a<b", ["1 < 2 <3 a"]),
        ("a&nbsp;b&lt;p&gt;&copy2024&hearts;&nosuch;&amp", ["a\u00a0b<p>©2024♥&nosuch;&"]),
        ("&#20250;&#x8bae;&#128;&#32;&#10;x", ["会议€ x"]),
        ("<a title='>' x=\">\">a</a>b", ["ab"]),
        ("<ruby>汉<rp>(</rp><rt>han</rt><rp>)</rp></ruby>字", ["汉字"]),
        ("\ufeff<p>a", ["a"]),
        ("<textarea><p>a</textarea>b<TITLE>x</tiTLE >c", ["b", "c"]),
    ],
)  # fmt: skip
def test_the_text_is_what_a_browser_shows(source: str, expected: list[str]) -> None:
    assert expected == texts(check(source))


def test_every_deletion_says_why() -> None:
    source = "<p>a <b>b</b> </p><!-- c --><script>d</script><style>e</style><title>f</title><i hidden>g</i>"
    reasons = {source[d.start : d.end]: d.reason for d in shown(source).offsets.deletions}

    assert {"script", "style", "head", "hidden", "comment", "white space"} <= set(reasons.values())
    assert ("script", "head", "hidden", "comment") == tuple(reasons[x] for x in ("d", "f", "g", "<!-- c -->"))


def test_a_reference_is_a_block_over_its_own_characters() -> None:
    extract = shown("a&amp;b")

    assert [[Piece(0, 1)], [Piece(1, 6)], [Piece(6, 7)]] == [extract.offsets.pieces(at, at + 1) for at in range(3)]


@pytest.mark.parametrize("reference", ["&#x110000;", "&#0;", "&#xD800;", "&#55296", "&#99999999999999999999;"])
def test_case_25_a_number_that_is_no_character_is_replaced_and_flagged(reference: str, tmp_path: Path) -> None:
    reading = read(tmp_path, f"<p>a{reference}</p>")

    assert ("a\ufffd", ("bad-reference",)) == (reading.extract and reading.extract.text, reading.flags)


def test_case_24_an_unclosed_comment_hides_what_follows_and_is_flagged(tmp_path: Path) -> None:
    reading = read(tmp_path, "<p>a<!-- b <p>c")

    assert ("a", ("unclosed-comment",)) == (reading.extract and reading.extract.text, reading.flags)


@pytest.mark.parametrize(
    ("source", "flag"),
    [
        ("<div>" * 100_000 + "deep" + "</div>" * 100_000, "too-deep"),
        ("<b>" * 50_000 + "deep", "too-deep"),
        ("deep" + "<" * 100_000, "stray-markup"),
        ("deep" + "<a " * 100_000, "unclosed-tag"),
        ("deep" + "<!--" * 100_000, "unclosed-comment"),
        ("deep" + "<script>" * 100_000, "unclosed-script"),
        ("deep" + "</" * 100_000, "unclosed-tag"),
    ],
)
def test_case_23_hostile_mark_up_ends_with_its_text_and_a_flag(source: str, flag: str) -> None:
    page = Page(source)

    assert "deep" in page.read().text
    assert {flag} == page.flags


def test_nesting_that_is_too_deep_does_not_reach_what_follows() -> None:
    source = "<nav>" + "<div>" * 2_000 + "x" + "</div>" * 2_000 + "</nav><p class=caption>y"

    assert {"x": Kind.NAVIGATION, "y": Kind.CAPTION} == kinds(source)


def test_bytes_that_are_no_character_are_replaced_in_the_text_only(tmp_path: Path) -> None:
    reading = read(tmp_path, "<p>会议今天开幕会议今天开幕".encode() + b"\xff</p>")

    assert reading.extract
    assert (True, True) == (reading.extract.text.endswith("幕\ufffd"), "\udcff" in reading.text)


@pytest.mark.parametrize(
    ("stated", "encoding", "expected", "flags"),
    [
        ('<meta charset="gb2312">', "gb18030", "gb18030", ()),
        ('<meta http-equiv="Content-Type" content="text/html; charset=big5">', "big5", "big5", ()),
        ('<?xml version="1.0" encoding="GBK"?>', "gb18030", "gb18030", ()),
        ("<meta charset=utf-8>", "gb18030", "gb18030", ("guessed", "declared-overruled")),
        ("<!-- <meta charset=big5> -->", "utf-8", "utf-8", ()),
    ],
)
def test_the_encoding_that_a_page_names_is_weighed(
    stated: str, encoding: str, expected: str, flags: tuple[str, ...], tmp_path: Path
) -> None:
    text = TRADITIONAL if encoding == "big5" else SIMPLIFIED
    reading = read(tmp_path, f"{stated}<p>{text}</p>".encode(encoding))

    assert (text, flags) == (reading.extract and reading.extract.text, reading.flags)
    assert expected in (reading.source.encoding, reading.source.encoding.removesuffix("hkscs"))


def test_a_page_says_what_it_is(tmp_path: Path) -> None:
    head = (
        '<title> A &amp; B\n - Paper</title><meta property="og:title" content="A &amp; B"><link rel="canonical" '
        'href="https://a.b/1"><meta property="og:url" content="https://a.b/?x"><meta property="article:published_time" '
        'content="2024-07-04T10:20:30+08:00"><link rel=license href=https://c.d/by>'
    )
    reading = read(tmp_path, f"<head>{head}</head><p>x")

    about = About(url="https://a.b/1", published="2024-07-04T10:20:30+08:00", licence="https://c.d/by")
    assert ("A & B", about) == (reading.title, reading.about)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("2024-07-04", "2024-07-04"), ("2024-07-04T10:20Z", "2024-07-04T10:20:00+00:00"), ("July 4", ""), ("", "")],
)
def test_a_time_is_taken_as_stated_or_not_at_all(stated: str, expected: str, tmp_path: Path) -> None:
    assert expected == read(tmp_path, f'<time datetime="{stated}">x</time>').about.published


@pytest.mark.parametrize(
    "content", ["<p></p>", "<script>x</script>", "<title>x</title>", "<p>&nbsp;&#8203;</p>", "   "]
)
def test_a_page_that_shows_nothing_is_refused(content: str, tmp_path: Path) -> None:
    with pytest.raises(Rejected) as caught:
        read(tmp_path, content)

    assert "E_EMPTY" == caught.value.code


def test_a_page_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "LARGEST", 10)
    with pytest.raises(Rejected) as caught:
        read(tmp_path, "<p>012345678")

    assert "E_TOO_LARGE" == caught.value.code


PROSE = "The storm reached the coast late on Monday and nobody was hurt, the mayor of the town said."


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<h1>x</h1>", Kind.HEADLINE),
        ("<h2>x</h2>", Kind.HEADLINE),
        ("<h3>x</h3>", None),
        ("<nav><p>x</nav>", Kind.NAVIGATION),
        ("<div role=navigation>x</div>", Kind.NAVIGATION),
        ("<header>x</header>", Kind.NAVIGATION),
        ("<article><header>x</header></article>", None),
        ("<aside><h2>x</h2></aside>", Kind.NAVIGATION),
        ("<div class='top-menu'>x</div>", Kind.NAVIGATION),
        ("<div id=shareBar>x</div>", Kind.NAVIGATION),
        ("<div class=animation>x</div>", None),
        ("<p><a href=y>x</a></p>", Kind.NAVIGATION),
        ("<p><a name=y>x</a></p>", None),
        ("<figcaption>x</figcaption>", Kind.CAPTION),
        ("<p class=wp-caption-text>x</p>", Kind.CAPTION),
        ("<div><time>x</time></div>", Kind.TIMESTAMP),
        ("<span class=pubTime>x</span>", Kind.TIMESTAMP),
        ("<p class=byline>x</p>", Kind.BYLINE),
        ("<a rel=author>x</a>", Kind.BYLINE),
        ("<address>x</address>", Kind.BYLINE),
        ("<p class=byline><a href=y>x</a></p>", Kind.BYLINE),
        ("<span class=source>x</span>", Kind.SOURCE),
        ("<span class='photo-credit'>x</span>", Kind.CREDIT),
        ("<div class='date-source-author'>x</div>", None),
        ("<article><p>x</p></article>", None),
    ],
)
def test_the_mark_up_says_what_a_block_is(source: str, expected: Kind | None) -> None:
    assert {"x": expected} == kinds(source)


def test_a_block_of_several_kinds_is_none_of_them() -> None:
    assert {"a, b": None} == kinds("<div><time>a</time>, <span class=author>b</span></div>")


def test_a_byline_and_a_time_with_nothing_between_are_blocks_of_their_own() -> None:
    found = kinds("<div><span class=byline>By <a rel=author>a</a></span><time>b</time> <i class=source>c</i></div>")

    assert {"By a": Kind.BYLINE, "b": Kind.TIMESTAMP, "c": Kind.SOURCE} == found


def test_a_heading_over_nothing_but_links_is_navigation() -> None:
    found = kinds("<h1>a</h1><p>b</p><h2>c</h2><ul><li><a href=x>d</a></ul><h3>e</h3><p>f</p><h2>g</h2>")

    expected = {"b": None, "c": Kind.NAVIGATION, "d": Kind.NAVIGATION, "e": None, "f": None, "g": Kind.HEADLINE}
    assert {"a": Kind.HEADLINE, **expected} == found


def test_marks_between_links_do_not_count() -> None:
    assert {"a | b | c": Kind.NAVIGATION} == kinds("<td><a href=x>a</a> | <a href=x>b</a> | <a href=x>c</a></td>")


def test_a_second_heading_that_says_the_title_is_the_headline() -> None:
    assert {"Storm hits": Kind.HEADLINE} == kinds("<title>Storm hits - Paper</title><h2><a href=x>Storm hits</a></h2>")


@pytest.mark.parametrize(
    "around",
    ["<body class='has-nav'>{}", "<div class='page-header-wrap'>{}</div>", "<form>{}</form>", "<aside>{}</aside>",
     "<article class='tag-related'>{}</article>", "<main><div class='sidebar-layout'>{}</div></main>"],
)  # fmt: skip
def test_a_container_of_most_of_the_text_is_no_navigation(around: str) -> None:
    found = kinds(around.format(f"<nav>x</nav><p>{PROSE}</p><div>{PROSE} 2.</div><div class=menu>y</div>"))

    assert {"x": Kind.NAVIGATION, PROSE: None, f"{PROSE} 2.": None, "y": Kind.NAVIGATION} == found


@given(st.sampled_from("menu share ads related cookie footer hot links time source author".split()))
def test_a_paragraph_of_an_article_is_never_navigation_by_a_class(name: str) -> None:
    source = f"<article><p>{PROSE} 1.</p><p>{PROSE} 2.</p><div class='{name}'><p>{PROSE}</p></div></article>"

    assert Kind.NAVIGATION is not kinds(source)[PROSE]


def test_a_long_notice_beside_a_short_article_stays_navigation() -> None:
    notice = " ".join([PROSE] * 5)
    found = kinds(f"<div class=cookie-banner><p>{notice}</p></div><article><p>{PROSE}</p></article>")

    assert {notice: Kind.NAVIGATION, PROSE: None} == found


def test_a_headline_in_the_header_of_the_page_is_told_by_the_title() -> None:
    found = kinds("<title>Storm hits coast | Paper</title><header><h1>Storm hits coast</h1><p>x</p></header><p>y")

    assert {"Storm hits coast": Kind.HEADLINE, "x": None, "y": None} == found
    assert {"Paper": Kind.NAVIGATION} == kinds("<title>Storm | Paper</title><header><h1>Paper</h1></header>")


def test_attributes_are_read_as_browsers_read_them() -> None:
    expected = {"a": "1", "b": "x y", "c": "", "d": "&", "e": "z"}

    assert expected == attributes_of(" A=1 b = 'x y' c d=&amp; /e=\"z\" a=2")


@pytest.mark.parametrize(
    ("head", "expected"),
    [(b"<!-- x --><!DOCTYPE html>", "text/html"), (b'<?xml version="1.0"?>\n<html>', "text/html"),
     (b"\xef\xbb\xbf\n<head>", "text/html"), (b"<body class=x>", "text/html"), (b"A < B, they said.", ""),
     (b"<Reuters> The storm", ""), (b"<headline>x", ""), (b"The <html> tag", "")],
)  # fmt: skip
def test_case_26_a_page_is_told_by_its_beginning(head: bytes, expected: str) -> None:
    assert expected == media_type_of(head)


NEWS = """<!doctype html><title>新区首条地铁今日开通_江城网</title><body class="has-nav">
<div class=nav><a href=/>首页</a><a href=/b>国内</a></div>
<div class="main-content sidebar-right"><h1>新区首条地铁今日开通</h1>
<div><span class=time>2024-07-04 10:20</span> <span class=source>来源：江城日报</span></div>
<div id=content><p>　　新区首条地铁4日开通。线路全长38公里，
设站24座。</p><p class=img-caption>乘客乘坐首班列车。</p>
<p>　　“现在只要二十五分钟。”市民张女士说。</p></div>
<div class=related><h3>相关新闻</h3><ul><li><a href=1>地铁二号线试运行</a><li><a href=2>新区建成十所学校</a></ul></div>
</div>
<div class=footer>江城网版权所有</div>
"""


def test_a_news_page_becomes_typed_sentences(tmp_path: Path) -> None:
    reading = read(tmp_path, NEWS)
    [(document, sentences)] = split_page(reading)
    found = {kind: [s.text for s in sentences if s.kind is kind] for kind in Kind}

    body = ["新区首条地铁4日开通。", "线路全长38公里，设站24座。", "“现在只要二十五分钟。”", "市民张女士说。"]
    assert body == found[Kind.BODY]
    assert ["新区首条地铁今日开通"] == found[Kind.HEADLINE]
    assert (["2024-07-04 10:20"], ["来源：江城日报"]) == (found[Kind.TIMESTAMP], found[Kind.SOURCE])
    assert ["乘客乘坐首班列车。"] == found[Kind.CAPTION]
    links = ["首页国内", "相关新闻", "地铁二号线试运行", "新区建成十所学校", "江城网版权所有"]
    assert links == found[Kind.NAVIGATION]
    assert all(s.text == document.offsets.replay(reading.text, s.start, s.end) for s in sentences)


def crossheads(source: str) -> list[str]:
    """List the blocks that are headings within an article."""
    extract = shown(source)
    return [extract.text[block.start : block.end] for block in extract.blocks if block.is_crosshead]


def test_a_lower_heading_within_an_article_is_a_crosshead() -> None:
    story = "<h1>Storm closes the harbour</h1><p>All day.</p><h2>Roads closed</h2><p>Until noon.</p>"

    assert ["Roads closed"] == crossheads(f"<article>{story}</article>")
    assert ["Roads closed"] == crossheads(f"<title>Storm closes the harbour</title><body>{story}")


def test_headings_of_one_rank_are_headlines_each() -> None:
    assert [] == crossheads("<h2>Storm closes the harbour</h2><p>All day.</p><h2>Roads closed</h2><p>Until noon.</p>")


def test_the_headline_of_another_article_is_none() -> None:
    assert [] == crossheads(
        "<article><h1>Storm</h1><p>All day.</p></article><article><h2>Roads</h2><p>Shut.</p></article>"
    )


def test_a_crosshead_behind_a_box_begins_no_article(tmp_path: Path) -> None:
    source = (
        "<title>Storm closes the harbour</title><article><h1>Storm closes the harbour</h1>"
        "<p>The harbour was closed all day on Friday.</p><aside><ul><li><a href=x>Ferries wait</a></ul></aside>"
        "<h2>Roads closed along the whole coast</h2><p>Nobody drove to Dunmore until noon.</p></article>"
    )

    assert 1 == len(split_page(read(tmp_path, source)))
