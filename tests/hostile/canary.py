"""Secrets to give to a run, and where they may not be afterwards: what was said, logged, and every file."""

from __future__ import annotations

import base64
import json
import secrets
import traceback
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

CANARY = secrets.token_hex(20)
LLM = f"sk-{secrets.token_hex(20)}"
PASSWORD = secrets.token_hex(12)
TOML = """[project]
name = "small"
[annotate]
annotators = ["cues"{more}]
[annotate.options.llm]
url = "{url}/v1"
model = "tiny"
cache = "kept"
[studio]
url = "{url}"
"""


def personal_token() -> str:
    """Make a token of the newer kind, which is traded for a short-lived one."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"token_type": "refresh", "exp": 4_000_000_000, "jti": CANARY}]
    packed = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*packed, base64.urlsafe_b64encode(CANARY.encode()).decode().rstrip("=")])


def forms(*kept: str) -> set[bytes]:
    """Say a secret as it may be written: itself, what basic auth makes of it, backwards and cut in two."""
    whole = {form for one in kept for form in (one, one[::-1], one[: len(one) // 2], one[len(one) // 2 :])}
    encoded = {base64.b64encode(f"{user}{one}".encode()).decode()[4:-4] for one in kept for user in ("", "builder:")}
    return {form.encode() for form in whole | encoded}


def traces(folder: Path, said: str, *kept: str) -> list[str]:
    """Name where a secret stands: in what was said, or in a file of the project, hidden ones included."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    places = {**files, "(said)": said.encode(), **{f"(name) {name}": name.encode() for name in files}}
    return [place for place, content in places.items() if any(form in content for form in forms(*kept))]


def told(result: Result, log: str) -> str:
    """Join all that a run said: both streams, its log, its error and every cause of it."""
    chain, error = list[str](), result.exception
    while error is not None:
        chain += [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
        error = error.__cause__
    return "\n".join([result.output, result.stderr, log, *chain])


Called = Callable[..., tuple[Result, Path, str]]
"""Calls a verb, and gives what it came to, the project's folder, and all that was said."""
