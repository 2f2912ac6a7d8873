"""A network that loses, holds up and repeats what a page and its trial folder say to each other, for tests in a browser.

Behind the page stands what `nof1 serve` does with a real trial folder; only the network between them is the test's.
"""

from datetime import date

from nof1.bedside.sent import read_batch
from nof1.bedside.served import Served
from nof1.record.diary.entry import row_of
from nof1.record.diary.table import read_diary
from nof1.record.diary.writing import Change, record

ADDRESS = "http://diary.test"
MORNING = "2026-01-06T07:00:00"
NIGHT = "2026-01-05"


class Network:
    """Between a page and a folder. Its state is what becomes of what is sent: answered, lost (it arrives, the answer does not) or held."""

    def __init__(self, folder, protocol, now):
        self.folder, self.protocol, self.now = folder, protocol, now
        self.state, self.sent = "answered", []
        self.started()

    def started(self):
        """`nof1 serve` is begun anew."""
        self.served = Served(self.folder, lambda: self.now)

    def handle(self, route):
        path = route.request.url.removeprefix(ADDRESS)
        if path in ("/", "", "/diary", "/pair"):
            route.fulfill(body=self.served.page().text, content_type="text/html; charset=utf-8")
        elif self.state == "away":
            route.abort()
        elif path == "/api/paired":
            route.fulfill(json={"paired": True})
        elif route.request.method == "GET":
            route.fulfill(json=self.served.nights())
        else:
            self.sent.append(route.request.post_data_buffer)
            answer = None if self.state == "held" else self.arrive(-1)
            if self.state == "answered":
                route.fulfill(json=answer)
            else:
                self.state = "away"
                route.abort()

    def arrive(self, which):
        """What was sent reaches the folder; what `nof1 serve` answers."""
        batch = read_batch(self.sent[which])
        return {"missed": self.served.take_missed(batch), "results": self.served.take(batch)}

    def night(self, evening=NIGHT):
        """What is in the diary of the folder."""
        found = [one for one in read_diary(self.folder, self.protocol) if str(one.night) == evening]
        return {
            name: text for one in found for name, text in row_of(self.protocol, one).items() if name != "night" and text
        }

    def elsewhere(self, evening=NIGHT, **cells):
        """Recorded at the laptop meanwhile."""
        night = date.fromisoformat(evening)
        record(self.folder, self.protocol, [Change(night, cells)], by="log", now=self.now, correct=True)
