"""What time it is. Every part of nof1 asks here and nowhere else, so that one place can be set to another moment. Must not know a trial."""

from datetime import datetime


def local_now() -> datetime:
    """The local moment, aware of how far the local clock is ahead of UTC right now."""
    return datetime.now().astimezone()
