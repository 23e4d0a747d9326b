"""A Python environment that holds exactly `server.lock`, and a migrated, empty database beside it.

The lock file enters; an `Environment` leaves, made once per machine and shared by all projects. The server's
pins never meet this package's own dependencies, and a half-made environment is never used.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from builder.errors import BrokenError, Unavailable

# Made from the one line `label-studio==VERSION` by `uv pip compile --universal --python-version 3.11
# --generate-hashes --no-emit-index-url --no-annotate --no-header`.
LOCK = Path(__file__).with_name("server.lock")

# pip keeps the user's own settings (index, proxy, certificates), but not those that would install elsewhere.
_STRAYING = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_DRY_RUN", "VIRTUAL_ENV")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the server's interpreter and the database that a new server starts from are."""

    python: Path
    template: Path


def default_folder() -> Path:
    """Say where environments live: BUILDER_CACHE if set, else the user's cache folder."""
    from platformdirs import user_cache_dir

    chosen = os.environ.get("BUILDER_CACHE")
    return (Path(chosen) if chosen else Path(user_cache_dir("annotation-dataset-builder"))) / "label-studio"


def ensure(folder: Path, say: Say) -> Environment:
    """Find the environment for this lock and this Python under `folder`, or make it.

    Raises:
        Unavailable: the packages could not be installed; the message ends with pip's last lines.
    """
    from filelock import FileLock

    home = folder.absolute() / environment_name(LOCK.read_text("utf-8"))
    environment = Environment(home / "venv" / "bin" / "python", home / "template.sqlite3")
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home.with_suffix(".lock")):
        if not _complete(home).exists():
            _install(home, environment.python, say)
        if not environment.template.exists():
            _migrate(home, environment, say)
    return environment


def environment_name(lock: str) -> str:
    """Name the environment by what it holds: server version, Python version, digest of the lock."""
    digest = hashlib.sha256(lock.encode()).hexdigest()[:8]
    return f"{server_version(lock)}-py{sys.version_info.major}.{sys.version_info.minor}-{digest}"


def server_version(lock: str) -> str:
    """Read which Label Studio a lock pins."""
    found = re.search(r"^label-studio==([0-9][\w.]*)", lock, re.MULTILINE)
    if not found:
        raise BrokenError(f"{LOCK} pins no label-studio")
    return found[1]


def clean_variables(folder: Path) -> dict[str, str]:
    """Make the smallest environment a server runs in.

    Label Studio also reads bare HOST, PORT, USERNAME, PASSWORD, DEBUG and SECRET_KEY: nothing leaks in.
    """
    return {
        "PATH": os.defpath,
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder),
        # Nothing leaves this machine: no usage statistics, no version check, no crash reports.
        "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
        "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
        "LABEL_STUDIO_SENTRY_DSN": "",
        "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
    }


def _complete(home: Path) -> Path:
    return home / ".complete"


def _install(home: Path, python: Path, say: Say) -> None:
    """Install in place (a venv cannot be moved: its scripts hold its path); the marker comes last."""
    say(f"installing Label Studio {server_version(LOCK.read_text('utf-8'))} into {home} (once, about 2 minutes)")
    shutil.rmtree(home / "venv", ignore_errors=True)
    variables = {key: value for key, value in os.environ.items() if key not in _STRAYING}
    _run([sys.executable, "-I", "-m", "venv", str(home / "venv")], variables, "could not make a virtual environment")
    pip = [str(python), "-I", "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    # The lock is complete, so nothing is resolved; every file is checked against its hash.
    chosen = ["--require-hashes", "--no-deps", "-r", str(LOCK)]
    _run([*pip, *chosen], variables, "could not install the Label Studio server")
    _complete(home).touch()


def _migrate(home: Path, environment: Environment, say: Say) -> None:
    """Make the empty database aside and rename it: migrations take a minute, a copy takes none."""
    say("preparing an empty database (once, about a minute)")
    aside = home / "migrating"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    scripts = list((home / "venv").glob("lib/python*/site-packages/label_studio/manage.py"))
    if not scripts:
        with suppress(FileNotFoundError):
            _complete(home).unlink()
        raise Unavailable(f"{home} holds no server although it was installed; run the same command again")
    variables = clean_variables(aside) | {"DJANGO_SETTINGS_MODULE": "core.settings.label_studio"}
    migrate = [str(environment.python), str(scripts[0]), "migrate", "--no-input", "--verbosity", "0"]
    _run(migrate, variables, "could not prepare the server's database")
    (aside / "label_studio.sqlite3").replace(environment.template)
    shutil.rmtree(aside)


def _run(command: Sequence[str], variables: Mapping[str, str], problem: str) -> None:
    try:
        done = subprocess.run(
            command,
            check=False,
            env=variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise Unavailable(f"{problem}: {error}") from error
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).rstrip().split("\n")[-12:])
        raise Unavailable(f"{problem} (exit {done.returncode}):\n{tail}")
