"""English text enters; its dates and quantities leave."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.annotators.proposal import Found, longest_first
from builder.annotators.words import longest_of

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

# What a date can begin with, at the beginning of a word: elsewhere none of the many shapes is tried.
_DATE_OPENS = (
    "(?=[0-9]|Jan|Feb|Ma[ry]|Apr|Ju[nl]|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun|earl|late|mid|last|next|"
    "th(?:e|is) |yest|today|tomo|toni|twent|nine)"
)
_DATE = re.compile(
    f"(?<!\\w){_DATE_OPENS}(?:"
    + "|".join(
        f"(?<![\\w])(?:{pattern})(?![\\w])"
        for pattern in (
            f"(?:{_WEEKDAY},? )?{_ANY_MONTH} {_DAY}(?:(?: ?[-–] ?| to | and ){_DAY})?(?:,? {_YEAR})?",
            f"{_DAY}(?: ?[-–] ?{_DAY})? (?:of )?{_ANY_MONTH}(?:,? {_YEAR})?",
            f"{_ANY_MONTH},? (?:of )?{_YEAR}|{_ANY_MONTH} {_WHICH_YEAR}|(?:early|late|mid)[- ]{_ANY_MONTH}",
            f"{_MONTH}(?=[^\\w]|$)|(?<=[Ii]n )May|(?<=[Ss]ince )May|(?<=[Bb]y )May|(?<=[Ll]ast )May",
            f"(?:last |next |this )?{_WEEKDAY}{_PART}",
            f"{_YEAR}-[01][0-9]-[0-3][0-9](?:[ T][0-2][0-9]:[0-5][0-9])?|[0-3]?[0-9]/[0-3]?[0-9]/(?:{_YEAR}|"
            f"[0-9]{{2}})",
            f"(?:{_YEAR}|[0-9]{{2}})s|(?:the )?{_YEAR}[-–](?:{_YEAR}|[0-9]{{2}})",
            f"(?<![$€£¥,.\\d]){_YEAR}(?![,.]?\\d| ?%| (?:people|companies|dollars|yuan|meters|metres|"
            f"kilometers|km|euros|pounds))",
            "(?:the )?(?:early |late |mid-)?(?:[12]?[0-9](?:st|nd|rd|th)|twentieth|nineteenth|twenty-first) century",
            f"(?:yesterday|today|tomorrow|tonight){_PART}|this (?:morning|afternoon|evening)|last night",
            "(?:(?:late|early|earlier) )?(?:this|last|next) (?:year|month|week|weekend|quarter|decade|"
            "century|spring|summer|autumn|winter)",
            _CLOCK,
        )
    )
    + ")"
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
_ABOUT = f"(?:{_ABOUT_WORDS})"
_UNIT = (
    "(?:(?:square|cubic) )?(?:percentage points?|percent|per cent|years?|months?|weeks?|days?|hours?|"
    "minutes?|seconds?|decades?|centuries|"
    "kilometers?|kilometres?|km|meters?|metres?|centimeters?|centimetres?|millimeters?|miles?|feet|foot|"
    "inches|inch|yards?|acres?|hectares?|"
    "tonnes?|tons?|kilograms?|kg|grams?|pounds?|ounces?|liters?|litres?|gallons?|barrels?|degrees?(?: "
    "Celsius| Fahrenheit)?|"
    "dollars?|US dollars?|yuan|euros?|rubles?|yen|rupees?|cents?|megawatts?|gigawatts?|MW|GW|kWh|mph|GB|TB|times)"
)
# What a quantity can begin with: a currency, or a digit or one of these at the beginning of a word.
_QUANTITY_OPENS = (
    "(?:(?=[$€£¥]|[UHAC][SK]?[$€£¥])|"
    f"\\b(?=[0-9]|{longest_of([*_ABOUT_WORDS.split('|'), *_WORD.split('|'), 'a ', 'an '])}))"
)
_QUANTITY = re.compile(
    f"{_QUANTITY_OPENS}(?:"
    + "|".join(
        (
            f"(?:\\b{_ABOUT} )?(?:US|HK|A|C)?[$€£¥] ?(?:{_DIGITS})(?: (?:hundred|thousand|million|billion|"
            f"trillion)|[mbk]n?\\b)?",
            f"(?:\\b{_ABOUT} )?(?<![\\w.,:$-])(?:{_DIGITS})(?:%| ?percent\\b| per cent\\b)",
            f"(?:\\b{_ABOUT} )?(?<![\\w.,:$-])(?:{_DIGITS}|(?:a|an)(?= (?:dozen|hundred|thousand|million|"
            f"billion))|{_WORD}){_SCALE}[ -]{_UNIT}(?![\\w-])",
            f"\\b(?:{_ABOUT} )(?:{_DIGITS}|a(?= dozen| hundred| thousand| million| billion)|{_WORD}){_SCALE}(?![\\w-])",
            f"(?<![\\w.,:$/-])(?:{_DIGITS}) (?:hundred|thousand|million|billion|trillion)(?![\\w-])",
            "(?<![\\w.,:$/-])[0-9]{1,3}(?:,[0-9]{3}){1,5}(?![\\w-])",
            "(?<![\\w.,:$/#-])[0-9]{1,4}(?= (?:[a-z]{3,20} )?[a-z]{3,20}s\\b)",
        )
    )
    + ")",
    re.IGNORECASE,
)


def find(text: str) -> Iterator[Found]:
    """Find dates, and quantities that are no part of one."""
    dates = [Found(*hit.span(), "DATE", 0.85) for hit in _DATE.finditer(text)]
    counts = [Found(*hit.span(), "QUANTITY", 0.75) for hit in _QUANTITY.finditer(text)]
    own = [count for count in counts if not any(count.overlaps(date) and not count.covers(date) for date in dates)]
    yield from longest_first([*dates, *own])
