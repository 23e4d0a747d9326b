"""A fresh Python enters; the CPU seconds until the default annotators have made their first prediction leave.

    python bench/loading.py [--terms 100000] [--rounds 5]

Every round is a process of its own with warm caches: compiled modules and built automata lie in a folder made for
this, filled by a first process that is shown apart ("cold"). The gazetteer has so many terms of the user's own. The
default combination proposes for one Chinese and one English sentence. Also tells which step took how long.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import process_time

ROOT = Path(__file__).parent.parent
if not __package__:
    sys.path.insert(0, str(ROOT))

SENTENCES = (
    ("zh", "7月4日上午，总统陈雨在上海表示，约300人出席了第3次会议。"),
    ("en", "On July 3, President Maria said in London that 300 companies had signed."),
)


def once(terms: str) -> None:
    """Load all, propose, and print what each step took."""
    steps = {"interpreter": process_time()}

    def done(step: str) -> None:
        steps[step] = process_time() - sum(steps.values())

    from builder import plugins
    from builder.config_tables import AnnotateTable
    from builder.model import Sentence
    from builder.reading import Kind
    from builder.schema import read_schema

    names, schema = AnnotateTable().annotators, read_schema("news", Path())
    done("imports")
    options = {"gazetteer": {"terms": terms}}
    made = []
    for name in names:
        made.append(plugins.annotator(name, options.get(name, {}), schema))
        done(f"build {name}")
    from builder.annotators.combine import Combiner

    combiner = Combiner(made, schema)
    batch = [
        Sentence(f"s{n}", "d", n, 0, len(text), Kind.BODY, language, text)
        for n, (language, text) in enumerate(SENTENCES)
    ]
    for annotator in made:
        annotator.propose(batch)
        done(f"first {annotator.name}")
    combiner.propose(batch)
    done("combine")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"steps": steps, "peak": peak}))


def measured(terms: Path, caches: Path) -> tuple[dict[str, float], float]:
    """Run a fresh process; give what each step took, and the peak of its memory in MiB."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(caches / "modules")}
    environment |= {"BUILDER_CACHE": str(caches / "built")}
    command = [sys.executable, __file__, "--once", str(terms)]
    told = subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout
    parts = json.loads(told)
    return parts["steps"], parts["peak"]


def main() -> None:
    """Measure, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", metavar="TERMS", help="load here, and print what each step took")
    asked = parser.parse_args()
    if asked.once:
        return once(asked.once)
    from bench.annotate import names

    with tempfile.TemporaryDirectory() as folder:
        terms = Path(folder, "terms.tsv")
        drawn = names(asked.terms, random.Random(0))
        terms.write_text("".join(f"{term}\t{label}\n" for term, label in drawn), "utf-8")
        cold, cold_peak = measured(terms, Path(folder))
        rounds, peaks = zip(*(measured(terms, Path(folder)) for _ in range(asked.rounds)), strict=True)
    totals = sorted(sum(steps.values()) for steps in rounds)
    for step in cold:
        print(f"{step:<20} {median(steps[step] for steps in rounds):6.3f}   cold {cold[step]:6.3f}")
    told = ", ".join(f"{total:.2f}" for total in totals)
    print(f"loading: {median(totals):.2f} CPU s warm ({told}), {sum(cold.values()):.2f} cold, {asked.terms} terms")
    print(f"peak: {max(peaks):.0f} MiB warm, {cold_peak:.0f} cold")
    return None


if __name__ == "__main__":
    main()
