"""What all records share."""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Origin = Literal["model", "offline", "person", "rule"]


class Record(BaseModel):
    """Base of all records: frozen, strict about unknown keys, never holding NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def to_json(self) -> str:
        """Return the record as indented JSON with a final newline, the same bytes for equal records."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
