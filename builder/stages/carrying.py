"""Answers given under earlier label schemas enter; what they say in the present one leaves, or why nobody can tell.

An answer was given under the schema that its project's page asked for when it was last changed, and never under an
older one than its task was sent under. It stays verbatim in the journal; what is said here is made anew each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from itertools import takewhile

from builder.errors import Rejected
from builder.model import Prediction
from builder.reviewing import Annotation, Answer, Approval, Gold
from builder.schema import LabelSchema
from builder.schema_change import SchemaChange, title_of
from builder.schema_history import History, Route, carried, caught_up, halted_at, last_said, renamed
from builder.stages.origins import Origins
from builder.store import schemas
from builder.store.db import Store


class Carrying:
    """Carries answers over to one schema; `supposed` is a change that is not recorded (yet)."""

    def __init__(self, store: Store, schema: LabelSchema, supposed: SchemaChange | None = None) -> None:
        self._store, self.schema, self._supposed = store, schema, supposed
        self.first = Origins(store).first
        self._asked = lru_cache(maxsize=None)(lambda project: _asked(store, project))
        self._sent = lru_cache(maxsize=None)(lambda *place: schemas.sent_under(store, *place))
        self._then = lru_cache(maxsize=None)(lambda digest: Carrying(store, self.history.schemas[digest], supposed))
        self._route = lru_cache(maxsize=None)(lambda digest: self.history.route(digest, schema.digest))

    @cached_property
    def history(self) -> History:
        """Read which schemas are known, and the recorded ways between them."""
        return history(self._store, self.schema, self._supposed)

    def _sent_under(self, annotation: Annotation) -> str | None:
        """Name the schema that its task was sent under.

        A lost task's id may be another's now, so there it is the first that its sentence was sent under.
        """
        first = self.first(annotation)
        if first is annotation:
            return self._sent(*_place(annotation))
        return schemas.first_sent_under(self._store, first.sentences[0]) if first.sentences else None

    def made_under(self, annotation: Annotation) -> str:
        """Name the schema that an answer was given under; where nothing is known, the present one."""
        sent, annotation = self._sent_under(annotation), self.first(annotation)
        asked = self._asked(_place(annotation)[0])
        when = time_of(str(annotation.body.get("updated_at") or annotation.body.get("created_at") or ""))
        before = [digest for _, digest in takewhile(lambda one: when is not None and one[0] <= when, asked)]
        if sent is None:
            return before[-1] if before else self.schema.digest
        # A clock may be wrong, an order is not: a task is sent after the page asks for its schema.
        since = next((place for place, (_, digest) in enumerate(asked) if digest == sent), -1)
        return before[-1] if since + 1 < len(before) else sent

    def carry(self, annotation: Annotation, answer: Answer) -> Answer | str:
        """Say an answer in the present labels; a string says why people must look again.

        Raises:
            Rejected: it was given under another schema, and nothing says what became of that.
        """
        route, answer = self._way(annotation, answer)
        return carried(route, answer) if route else answer

    def spoken(self, annotation: Annotation, answer: Answer) -> Answer:
        """Say an answer in the present labels as far as they tell; a label that is no more keeps its last name."""
        route, answer = self._way(annotation, answer)
        said = carried(route, answer)
        return last_said(route, answer) if isinstance(said, str) else said

    def before(self, annotation: Annotation, answer: Answer) -> tuple[Carrying, frozenset[str]] | None:
        """Carry to the labels under which an answer counted last, if it does no more; name the schemas that came since.

        Raises:
            Rejected: it was given under another schema, and nothing says what became of that.
        """
        route, answer = self._way(annotation, answer)
        at = halted_at(route, answer)
        if at is None:
            return None
        return self._then(route[at].old.digest), frozenset(change.new.digest for change in route[at:])

    def _way(self, annotation: Annotation, answer: Answer) -> tuple[Route, Answer]:
        """Give the way to the present schema, and the answer in the labels that it was given under."""
        digest, sent = self.made_under(annotation), self._sent_under(annotation)
        route = self.route(digest)
        if sent not in (None, digest):
            before = self.history.route(str(sent), digest)
            answer = caught_up(before or (), answer, self.history.schemas[digest])
        return route, answer

    def route(self, digest: str) -> Route:
        """Give the way from a schema to the present one.

        Raises:
            Rejected: there is none.
        """
        route = self._route(digest) if digest != self.schema.digest else ()
        if route is None:
            old = self.history.schemas.get(digest)
            was = f"{old.name} {old.version} ({digest})" if old else f"a schema that is not remembered ({digest})"
            now = f"{self.schema.name} {self.schema.version} ({self.schema.digest})"
            hint = "builder schema migrate" if old else "builder schema migrate OLD.toml"
            reason = f"answered under {was}, and the project has {now} with other labels; run: {hint}"
            raise Rejected(reason, "E_SCHEMA")
        return route

    def shown(self, prediction: Prediction | None, digest: str) -> Prediction | None:
        """Say a proposal that was shown under a schema in the present labels, as far as they tell; nothing stays so."""
        return prediction and renamed(self._route(digest) or (), prediction)

    def offered(self, prediction: Prediction, digest: str) -> tuple[Prediction, tuple[str, ...]]:
        """Say a proposal that was shown under a schema as it can be shown under the present one; name what cannot."""
        said, schema = renamed(self._route(digest) or (), prediction), self.schema
        found, label = said.entities, said.label
        fit = None if found is None else tuple(one for one in found if one.span.label in schema.entity_names)
        kept = label if label and label.name in schema.sentence_names else None
        labels = [one.span.label for one in found or ()] + ([label.name] if label else [])
        lost = {*labels} - {*schema.entity_names, *schema.sentence_names}
        return replace(said, entities=fit, label=kept), tuple(sorted(lost))

    def told(self, approval: Approval, annotations: Sequence[Annotation]) -> Approval:
        """Say in an approval which schema the people saw: of several the one farthest back, and that it was carried."""
        given = [one for one in annotations if one.content in approval.contents]
        digest = max((self.made_under(one) for one in given), key=lambda one: len(self.route(one)))
        if digest == self.schema.digest:
            return replace(approval, schema_digest=digest)
        title = title_of(self.history.schemas[digest], self.schema)
        return replace(approval, schema_digest=digest, rule=f"{approval.rule}; carried {title}")

    def fitted(self, gold: Gold) -> Gold:
        """Leave out proposals that people threw out and whose label the present schema does not have."""
        known = self.schema.entity_names
        return replace(gold, rejected=tuple(entity for entity in gold.rejected if entity.span.label in known))


def history(store: Store, schema: LabelSchema, supposed: SchemaChange | None = None) -> History:
    """Read which schemas are known, the present one last, and the recorded ways between them."""
    changes = [SchemaChange.from_json(said) for said in schemas.moves(store)] + ([supposed] if supposed else [])
    seen = [LabelSchema.model_validate(said) for said in schemas.seen(store)]
    known = [*seen, *(one for change in changes for one in (change.old, change.new)), schema]
    return History({one.digest: one for one in known}, tuple(changes))


def time_of(stamp: str) -> datetime | None:
    """Read a time as Label Studio writes it; nothing if it is none."""
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _asked(store: Store, project: int) -> list[tuple[datetime, str]]:
    return [(found, digest) for at, digest in schemas.asked(store, project) if (found := time_of(at))]


def _place(annotation: Annotation) -> tuple[int, int, int | None]:
    """Read where an answer was seen from its key (project:task:id:birth), and from which prediction it started."""
    project, _, rest = annotation.key.partition(":")
    task = rest.partition(":")[0]
    is_known = project.isdecimal() and task.isdecimal()
    return (int(project), int(task), annotation.started_from) if is_known else (0, 0, None)
