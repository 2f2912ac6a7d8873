"""nof1 serve as a process of its own, for tests that ask it as a browser does."""

import re
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

START = "from nof1.cli import main; main()"


@contextmanager
def serving(folder, *options, code=START):
    """The command at work on a free port: its process, what it said, where it is, its code."""
    words = [sys.executable, "-c", code, "serve", str(folder), "--port", "0", *options]
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        said = []
        while not said or "#code=" not in said[-1]:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said.append(line)
        text = "".join(said)
        place = re.search(r"Address: (\S+)", text)[1]
        yield SimpleNamespace(process=process, text=text, address=place, code=re.search(r"Code: (\S+)", text)[1])
    finally:
        process.kill()
        process.communicate()
