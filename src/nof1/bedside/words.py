"""The words of the diary's page that no question has: buttons, messages, headings.

Places in braces are filled by the page. Where there is a number, `_one` is the form for 1.
"""

from nof1.language import phrase, spoken

_WORDS = {
    "save": phrase("Save"),
}


def words() -> dict[str, str]:
    """Every word by its key, in the spoken language, its places left open."""
    return {key: spoken().template(template, None, None) for key, template in _WORDS.items()}
