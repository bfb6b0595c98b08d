"""Cases as a data set of LangSmith: examples that stay here, or are put into the user's account."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from langsmith import Client
    from langsmith.schemas import Example

# Of the ids of examples: the same case has the same one.
NAMESPACE: Final = uuid.UUID("6f5d8f5e-0d0c-4c43-9b3c-6c6a7f6f1a70")


class Shown(NamedTuple):
    """A case as LangSmith shows it: plain JSON."""

    inputs: dict[str, Any]
    reference: dict[str, Any]


def local(name: str, cases: Mapping[str, Shown]) -> "list[Example]":
    """The examples of a data set that is nowhere but here."""
    from langsmith.schemas import Example

    dataset, now = uuid.uuid5(NAMESPACE, name), datetime.now(UTC)
    return [
        Example(
            id=uuid.uuid5(dataset, case),
            dataset_id=dataset,
            inputs={"id": case, **shown.inputs},
            outputs=shown.reference,
            created_at=now,
        )
        for case, shown in cases.items()
    ]


def uploaded(name: str, cases: Mapping[str, Shown], client: "Client") -> "list[Example]":
    """The examples of the data set; it is made, or completed, where it is not all there."""
    if client.has_dataset(dataset_name=name):
        dataset = client.read_dataset(dataset_name=name)
        there = {(e.inputs or {}).get("id") for e in client.list_examples(dataset_id=dataset.id)}
    else:
        dataset = client.create_dataset(name, description=f"{len(cases):,} cases of cartjury")
        there = set()
    missing = [
        {"id": uuid.uuid5(dataset.id, case), "inputs": {"id": case, **shown.inputs}, "outputs": shown.reference}
        for case, shown in cases.items()
        if case not in there
    ]
    if missing:
        client.create_examples(dataset_id=dataset.id, examples=missing)
    # Others may have added to it: only what is evaluated here is answered.
    return [e for e in client.list_examples(dataset_id=dataset.id) if (e.inputs or {}).get("id") in cases]
