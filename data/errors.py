"""The errors a user can meet. Each message is written for the person who reads it in a terminal."""


class CartjuryError(Exception):
    """Base of all errors that cartjury raises on purpose."""


class InputError(CartjuryError):
    """Bad input or bad usage: exit code 2, a message and never a traceback.

    Attributes:
        details: further lines, such as the offending rows, one fact a line.
    """

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        # One text: a server keeps the repr of an error, and that shows the arguments.
        super().__init__("\n".join((message, *details)))
        self.details = details


class PlanError(InputError):
    """A plan that cannot be read, or that is not a partition."""


class EditError(InputError):
    """An edit that cannot be done; the message says precisely why, for the one who asked."""


class BusyError(InputError):
    """Somebody else is at the run right now."""


class ModelError(CartjuryError):
    """Models were required, and one failed or is missing: exit code 3."""
