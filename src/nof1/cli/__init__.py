"""The commands: parse, call the rooms, print. Nothing here computes, and nothing elsewhere prints."""

import os
import sys

from nof1.errors import Nof1Error


def main() -> None:
    """Entry point. Exit status: 0 done, 1 a refusal or bad input, 2 wrong usage."""
    from nof1.cli.app import app
    from nof1.cli.console import complain

    os.umask(0o077)  # what is recorded is for its owner alone
    try:
        app(prog_name="nof1")
    except Nof1Error as error:
        complain(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        complain("Stopped. What was saved before is safe.")
        sys.exit(1)
    except BrokenPipeError:  # the reader of a pipe has had enough
        sys.stderr.close()
        sys.exit(1)
