"""Make a picture of a release's dataset card, as a reader of the hub sees it: the real README.md, nothing staged.

    python docs/card_picture.py RELEASE_FOLDER [--out docs/images/card.png]

Needs Chromium (apt-get install chromium fonts-noto-cjk). `docs/screenshots.py` calls it for the release of the demo.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from markdown_it import MarkdownIt
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PAGE = """<!doctype html><html><head><meta charset="utf-8"><base href="{base}"><style>
body {{ margin: 0; padding: 24px 36px; width: 1120px; background: #fff; color: #1f2328;
  font: 15px/1.5 "Noto Sans", "Noto Sans CJK SC", sans-serif; }}
h1, h2 {{ border-bottom: 1px solid #d1d9e0; padding-bottom: 4px; }}
table {{ border-collapse: collapse; margin: 10px 0; }}
th, td {{ border: 1px solid #d1d9e0; padding: 4px 10px; text-align: left; vertical-align: top; }}
tr:nth-child(even) td {{ background: #f6f8fa; }}
code, pre {{ background: #f0f2f4; border-radius: 4px; }}
code, pre {{ font: 13px "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace; }}
code {{ padding: 1px 4px; white-space: nowrap; }}
pre {{ padding: 10px; }} pre code {{ white-space: pre; }} img {{ max-width: 100%; }}
</style></head><body>{body}</body></html>"""


def main() -> None:
    """Make the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("release", type=Path)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images" / "card.png")
    chosen = parser.parse_args()
    with chromium() as browser:
        photograph_card(browser, chosen.release.absolute(), chosen.out.absolute())
    print(f"{chosen.out}: {chosen.out.stat().st_size // 1024} KB")


def photograph_card(browser: Browser, release: Path, picture: Path) -> None:
    """Show the card of a release as a page, with the pictures beside it, and photograph the whole of it."""
    _, _, prose = (release / "README.md").read_text("utf-8").split("---\n", 2)
    # As the hub does: tables, and no HTML of the card's own.
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(prose)
    page = browser.new_page(viewport={"width": 1192, "height": 900}, device_scale_factor=1)
    shown = release.parent / f"{release.name}.card.html"
    shown.write_text(PAGE.format(base=f"{release.as_uri()}/", body=body), "utf-8")
    try:
        page.goto(shown.as_uri())
        page.wait_for_load_state("networkidle")
        missing = page.evaluate("[...document.images].filter(one => !one.naturalWidth).map(one => one.src)")
        if missing:
            raise SystemExit(f"the card shows pictures that are not there: {', '.join(missing)}")
        shot = Image.open(BytesIO(page.screenshot(full_page=True)))
        # 64 colours are enough for text, and a third of the bytes.
        shot.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(picture, optimize=True)
    finally:
        shown.unlink()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the Chromium of this machine."""
    executable = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if executable is None:
        raise SystemExit("no Chromium here; install it: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(SWITCHES))
        yield browser
        browser.close()


if __name__ == "__main__":
    main()
