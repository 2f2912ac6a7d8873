"""A question that only the person can answer. Knows nothing of files, nights or commands beyond the option's name."""

from nof1.errors import InputError


class AmbiguousInput(InputError):  # noqa: N818 - a question, not a mistake  # noqa: N818 - a question, not a mistake
    """Something only the person can say; `option` is the command's option that says it.

    Attributes
    ----------
    option : str
        Name of the option without its dashes, such as "date-order".
    choices : tuple of str
        What can be answered; empty where the answer is free, such as the name of a zone.
    """

    def __init__(self, message: str, *, option: str, choices: tuple[str, ...]) -> None:
        super().__init__(message)
        self.option = option
        self.choices = choices
