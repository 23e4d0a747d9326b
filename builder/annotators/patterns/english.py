"""English text enters; its dates and quantities leave."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from builder.annotators.openings import Joined, Openings, by_letter, grouped
from builder.annotators.proposal import Found, longest_first

_MONTH = (
    "(?:January|February|March|April|June|July|August|September|October|November|December|(?:Jan|Feb|Mar|Apr|"
    "Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\\.?)"
)
_ANY_MONTH = f"(?:{_MONTH}|May)"
_DAY = "(?:[0-3]?[0-9](?:st|nd|rd|th)?)"
_YEAR = "(?:1[5-9]|20)[0-9]{2}"
_WHICH_YEAR = "(?:of )?(?:this|last|next|the same|that) year"
_WEEKDAY = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_PART = "(?: (?:morning|afternoon|evening|night))?"
_CLOCK = "[0-2]?[0-9](?:[:.][0-5][0-9])? ?(?:a\\.m\\.|p\\.m\\.|am\\b|pm\\b|AM\\b|PM\\b)|[0-2]?[0-9]:[0-5][0-9]"

_CENTURY = "(?:[12]?[0-9](?:st|nd|rd|th)|twentieth|nineteenth|twenty-first) century"
_COUNTED = "(?:people|companies|dollars|yuan|meters|metres|kilometers|km|euros|pounds)"
_DATES_IN_CAPITALS = (
    f"(?:{_WEEKDAY},? )?{_ANY_MONTH} {_DAY}(?:(?: ?[-–] ?| to | and ){_DAY})?(?:,? {_YEAR})?",
    f"{_ANY_MONTH},? (?:of )?{_YEAR}|{_ANY_MONTH} {_WHICH_YEAR}",
    rf"{_MONTH}(?=[^\w]|$)|(?<=[Ii]n )May|(?<=[Ss]ince )May|(?<=[Bb]y )May|(?<=[Ll]ast )May",
    f"{_WEEKDAY}{_PART}",
)
_DATES_IN_FIGURES = (
    f"{_DAY}(?: ?[-–] ?{_DAY})? (?:of )?{_ANY_MONTH}(?:,? {_YEAR})?",
    f"{_YEAR}-[01][0-9]-[0-3][0-9](?:[ T][0-2][0-9]:[0-5][0-9])?|[0-3]?[0-9]/[0-3]?[0-9]/(?:{_YEAR}|[0-9]{{2}})",
    f"(?:{_YEAR}|[0-9]{{2}})s|{_YEAR}[-–](?:{_YEAR}|[0-9]{{2}})",
    rf"(?<![$€£¥,.\d]){_YEAR}(?![,.]?\d| ?%| {_COUNTED})",
    _CENTURY,
    _CLOCK,
)
_DATES_IN_WORDS = (
    f"(?:early|late|mid)[- ]{_ANY_MONTH}",
    f"(?:last |next |this ){_WEEKDAY}{_PART}",
    f"the {_YEAR}[-–](?:{_YEAR}|[0-9]{{2}})",
    f"(?:the )?(?:early |late |mid-)?{_CENTURY}",
    f"(?:yesterday|today|tomorrow|tonight){_PART}|this (?:morning|afternoon|evening)|last night",
    "(?:(?:late|early|earlier) )?(?:this|last|next) (?:year|month|week|weekend|quarter|decade|"
    "century|spring|summer|autumn|winter)",
)
_DATE = re.compile(
    rf"(?<!\w)(?:(?=[0-9])(?:{'|'.join(_DATES_IN_FIGURES)})|(?=[A-Z])(?:{'|'.join(_DATES_IN_CAPITALS)})|"
    rf"(?=[a-z])(?:{'|'.join(_DATES_IN_WORDS)}))(?!\w)"
)
_FIGURES = "0123456789"
_DATES_BEGIN = Openings(
    {
        r"\w": (
            *(
                (*day, *then)
                for day in ((_FIGURES,), (_FIGURES, _FIGURES))
                for then in (
                    ("snrt", "tdh"),
                    ("/", _FIGURES, f"{_FIGURES}/"),
                    (":", "012345", _FIGURES),
                    (".", "012345", _FIGURES, " apAP"),
                    ("apAP", ".mM"),
                    (" ", "-–oJFMASONDapAP"),
                    ("-–", f"{_FIGURES} "),
                )
            ),
            (_FIGURES, _FIGURES, "s"),
            (_FIGURES, _FIGURES, _FIGURES, _FIGURES),
            *"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun".split(),
            *"earl late last next this yesterday today tomorrow tonight twent nineteenth".split(),
            ("m", "i", "d", " -"),
            (*"the ", _FIGURES),
            *(f"the {word}" for word in ("early", "late", "mid-", "twent", "nineteenth")),
        )
    }
)

_DIGITS = "[0-9]{1,3}(?:,[0-9]{3}){1,5}(?:\\.[0-9]{1,4})?|[0-9]{1,12}(?:\\.[0-9]{1,4})?"
_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|"
    "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds|thousands|dozens|tens|millions|billions|half"
)
_SCALE = "(?: (?:hundred|thousand|million|billion|trillion|dozen))?"
_ABOUT_WORDS = (
    "more than|less than|fewer than|no less than|no fewer than|over|about|around|nearly|almost|at least|at most|"
    "up to|some|approximately|roughly|as many as|as much as|under"
)
_UNITS = (
    "percentage points?|percent|per cent|years?|months?|weeks?|days?|hours?|"
    "minutes?|seconds?|decades?|centuries|"
    "kilometers?|kilometres?|km|meters?|metres?|centimeters?|centimetres?|millimeters?|miles?|feet|foot|"
    "inches|inch|yards?|acres?|hectares?|"
    "tonnes?|tons?|kilograms?|kg|grams?|pounds?|ounces?|liters?|litres?|gallons?|barrels?|"
    "degrees? Celsius|degrees? Fahrenheit|degrees?|"
    "dollars?|US dollars?|yuan|euros?|rubles?|yen|rupees?|cents?|megawatts?|gigawatts?|MW|GW|kWh|mph|GB|TB|times"
)
_MEASURED = rf"{_SCALE}[ -](?:(?:square|cubic) )?(?:{by_letter(_UNITS.split('|'))})(?![\w-])"
_SCALED = "(?:hundred|thousand|million|billion|trillion)"
_SUM = rf"[$€£¥] ?(?:{_DIGITS})(?: {_SCALED}|[mbk]n?\b)?"
_SHARE = rf"(?:{_DIGITS})(?:%| ?percent\b| per cent\b)"
_IN_WORDS = by_letter(_WORD.split("|"))
_ROUND = "(?:a|an)(?= (?:dozen|hundred|thousand|million|billion))"
_QUANTITY = re.compile(
    rf"(?=[0-9])(?<![\w.,:$-])(?:{_SHARE}|(?:{_DIGITS}){_MEASURED}|(?<!/)(?:{_DIGITS}) {_SCALED}(?![\w-])"
    r"|(?<!/)[0-9]{1,3}(?:,[0-9]{3}){1,5}(?![\w-])|(?<![/#])[0-9]{1,4}(?= (?:[a-z]{3,20} )?[a-z]{3,20}s\b))"
    rf"|{_SUM}|(?:US|HK|A|C){_SUM}|(?<![\w.,:$-])(?:{_ROUND}|{_IN_WORDS}){_MEASURED}"
    rf"|\b(?:{by_letter(_ABOUT_WORDS.split('|'))}) (?:(?:US|HK|A|C)?{_SUM}|{_SHARE}"
    rf"|(?:{_DIGITS}|{_ROUND}|{_IN_WORDS}){_MEASURED}"
    rf"|(?:{_DIGITS}|a(?= dozen| hundred| thousand| million| billion)|{_IN_WORDS}){_SCALE}(?![\w-]))",
    re.IGNORECASE,
)
_QUANTITIES_BEGIN = Openings(
    {
        "": (("$€£¥",), ("AC", "$€£¥"), ("U", "S", "$€£¥"), ("H", "K", "$€£¥")),
        r"\w": [(*words, " ", f"{_FIGURES}$€£¥uhacotfsenmdb") for words in _ABOUT_WORDS.split("|")],
        r"[\w.,:$-]": (
            (_FIGURES,),
            *((*word, " -") for word in _WORD.split("|")),
            ("a", " ", "dhmbt"),
            ("a", "n", " ", "dhmbt"),
        ),
    },
    any_case=True,
)


def find(texts: Joined, only: NDArray[np.bool_]) -> Iterator[tuple[int, list[Found]]]:
    """Find the dates of some of these texts, and the quantities that are no part of one."""
    dates = grouped((n, Found(*hit.span(), "DATE", 0.85)) for n, hit in _DATES_BEGIN.matches(_DATE, texts, only))
    counts = _QUANTITIES_BEGIN.matches(_QUANTITY, texts, only)
    for rank, some in grouped((n, Found(*hit.span(), "QUANTITY", 0.75)) for n, hit in counts).items():
        days = dates.get(rank, [])
        own = [one for one in some if not any(one.overlaps(day) and not one.covers(day) for day in days)]
        dates[rank] = longest_first([*days, *own]) if days else own
    yield from dates.items()
