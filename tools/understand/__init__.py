"""What a chat message means: the keyless reader, and the check of any reader's reading."""

from cartjury.tools.understand.check import check_reading
from cartjury.tools.understand.read import read_message, read_plainly

__all__ = ["check_reading", "read_message", "read_plainly"]
