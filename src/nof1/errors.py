"""What can go wrong, told to a person. Knows nothing of the rooms.

Every message names the value, what is allowed, and the next step. The commands print the message and leave with
status 1; nobody who uses the toolkit should ever need a traceback.
"""


class Nof1Error(Exception):
    """Something a person can mend; the text says how."""

    @property
    def told(self) -> str:
        """The text as it was given: it may know what it was made from, which `str` of an error forgets."""
        return self.args[0] if self.args and isinstance(self.args[0], str) else str(self)


class InputError(Nof1Error, ValueError):
    """A value, a file or an option is not what it must be."""


class RefusalError(Nof1Error):
    """The question cannot be answered honestly from what is there."""


class Nof1Warning(UserWarning):
    """An answer was given, with a reservation that the text explains."""
