"""Pictures are sound SVG, say their figures in words, and are the same bytes each time."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from builder.exporters.plots import Measured, bars, intervals

SVG = "{http://www.w3.org/2000/svg}"


def texts(picture):
    return [node.text for node in ElementTree.fromstring(picture.svg).iter(f"{SVG}text")]


def widths(picture):
    """Give the widths of bars, without the background and the legend."""
    rects = list(ElementTree.fromstring(picture.svg).iter(f"{SVG}rect"))[1:]
    return [int(rect.get("width")) for rect in rects if rect.get("height") == "18"]


def test_bars_are_as_long_as_their_figures():
    picture = bars("x", "Spans", [("ORG", [30, 10]), ("GPE", [0, 20])], ["en", "zh"])

    assert [315, 105, 210] == widths(picture)
    assert ["Spans", "en", "zh", "ORG", "40", "GPE", "20"] == texts(picture)
    assert "Spans: ORG 40; GPE 20" == picture.shows


def test_nothing_is_drawn_of_nothing():
    assert [] == widths(bars("x", "Spans", [("ORG", [0, 0])], ["en", "zh"]))


def test_intervals_show_value_and_ends():
    picture = intervals("x", "Agreement", [Measured("ORG", 0.5, 0.25, 1.0), Measured("GPE", -0.5, -1.0, 0.0)])
    circles = [int(node.get("cx")) for node in ElementTree.fromstring(picture.svg).iter(f"{SVG}circle")]

    assert [485, 275] == circles
    assert "ORG 0.50 (0.25 to 1.00)" in picture.shows


@given(st.text(max_size=12), st.integers(0, 10**9))
def test_any_name_stays_text_in_a_sound_picture(name, count):
    picture = bars("x", name, [(name, [count])], [name, name])

    ElementTree.fromstring(picture.svg)
    assert picture == bars("x", name, [(name, [count])], [name, name])
