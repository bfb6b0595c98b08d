"""The tables of segments for the naming evaluation, made as a run makes what it shows to its jury.

TableSpec -> carts -> load -> universe -> bucket -> size -> edits -> profile -> briefs -> NamingCase

What comes out depends on nothing but the specification: the same one gives the same table.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from cartjury.data.eval_records import NamingCase
from cartjury.data.naming_tables import TableSpec, Trade
from cartjury.data.options import Options
from cartjury.data.records import SegmentPlan
from cartjury.tools.brief import briefs
from cartjury.tools.edit import resolve_all
from cartjury.tools.engine.carts import Carts
from cartjury.tools.evals.carts import trade_carts
from cartjury.tools.evals.fit import fit_file
from cartjury.tools.frame import write_frame
from cartjury.tools.generate import write_mock
from cartjury.tools.profile import profile_segments

AS_OF: Final = date(2026, 11, 23)


class Cut(NamedTuple):
    """A table's plan and the users that it was made of."""

    plan: SegmentPlan
    carts: Carts


def cut_table(spec: TableSpec, trades: Mapping[str, Trade], folder: Path) -> Cut:
    """Make the carts of a table and cut them into segments.

    Args:
        spec: the table. The carts of a vertical that is no trade are the generated ones, as they are.
        trades: by name.
        folder: where its carts are kept, in a folder of the table's own; as long as the carts are asked.

    Raises:
        InputError: the options or the edits do not fit the carts.
    """
    work = folder / spec.id
    work.mkdir()
    options = Options.model_validate(spec.options)
    path = work / "carts.parquet"
    if spec.vertical in trades:
        write_frame(trade_carts(spec.trade(trades), spec.users, spec.seed, AS_OF), path, options)
    else:
        write_mock(path, n_users=spec.users, seed=spec.seed, as_of=AS_OF)
    plan, carts = fit_file(path, work, options, AS_OF)
    edited = resolve_all(spec.edits, plan, carts)
    return Cut(edited.plan, edited.carts)


def naming_case(spec: TableSpec, cut: Cut) -> NamingCase:
    """Show of a table what a jury is shown."""
    return NamingCase(
        id=spec.id,
        vertical=spec.vertical,
        shape=spec.shape,
        held_out=spec.held_out,
        briefs=briefs(cut.plan, profile_segments(cut.carts, cut.plan)),
    )
