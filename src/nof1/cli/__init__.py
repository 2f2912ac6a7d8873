"""The commands: parse, call the rooms, print. Nothing here computes, and nothing elsewhere prints."""

import os
import sys
from pathlib import Path

from nof1.cells import path_text
from nof1.cli.terminal.streams import standard_streams
from nof1.errors import Nof1Error


def main() -> None:
    """Entry point. Exit status: 0 done, 1 a refusal or bad input, 2 wrong usage, 130 stopped with Ctrl-C."""
    os.umask(0o077)  # what is recorded is for its owner alone
    with standard_streams() as output:
        try:
            status = _run()
            output.flush()
            if output.lost:
                _tell_lost(output.lost, done=not status)
                status = status or 1
        except KeyboardInterrupt:  # while the commands are loaded; later they see to it themselves
            sys.stderr.write("Stopped. What was saved before is safe.\n")
            status = 130
        except BrokenPipeError:
            status = 1
    sys.exit(status)


def _run() -> int | str | None:
    from nof1.cli.app import app
    from nof1.cli.terminal.console import complain

    try:
        app(prog_name="nof1")
    except Nof1Error as error:
        complain(str(error))
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:  # the last line of defence: what knows its file and its next step says more
        where = path_text(error.filename) if isinstance(error.filename, str | Path) else "Something that was needed"
        complain(
            f"{where} could not be read or written ({error.strerror or error}). Check that it is there and its permissions."
        )
        return 1
    except SystemExit as ending:
        return ending.code
    return 0


def _tell_lost(why: str, *, done: bool) -> None:
    from nof1.cli.terminal.console import complain

    if done:
        complain(
            f"The command did its work, and what it was to record is recorded; only its output could not be written ({why})."
        )
    else:
        complain(f"The output could not be written ({why}).")
