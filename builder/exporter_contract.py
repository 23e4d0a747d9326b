"""An exporter enters; what it breaks of its contract leaves. For the tests of whoever writes one.

    from builder.exporter_contract import check_exporter
    check_exporter(build, {}, read=spans_in)

`spans_in(folder)` reads a release back: view → sentence id → spans; then every span must be held or told as lost.
Everything happens in temporary folders; the exporter is also asked in fresh Python processes.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder import elsewhere
from builder.contracts import Breach
from builder.disk import files_in
from builder.errors import UsageError
from builder.exporters.folder import CARD_WRITER
from builder.exporters.order import published
from builder.model import Document, Sentence, Span, stable_id, text_digest
from builder.offset_map import OffsetMap, copy
from builder.ports import Exporter, Losses, ReleaseInfo, Row
from builder.reading import Kind, Source
from builder.reviewing import Action, Approval, Gold, GoldSpan
from builder.schema import LabelSchema, read_schema
from builder.text.graphemes import snapped

Build = Callable[[Mapping[str, str]], Exporter]
Read = Callable[[Path], Mapping[str, Mapping[str, Sequence[Span]]]]
_STRANGE_OPTION = {"no such option": "at all"}
_SECRETS = ("a.reviewer@example.org", "a folder of someone")
TEXTS = (
    "王伟在北京市海淀区报案。",
    "外交部网站😀 𠮷野家总统访问3M公司。",
    "President Xi Jinping's visit to China's Astana (WAIC) ended.",
    "=1+1 的结果",
    '"引号", 逗号, \\反斜杠\\ <b>&amp;</b>',
    "一行\r\n两行\t三列\u2028四\u3000五  六\x85七",
    "-DOCSTART- -X- O",
    "# not a comment",
    "cafe\u0301 北\u0301京 👩\u200d👩\u200d👧👍🏽🇨🇳上海",
    "中国中国中国的中国",
    "'单引号",
    "上海合作组织成员国元首理事会第二十四次会议在阿斯塔纳举行，" * 20,
)
"""Sentences that an approved answer may stand in: nested names, marks, line ends, formulas, and one that is long."""


@dataclass(frozen=True, slots=True)
class _Exported:
    """What one run wrote and told."""

    files: Mapping[str, bytes]
    losses: Losses


def sample_rows(schema: LabelSchema, texts: Sequence[str] = TEXTS) -> list[Row]:
    """Make approved rows of texts, with spans that nest and overlap, in two documents and three splits."""
    half = -(-len(texts) // 2)
    return [row for part in (texts[:half], texts[half:]) for row in _document(schema, part)]


def sample_info(schema: LabelSchema) -> ReleaseInfo:
    """Describe a release of such rows."""
    return ReleaseInfo("sample", "v1", "Sample", "CC-BY-4.0", schema, "0", {"documents": 2})


def check_exporter(
    build: Build, options: Mapping[str, str], rows: Sequence[Row] | None = None, read: Read | None = None
) -> None:
    """Hold an exporter to its contract, over these rows under the schema `news`, or a hostile set.

    Raises:
        AssertionError: it lists every clause that does not hold.
    """
    found = exporter_breaches(build, options, rows, read)
    if found:
        raise AssertionError("\n".join(f"{breach.clause}: {breach.seen}" for breach in found))


def exporter_breaches(
    build: Build, options: Mapping[str, str], rows: Sequence[Row] | None = None, read: Read | None = None
) -> list[Breach]:
    """List what an exporter breaks of its contract; one that cannot write at all, only that."""
    info = sample_info(read_schema("news", Path()))
    released = sample_rows(info.schema) if rows is None else list(rows)
    with tempfile.TemporaryDirectory(prefix="builder-") as folder:
        try:
            exporter = build(dict(options))
            first = _exported(exporter, released, info, Path(folder))
            held = read(Path(folder)) if read else {}
        except Exception as error:
            return [Breach("exports", f"{type(error).__name__}: {error}")]
        stray = sorted(path for path in first.files if not path.startswith(f"{exporter.name}/"))
    return [
        *(Breach("stays in its folder", path) for path in stray if exporter.name != CARD_WRITER),
        *_of_secrets(first),
        *_of_losses(first.losses, released),
        *_of_reading(held, first.losses, released),
        *_of_purity(exporter, released, info, first),
        *_of_options(build, options),
        *_of_processes(build, options, released, info, first),
    ]


def _exported(exporter: Exporter, rows: Collection[Row], info: ReleaseInfo, folder: Path) -> _Exported:
    losses = exporter.export(rows, info, folder)
    return _Exported({path.relative_to(folder).as_posix(): path.read_bytes() for path in files_in(folder)}, losses)


def _built(build: Build, options: Mapping[str, str], rows: Sequence[Row], info: ReleaseInfo) -> _Exported:
    return _again(build(options), rows, info)


def _again(exporter: Exporter, rows: Collection[Row], info: ReleaseInfo) -> _Exported:
    with tempfile.TemporaryDirectory(prefix="builder-") as folder:
        return _exported(exporter, rows, info, Path(folder))


def _of_secrets(made: _Exported) -> Iterator[Breach]:
    for path, content in made.files.items():
        for secret in _SECRETS:
            if secret.encode() in content:
                yield Breach("names nobody", f"{path} holds {secret!r}")


def _of_losses(losses: Losses, rows: Sequence[Row]) -> Iterator[Breach]:
    """A loss is a span of its row, once per view, with a reason."""
    texts = {row.sentence.id: row.sentence.text for row in rows}
    spans = {(row.sentence.id, gold.span) for row in rows for gold in row.gold.entities}
    for view, lost in losses.items():
        for loss, times in Counter(lost).items():
            covered = texts.get(loss.sentence, "")[loss.span.start : loss.span.end]
            if (loss.sentence, loss.span) not in spans or loss.text != covered or not loss.reason or times > 1:
                yield Breach("tells true losses", f"{view}: {loss}, {times} times")


def _of_reading(
    held: Mapping[str, Mapping[str, Sequence[Span]]], losses: Losses, rows: Sequence[Row]
) -> Iterator[Breach]:
    """What is read back and what is told as lost are together what was given."""
    for view, spans in held.items():
        if view not in losses:
            yield Breach("tells of every view", view)
            continue
        for row in rows:
            given = Counter({gold.span for gold in row.gold.entities})
            found = Counter(spans.get(row.sentence.id, ()))
            found.update(loss.span for loss in losses[view] if loss.sentence == row.sentence.id)
            if given != found:
                seen = f"{row.sentence.text[:40]!r}: vanished {given - found}, came up {found - given}"
                yield Breach("holds what it does not lose", f"{view}: {seen}")


def _of_purity(exporter: Exporter, rows: Sequence[Row], info: ReleaseInfo, first: _Exported) -> Iterator[Breach]:
    if _again(exporter, rows, info) != first:
        yield Breach("pure", "asked twice, it writes or tells otherwise")
    if _again(exporter, rows[::-1], info).files != first.files:
        yield Breach("any order of rows", "given in another order, they are written otherwise")
    try:
        streamed = _again(exporter, published(rows), info).files
    except Exception as error:
        yield Breach("reads rows as they come", f"{type(error).__name__}: {error}")
    else:
        if streamed != first.files:
            yield Breach("reads rows as they come", "given as a release gives them, they are written otherwise")


def _of_options(build: Build, options: Mapping[str, str]) -> Iterator[Breach]:
    try:
        build({**options, **_STRANGE_OPTION})
        yield Breach("refuses unknown options", f"{_STRANGE_OPTION} is taken")
    except UsageError:
        pass  # As it should.
    except Exception as error:
        yield Breach("refuses unknown options", f"with {type(error).__name__}, not UsageError")


def _of_processes(
    build: Build, options: Mapping[str, str], rows: Sequence[Row], info: ReleaseInfo, first: _Exported
) -> Iterator[Breach]:
    """Ask in fresh processes in which sets and dictionaries are ordered otherwise."""
    try:
        question = elsewhere.pickled(_built, build, dict(options), list(rows), info)
    except Exception as error:
        yield Breach("travels", f"{type(error).__name__}: {error}")
        return
    for seed in ("1", "2"):
        try:
            if elsewhere.asked(question, seed) != first:
                yield Breach("deterministic across processes", f"with PYTHONHASHSEED={seed} it writes otherwise")
        except elsewhere.Unanswered as error:
            yield Breach("travels", str(error))


def _document(schema: LabelSchema, texts: Sequence[str]) -> Iterator[Row]:
    page = "\n".join(texts)
    source = Source(text_digest(page), f"/home/{_SECRETS[1]}/第一版.txt", len(page.encode()), "utf-8", "text/plain")
    identity = stable_id(source.sha256, 0)
    document = Document(identity, source.sha256, 0, "zh", "", page, OffsetMap(len(page), (copy(0, len(page)),)))
    at = 0
    for number, text in enumerate(texts):
        place = stable_id(identity, at)
        language = "zh" if ord(max(text)) > 0x2E80 else "en"
        sentence = Sentence(place, identity, number, at, at + len(text), Kind.BODY, language, text)
        split = ("train", "validation", "test")[max(0, number - 3) % 3]
        yield Row(sentence, document, source, _gold(sentence, schema), split)
        at += len(text) + 1


def _gold(sentence: Sentence, schema: LabelSchema) -> Gold:
    draw, text = random.Random(sentence.text), sentence.text
    drawn = {_span(draw, text, schema) for _ in range(6)} | {
        Span(*_trimmed(text, 0, len(text)), schema.entity_names[0])
    }
    spans = tuple(GoldSpan(span, Action.ACCEPTED, ("drawn@1",), 0.5) for span in sorted(drawn))
    label = schema.sentence_names[len(text) % len(schema.sentence_names)]
    approval = Approval(
        sentence.id, ("c",), text_digest(text), schema.digest, _SECRETS[:1], "single", "2026-01-01T10:00:00Z"
    )
    return Gold(sentence.id, spans, label, Action.ADDED, (), None, (), approval)


def _span(draw: random.Random, text: str, schema: LabelSchema) -> Span:
    solid = [at for at, character in enumerate(text) if not character.isspace()]
    first, last = sorted(draw.choices(solid, k=2))
    return Span(*_trimmed(text, first, min(last, first + 40) + 1), draw.choice(schema.entity_names))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen to whole characters, without white space at the edges: as people's answers are read."""
    start, end = snapped(text, start, end)
    covered = text[start:end]
    return start + len(covered) - len(covered.lstrip()), end - len(covered) + len(covered.rstrip())
