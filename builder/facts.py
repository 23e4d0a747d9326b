"""What a stage may add to the store."""

from __future__ import annotations

from builder.model import Document, Prediction, Reject, Sentence, TakenUp
from builder.publishing import Published
from builder.reading import Attempt, Raw, Sighting, Source, Vanished
from builder.reviewing import (
    Annotation,
    Approval,
    GivenBack,
    Intent,
    Lost,
    Pulled,
    ReviewProject,
    SchemaMove,
    SchemaSeen,
    Shown,
    Task,
)
from builder.splitting import Placed

Fact = (
    Source | Attempt | Vanished | Sighting | Raw | Document | Sentence | TakenUp | Prediction | ReviewProject | Lost
    | Intent | Task | Shown | Pulled | Annotation | GivenBack | Approval | SchemaSeen | SchemaMove
    | Published | Placed | Reject
)  # fmt: skip
"""What a stage may add to the store."""
