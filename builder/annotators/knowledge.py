"""What the dictionaries of this room tell those who set pages again and look for damage."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from builder.annotators.gazetteer import known_names
from builder.annotators.own_terms import own_names
from builder.annotators.tagger import crosses, words_of
from builder.errors import UsageError
from builder.text.damage.names import NearNames
from builder.text.knowledge import Knowledge
from builder.text.latin import latin_reader


@cache
def knowledge(terms: str = "", *, detects: bool = False) -> Knowledge:
    """Gather what is known; `terms` names a file of the user's own names, `detects` asks lingua about Latin script.

    Raises:
        UsageError: the file is not there, or lingua is not installed.
    """
    names = {*known_names(), *own_names(Path(terms))} if terms else known_names()
    try:
        latin = latin_reader() if detects else None
    except ImportError as error:
        hint = 'in the clone of builder: pip install ".[languages]"'
        raise UsageError(f'[ingest] latin = "detect" needs the package lingua-language-detector; {hint}') from error
    return Knowledge(crosses, words_of, NearNames(names), latin)
