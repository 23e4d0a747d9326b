"""Make the pictures of the documentation: the real review page and the real terminal output, nothing staged.

    python docs/screenshots.py [--out docs/images]

Needs Chromium (apt-get install chromium fonts-noto-cjk). Everything runs in a temporary folder; the first run
installs the embedded Label Studio, which takes some minutes.
"""

from __future__ import annotations

import argparse
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from card_picture import chromium, photograph_card
from playwright.sync_api import Browser, Page
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from builder.demo import sample_folder
from builder.project_files import create
from builder.servers import embedded
from builder.store import queries
from builder.studio.server import ServerInfo
from builder.workbench import Workbench, opened

ROOT = Path(__file__).parent.parent
COLUMNS = 110
FONTS = "'Noto Sans Mono CJK SC', 'DejaVu Sans Mono', monospace"
PAGE = """<html><meta charset="utf-8"><style>{stylesheet}
body {{ margin: 0; background: {background}; color: {foreground}; display: inline-block; padding: 14px 18px; }}
pre, code {{ margin: 0; font: 14px/1.45 %s; font-family: %s !important; }}
</style><body><pre><code>{code}</code></pre></body></html>""" % (FONTS, FONTS)  # noqa: UP031


def main() -> None:
    """Make every picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    out = parser.parse_args().out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="builder-") as folder, chromium() as browser:
        _photograph_terminal(browser, Path(folder), out / "terminal.png")
        photograph_card(browser, Path(folder) / "demo" / "exports" / "demo" / "v1", out / "card.png")
        _photograph_review(browser, Path(folder) / "review", out)
    for picture in sorted(out.glob("*.png")):
        print(f"{picture}: {picture.stat().st_size // 1024} KB")


def _photograph_review(browser: Browser, folder: Path, out: Path) -> None:
    """Push the sample, then open the sentence of each language that has the most different proposals."""
    create(folder, "demo", "news", ("sources",))
    for page in sample_folder().glob("*.txt"):
        shutil.copyfile(page, folder / "sources" / page.name)
    with opened(folder, print) as bench:
        bench.ingest()
        bench.annotate()
        server = embedded(bench.project)
        info = server.start(print)
        try:
            bench.push()
            shown = browser.new_page(viewport={"width": 1400, "height": 900})
            _log_in(shown, info)
            for language in ("zh", "en"):
                shown.goto(bench.review_url().replace("labeling=1", f"task={_richest_task(bench, language)}"))
                shown.wait_for_selector(".builder-sentence .htx-highlight")
                shown.wait_for_load_state("networkidle")
                shown.screenshot(path=out / f"review-{language}.png")
        finally:
            server.stop()


def _richest_task(bench: Workbench, language: str) -> int:
    project = bench.studio.find_project(bench.store.marker)
    if project is None:
        raise SystemExit("nothing was pushed")
    found = {}
    for state in bench.studio.list_tasks(project):
        sentence = queries.find_sentence(bench.store, *state.sentences)
        if sentence and sentence.language == language:
            proposed = queries.prediction(bench.store, sentence.id, f"combine@{bench.combiner.fingerprint}")
            found[state.id] = len({entity.span.label for entity in proposed.entities or ()}), len(sentence.text)
    return max(found, key=lambda task: found[task])


def _log_in(page: Page, info: ServerInfo) -> None:
    page.goto(f"{info.url}/user/login/")
    page.fill("input[name=email]", info.email)
    page.fill("input[name=password]", info.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/user/login" not in url)


def _photograph_terminal(browser: Browser, folder: Path, picture: Path) -> None:
    """Run the real commands in a pseudo-terminal and photograph what they printed."""
    shutil.copytree(sample_folder(), folder / "news")
    commands = (
        ("preview", "news/riverside-daily-zh.txt"),
        ("demo",),
        ("-C", "demo", "status"),
    )
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), color_system="truecolor")  # noqa: SIM115
    for words in commands:
        console.print(Text.assemble(("$ ", "bold green"), (f"builder {' '.join(words)}", "bold")), soft_wrap=True)
        console.print(Text.from_ansi(_run(folder, *words)), soft_wrap=True)
    page = browser.new_page(viewport={"width": 1400, "height": 900}, device_scale_factor=1)
    page.set_content(console.export_html(theme=MONOKAI, code_format=PAGE))
    page.locator("body").screenshot(path=picture)


def _run(folder: Path, *words: str) -> str:
    """Give what stands on a terminal of so many columns when `builder` has ended."""
    terminal, end = pty.openpty()
    size = {"COLUMNS": str(COLUMNS), "LINES": "40", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    command = [str(Path(sys.executable).with_name("builder")), *words]
    child = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **size},
        stdin=subprocess.DEVNULL,
        stdout=end,
        stderr=end,
    )
    os.close(end)
    printed = b"".join(_read_all(terminal)).decode()
    if child.wait():
        raise SystemExit(f"builder {' '.join(words)} failed:\n{printed}")
    return _settled(printed.replace("\r\n", "\n")).rstrip("\n") + "\n"


def _settled(printed: str) -> str:
    """Do what a terminal does with the controls of a progress bar: erase its line, move the cursor up."""
    lines, at = [""], 0
    for part in re.split(r"(\n|\r|\x1b\[2K|\x1b\[\d*A|\x1b\[\?25[lh])", printed):
        if part == "\n":
            at += 1
            lines.extend([""] * (at + 1 - len(lines)))
        elif part == "\x1b[2K":
            lines[at] = ""
        elif re.fullmatch(r"\x1b\[\d*A", part):
            at -= int(part[2:-1] or 1)
        elif part != "\r" and not part.startswith("\x1b[?"):
            lines[at] += part
    return "\n".join(lines)


def _read_all(terminal: int) -> Iterator[bytes]:
    """Read until the other end closes, which Linux reports as an error and others as an end."""
    with os.fdopen(terminal, "rb", buffering=0) as stream:
        try:
            while block := stream.read(65_536):
                yield block
        except OSError:
            return


if __name__ == "__main__":
    main()
