"""How much memory a reader takes at its peak, measured in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

_CODE = """
import json, re, sys
from importlib import import_module
from pathlib import Path
from builder.errors import Rejected
from builder.readers.blobs import File
from builder.readers.dispatch import Readers
from builder.model import Reject

names, path = sys.argv[1].split(","), Path(sys.argv[2])
readers = Readers([import_module(f"builder.readers.{name}").build({}) for name in names])
rejects, others = [], 0
for found in readers.read(File(path, path.name)):
    if isinstance(found, Reject):
        rejects.append([found.subject, found.code])
    else:
        others += 1
# Not getrusage: its peak is that of the parent, where the parent was larger.
peak = int(re.search("VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])
print(json.dumps({"rejects": rejects, "others": others, "mebibytes": peak // 1024}))
"""


def measured(path: Path, *modules: str) -> dict[str, Any]:
    """Read a file with the readers of these modules; give its rejects and the peak memory."""
    told = subprocess.run(
        [sys.executable, "-c", _CODE, ",".join(modules), str(path)], capture_output=True, check=True, text=True
    )
    found: dict[str, Any] = json.loads(told.stdout)
    return found
