"""nof1 serve, killed while a phone sends nights: the real command in a child, and a phone that sends again what nobody told it has arrived."""

import http.client
import json
import os
import re
import signal
import time
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

from reliability.killed_folder import NOW, FolderWork, Rows, state
from reliability.killing import Acknowledge, Steps, killed_after

import nof1.bedside.server as server
from nof1.cli.commands import serve as command

BATCHES = (1, 1, 2, 3, 1, 2)  # nights at once
ARRIVED = {"recorded", "same"}


class Serve(FolderWork):
    """A phone sends nights; the server dies, is started again, and the phone sends the same once more."""

    def do(self, acknowledge: Acknowledge) -> None:  # the child is the server: see `attempt`
        raise NotImplementedError

    def nights(self) -> list[str]:
        return [str(self.first + timedelta(days=offset)) for offset in range(sum(BATCHES))]

    def attempt(self, step: int | None, seconds: float | None) -> tuple[list[str], int]:
        accepted: list[str] = []
        with self.served(step) as child:
            began = time.perf_counter()
            try:
                with killed_after(child.pid, seconds):
                    phone, begin = Phone(child), 0
                    for size in BATCHES:
                        sent = self.nights()[begin : begin + size]
                        accepted += self.answered(phone, sent)
                        begin += size
            except (OSError, http.client.HTTPException):  # it died: the rest waits in the phone
                pass
            else:
                self.took = time.perf_counter() - began
                os.kill(child.pid, signal.SIGINT)
        return accepted, child.status

    def answered(self, phone: "Phone", nights: list[str]) -> list[str]:
        """The nights that the server said it has, when the phone sends them."""
        cells = [{self.protocol.outcome.name: "7", "note": night} for night in nights]
        entries = [
            {"night": night, "cells": cell, "seen": {}, "revisions": {}, "own": {k: [v] for k, v in cell.items()}}
            for night, cell in zip(nights, cells, strict=True)
        ]
        body = {"trial": self.protocol.sha256(), "device": "phone", "entries": entries}
        results = phone.asked("POST", "/api/nights", body)["results"]
        assert {result["status"] for result in results} <= ARRIVED, f"the server said {results}"
        return [result["night"] for result in results]

    def judged(self, after: Rows, accepted: list[str]) -> bool:
        got = [night for night in self.nights() if night in after]
        assert got == self.nights()[: len(got)], "a night is there and one before it is not"
        assert len(got) >= len(accepted), "an acknowledged night is lost"
        assert all(after[night]["note"] == night for night in got), "half a night"
        ends = {sum(BATCHES[:number]) for number in range(len(BATCHES) + 1)}
        counts = len(got) > len(accepted) or len(got) == sum(BATCHES)
        with self.served(None) as child:
            phone = Phone(child)
            shown = phone.asked("GET", "/api/nights")["nights"]
            assert set(got) <= set(shown), "a night that is in the folder is not served after the restart"
            begin = max(end for end in ends if end <= len(accepted))
            while begin < sum(BATCHES):  # the batch without an answer comes again as it was, then the others
                size = BATCHES[sorted(ends).index(begin)]
                self.answered(phone, self.nights()[begin : begin + size])
                begin += size
            os.kill(child.pid, signal.SIGINT)
        assert child.status == 0, f"started again, the server ended with {child.status}: {child.said}"
        whole = state(self.folder, self.protocol)
        assert set(self.nights()) <= set(whole), "sent again, a night did not arrive"
        return counts

    @contextmanager
    def served(self, step: int | None):
        """The command at work in a child, which dies at a step that is counted from when it listens."""
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            self._serve(writing, step)
        os.close(writing)
        child = SimpleNamespace(pid=pid, status=None, said="")
        try:
            told = b""
            while b"#code=" not in told or not told.endswith(b"\n"):
                more = os.read(reading, 4096)
                assert more, "the server did not start: " + told.decode()
                told += more
            text = told.decode()
            child.port = int(re.search(r"http://127\.0\.0\.1:(\d+)/", text)[1])
            child.code = re.search(r"Code: (\S+)", text)[1]
            yield child
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            child.status = ended(pid)
            with os.fdopen(reading) as rest:
                child.said = rest.read()

    def _serve(self, writing: int, step: int | None) -> None:
        """Never returns."""
        try:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            steps = Steps(step)
            steps.counting = False
            tell, make = command._tell, server.make_app

            def told(*words, **options):
                tell(*words, **options)
                steps.counting = True

            command._tell = told
            server.make_app = lambda folder, **options: make(folder, clock=lambda: NOW, **options)
            command.serve(self.folder, lan=False, port=0)
            os._exit(0)
        except BaseException as error:
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)


def ended(pid: int, seconds: float = 20.0) -> int:
    """The exit status of a child that is about to end; one that does not is killed."""
    for _ in range(int(seconds / 0.005)):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("the server did not end")


class Phone:
    """A browser, paired when it is made."""

    def __init__(self, child: SimpleNamespace) -> None:
        self.host, self.key = f"127.0.0.1:{child.port}", ""
        self.key = self.asked("POST", "/pair", {"code": child.code})["key"]

    def asked(self, method: str, path: str, body: object = None) -> dict:
        """What is answered."""
        connection = http.client.HTTPConnection(self.host, timeout=10)
        try:
            headers = {"Content-Type": "application/json", "nof1-key": self.key, "Origin": f"http://{self.host}"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status == 200, f"{path}: {answer.status} {content.decode()}"
            return json.loads(content)
        finally:
            connection.close()
