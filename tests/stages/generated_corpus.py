"""Approved rows made of templates, in Chinese and English; no name of the training split stands in the test split."""

import random

from builder.model import Span
from tests.exporters.approved_rows import plain_row

PARTS = {
    "zh": {
        "PERSON": ("王李张刘陈杨黄赵", "周吴徐孙马朱胡郭", "伟娜强敏静磊洋艳", "勇军杰涛明超兰霞"),
        "GPE": ("东西南北海江", "河湖山林泉溪", "京州阳城", "宁安平川"),
        "ORG": ("华中新大", "国金远宏", "科达银信", "泰康利盛"),
    },
    "en": {
        "PERSON": ("Anna Ben Carl Dora Emil".split(), "Fay Gus Hugo Ina Jan".split(),
                   "Berg Costa Dunn Ekman".split(), "Frost Gray Hale Irwin".split()),
        "GPE": ("North South New".split(), "East West Old".split(),
                "haven field ton".split(), "ford mouth burg".split()),
        "ORG": ("Alpha Delta Omega".split(), "Sigma Zeta Kappa".split(),
                "Bank Steel Foods".split(), "Works Motors Paper".split()),
    },
}  # fmt: skip
JOINTS = {
    "zh": {"PERSON": "{}{}", "GPE": "{}{}市", "ORG": "{}{}公司"},
    "en": {"PERSON": "{} {}", "GPE": "{}{}", "ORG": "{} {}"},
}
TEMPLATES = {
    "zh": (
        ("event", "{PERSON}昨天在{GPE}会见了{ORG}的代表。"),
        ("event", "{GPE}警方周一逮捕了{PERSON}。"),
        ("event", "{ORG}收购了{ORG}，{PERSON}😀出席仪式。"),
        ("no", "{PERSON}认为，{GPE}的房价太高了。"),
        ("no", "据说{ORG}的总部一直设在{GPE}。"),
        ("no", "{X}对此不予置评，天气很好。"),
    ),
    "en": (
        ("event", "{PERSON} met the head of {ORG} in {GPE} on Monday."),
        ("event", "Police in {GPE} arrested {PERSON} yesterday."),
        ("event", "{ORG} bought a rival, said {PERSON}."),
        ("no", "{PERSON} thinks that rents in {GPE} are too high."),
        ("no", "The seat of {ORG} has always been {GPE}."),
        ("no", "{X} would not comment, as always."),
    ),
}


def corpus(train=160, test=60, seed=0, other="test"):
    """Make so many rows of each split, half of each language."""
    dealer = random.Random(seed)
    rows = {}
    for split, half, count in (("train", 0, train), (other, 1, test)):
        enough = len(rows) + count
        while len(rows) < enough:
            row = _row(dealer, split, half, len(rows))
            rows.setdefault(row.sentence.text, row)  # nothing is said twice
    return list(rows.values())


def _row(dealer, split, half, number):
    language = ("zh", "en")[number % 2]
    label, template = dealer.choice(TEMPLATES[language])
    text, spans = "", []
    for part in template.replace("}", "{").split("{"):
        kind = dealer.choice(("PERSON", "ORG")) if part == "X" else part
        if kind in JOINTS[language]:
            part = name(dealer, language, kind, half)
            spans.append(Span(len(text), len(text) + len(part), kind))
        text += part
    return plain_row(text, spans, label=label, split=split, language=language)


def name(dealer, language, kind, half):
    """Make a name of the half that a split has for itself."""
    parts = PARTS[language][kind]
    return JOINTS[language][kind].format(dealer.choice(parts[half]), dealer.choice(parts[2 + half]))
