"""What the commands of `cartjury eval` do: settings and keys, the evaluation, its results."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import typer

from cartjury.app.config import load_keys, load_settings
from cartjury.app.evals.results import Earlier, finish, read_baseline
from cartjury.app.evals.uploads import uploading
from cartjury.app.terminal import say
from cartjury.data.errors import InputError
from cartjury.data.eval_records import Kind
from cartjury.data.model_table import load_table
from cartjury.data.options import Options

FOLDER: Final = "evaluations"
RECORD: Final = "record"  # in the folder of an evaluation: what models said


class Asked(NamedTuple):
    """What every command of `cartjury eval` takes.

    Attributes:
        out: folder for the results; None: a new one.
        langsmith: whether cases and experiments are uploaded.
        baseline: the JSON of an earlier evaluation, or the folder that holds it.
        seed: of orders and resampling.
        as_json: print JSON; None: print nothing of it.
    """

    out: Path | None
    langsmith: bool
    baseline: Path | None
    seed: int
    as_json: bool | None


def run_naming(wanted: Any, asked: Asked, recorded: Path | None = None) -> bool:
    """Evaluate names; return whether all targets were met.

    Raises:
        InputError: an arm, a folder or a setting that there is not.
    """
    from cartjury.app.evals.naming import evaluate_naming
    from cartjury.app.evals.naming_arm import Place

    before, out, options = _baseline(asked, "naming"), _out(asked), _options()
    place = Place(out / RECORD, recorded and _record(recorded))
    table = load_table(Path("cartjury.toml"))
    with uploading(asked.langsmith, "naming", asked.seed) as upload:
        found = evaluate_naming(wanted, options, table, place, seed=asked.seed, upload=upload, tell=say)
    return finish(*found, out, before, as_json=asked.as_json)


def run_chat(wanted: Any, asked: Asked, recorded: Path | None = None) -> bool:
    """Evaluate readers of chat messages; return whether all targets were met.

    Raises:
        InputError: as above.
    """
    from cartjury.app.evals.chat import evaluate_chat
    from cartjury.app.evals.naming_arm import Place

    before, out, options = _baseline(asked, "chat"), _out(asked), _options()
    place = Place(out / RECORD, recorded and _record(recorded))
    table = load_table(Path("cartjury.toml"))
    with uploading(asked.langsmith, "chat", asked.seed) as upload:
        found = evaluate_chat(wanted, options, table, place, seed=asked.seed, upload=upload, tell=say)
    return finish(*found, out, before, as_json=asked.as_json)


def run_jury(runs: Sequence[Path], asked: Asked) -> bool:
    """Evaluate the juries of finished runs; return whether all targets were met.

    Raises:
        InputError: a folder holds no finished run.
    """
    from cartjury.app.evals.jury import evaluate_jury

    before, out = _baseline(asked, "jury"), _out(asked)
    with uploading(asked.langsmith, "jury", asked.seed) as upload:
        found = evaluate_jury(runs, seed=asked.seed, upload=upload)
    return finish(*found, out, before, as_json=asked.as_json)


def run_all(runs: Sequence[Path], max_cost: float | None, asked: Asked) -> bool:
    """Evaluate all three into one folder; return whether all targets were met.

    Raises:
        InputError: as above.
    """
    from cartjury.app.evals import chat, naming
    from cartjury.app.evals.purse import Purse

    kinds: tuple[Kind, ...] = ("naming", "chat", "jury") if runs else ("naming", "chat")
    for kind in kinds:
        _baseline(asked, kind)  # one that is missing or none is told before anything is run
    one, purse = asked._replace(out=_out(asked), as_json=None if asked.as_json else False), Purse(max_cost)
    good = [run_naming(naming.Wanted(purse=purse), one), run_chat(chat.Wanted(purse=purse), one)]
    if runs:
        good.append(run_jury(runs, one))
    else:
        say("jury: not measured: name folders of finished runs to look at their juries")
    if asked.as_json:
        files = (_out(one) / f"{kind}.json" for kind in kinds)
        typer.echo(json.dumps([json.loads(file.read_bytes()) for file in files], indent=1))
    return all(good)


def _baseline(asked: Asked, kind: Kind) -> Earlier | None:
    """The earlier evaluation, read before anything is done that costs time or money."""
    if asked.baseline is None:
        return None
    return read_baseline(asked.baseline / f"{kind}.json" if asked.baseline.is_dir() else asked.baseline)


def _options() -> Options:
    """The settings, keys in the environment; what they say of preset and effort is the arms' to say here."""
    load_keys(Path.cwd())
    settings = load_settings({}, Path.cwd())
    return Options.model_validate({k: getattr(settings, k) for k in Options.model_fields})


def _out(asked: Asked) -> Path:
    if asked.out is not None and asked.out.exists() and not asked.out.is_dir():
        raise InputError(f"--out: {asked.out} is a file, not a folder")
    return asked.out or Path(FOLDER) / f"{datetime.now(UTC):%Y%m%d-%H%M%S}"


def _record(folder: Path) -> Path:
    if not (folder / RECORD).is_dir():
        raise InputError(f"--recorded: {folder} holds no record of an evaluation (there is no {RECORD}/)")
    return folder / RECORD
