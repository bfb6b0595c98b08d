"""500 juries in which requests fail at random: each ends whole, with valid names and the truth about their origin."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from cartjury.data.call_records import Effort
from cartjury.data.journal import JOURNAL
from cartjury.data.jury_records import SegmentBrief
from cartjury.data.run_records import Dataset, FileEntry, Manifest
from cartjury.graph.recorded import MANIFEST
from tests.agents.protocol import twelve
from tests.agents.scripted_model import answer
from tests.fault_server import Seen, random_faults
from tests.faults import FAULTS, Fault
from tests.graph.failing_world import Sitting, careless, few_names, hold, nowhere, sit
from tests.graph.sitting_checks import assert_sound

BLOCK: Final = 50
EFFORTS: Final[tuple[Effort, ...]] = (*("quick",) * 5, *("standard",) * 2, "thorough")
FATAL: Final = {"401", "402", "403"}  # a provider is not asked again after these
SLOW: Final = {"hang", "drip"}
NAMES: Final = {id(fault): name for name, fault in FAULTS.items()}


class Faults:
    """Faults at random, rare or all the time, and which of them were met."""

    def __init__(self, seed: int) -> None:
        self.met: Counter[str] = Counter()
        left_out = (FATAL if seed % 20 < 10 else set()) | (SLOW if seed % 3 else set())
        self._choose = random_faults(seed, (1 + seed % 10) / 10, set(FAULTS) - left_out)

    def __call__(self, seen: Seen) -> Fault | None:
        fault = self._choose(seen)
        if fault is not None:
            self.met[NAMES[id(fault)]] += 1
        return fault


def plan(seed: int) -> tuple[SegmentBrief, ...]:
    """The default plan, or a part of it."""
    dice = random.Random(f"plan {seed}")
    size = dice.choice((1, 2, 2, 3, 3, 4, 4, 12))
    return tuple(sorted(dice.sample(twelve(), size), key=lambda b: b.id))


def order(seed: int, folder: Path) -> dict[str, Any]:
    """How the jury of this number is held."""
    dice = random.Random(f"order {seed}")
    given: dict[str, Any] = {"seed": seed, "timeout": 0.15}
    given |= {"effort": dice.choice(EFFORTS), "undecided": dice.random() < 0.5, "batch": dice.choice((20, 20, 20, 3))}
    given |= {"says": dice.choice((answer, answer, answer, few_names, careless))}
    given |= {"max_calls": dice.randrange(15)} if dice.random() < 0.1 else {}
    return given | ({"folder": folder} if seed % 2 == 0 else {})


@contextmanager
def told(seed: int) -> Iterator[None]:
    """Say which jury it was."""
    try:
        yield
    except Exception as error:
        error.add_note(f"in the jury with seed {seed}")
        raise


def finish(sitting: Sitting, folder: Path) -> None:
    """Write what a run says of itself, as far as a replay of its jury reads it."""
    log = (folder / JOURNAL).read_bytes()
    source = Dataset(source="carts.csv", generated=False, sha256="0" * 64, path="carts.parquet", rows=1)
    manifest = Manifest(
        run_id="test",
        cartjury="0",
        versions={},
        source=source,
        seed=0,
        as_of=date(2026, 11, 23),
        options={},
        plan_hash="",
        segments=len(sitting.briefs),
        users=1,
        mece_proven=True,
        jury="default",
        panel=sitting.record.panel,
        files={JOURNAL: FileEntry(sha256=sha256(log).hexdigest(), bytes=len(log))},
        timings={},
    )
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")


@pytest.mark.parametrize("first", range(0, 500, BLOCK))
def test_whatever_fails_the_jury_ends_with_a_sound_result(first: int, tmp_path: Path) -> None:
    met: Counter[str] = Counter()
    origins: Counter[str] = Counter()
    for seed in range(first, first + BLOCK):
        folder = tmp_path / str(seed)
        folder.mkdir()
        faults = Faults(seed)
        with told(seed):
            sitting = hold(plan(seed), fault=faults, **order(seed, folder))
            assert_sound(sitting)
            if seed % 10 == 0:
                finish(sitting, folder)
                again, _, _ = sit(sitting.briefs, nowhere(), seed=seed, replay=folder)
                assert again == sitting.record
        met += faults.met
        origins += Counter(sitting.origins)

    assert len(met) > len(FAULTS) / 2  # else this would prove little
    assert min(origins["model"], origins["offline"]) > 0
