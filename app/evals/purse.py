"""What an evaluation may cost."""

from pathlib import Path

from cartjury.data.errors import InputError
from cartjury.data.outside_records import Asked


class Purse:
    """Counts what models took in US dollars, as far as prices are known; what was answered before counts too."""

    def __init__(self, most: float | None) -> None:
        """Take the cap; None: there is none."""
        self._most = most
        self._spent = 0.0

    def open(self, kept: Path) -> None:
        """See whether something more may be asked.

        Args:
            kept: where answers are kept.

        Raises:
            InputError: the cap is reached. A part of the cases would be an arm of its own, so there is no result.
        """
        if self._most is not None and self._spent >= self._most:
            raise InputError(
                f"${self._spent:.4f} were spent, and the cap is ${self._most:g}: what was answered is kept in {kept}; "
                "with a higher --max-cost and the same --out it is not asked for again"
            )

    def pay(self, asked: Asked) -> None:
        """Count what something took."""
        self._spent += sum(call.cost_usd or 0.0 for call in asked.calls)
