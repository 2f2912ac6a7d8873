"""The diary page over HTTP: the same for every device of one person, each paired by a code. What of it is HTTP, and nothing else.

Which requests are refused stands in `refusals.py`, who may come in in `pairing.py`, what becomes of an entry in `served.py`.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import anyio
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nof1.bedside.pairing import Pairing
from nof1.bedside.pairing_page import pairing_page
from nof1.bedside.refusals import LOGGER, Buckets, Refusal, RefusalLog, refuse_foreign
from nof1.bedside.results import MakePage, Results
from nof1.bedside.sent import read_batch
from nof1.bedside.served import OtherTrialError, Served
from nof1.clock import local_now
from nof1.errors import InputError, Nof1Error
from nof1.files import sha256_bytes
from nof1.language import languages

MAX_BODY = 256 * 1024  # bytes
_BODY_SECONDS = 15.0
KEY = "nof1-key"  # the header in which a browser sends what it was paired with
_OPENED = ("/", "/pair")  # addresses that a link may lead to; they hold nothing of the trial
# Kept by the browser, so that the page opens while the laptop sleeps; it asks at once whether there is a newer one.
_KEPT = "private, max-age=1209600"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-store",
}


class _Code(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    code: str


def make_app(
    folder: str | Path,
    *,
    code: str,
    hosts: Iterable[str],
    results: MakePage | None = None,
    clock: Callable[[], datetime] = local_now,
    ticks: Callable[[], float] = time.monotonic,
) -> Starlette:
    """The diary of a trial folder as a web application.

    Parameters
    ----------
    code : str
        What a browser must give to be paired, as `nof1.bedside.pairing.new_code` makes it.
    hosts : iterable of str
        The addresses that it may be asked for, with their port, such as "127.0.0.1:8427".
    results : callable, optional
        Makes the page of the folder's result in a language; without it the page has none to show.
    clock : callable
        The local time, aware; it says which nights are over.
    ticks : callable
        A clock in seconds that never goes back; requests are counted by it.

    Raises
    ------
    InputError
        If the folder is no trial folder, or has no page.
    """
    pairing = Pairing(code)
    diary = _Diary(Served(Path(folder), clock), pairing)
    answer = _Answer(None if results is None else Results(Path(folder), clock, results))
    gate = Middleware(_Gate, hosts=frozenset(host.lower() for host in hosts), pairing=pairing, ticks=ticks)
    routes = [
        Route("/", diary.opening),
        Route("/diary", diary.page),
        Route("/pair", diary.pairing, methods=["GET"]),
        Route("/pair", diary.pair, methods=["POST"]),
        Route("/api/paired", diary.paired),
        Route("/api/nights", diary.nights, methods=["GET"]),
        Route("/api/nights", diary.take, methods=["POST"]),
        Route("/api/results", answer.state, methods=["GET"]),
        Route("/api/results/{language:str}", answer.page, methods=["GET"]),
    ]
    handlers: dict[Any, Any] = {HTTPException: _unknown, Nof1Error: _failed}
    return Starlette(routes=routes, middleware=[gate], exception_handlers=handlers)


class _Gate:
    """What stands before everything else: foreign and too frequent requests are refused here, and every answer gets its headers.

    A paired browser has requests of its own; whatever else asks from the same device, or makes its browser ask, uses none of them.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], pairing: Pairing, ticks: Callable[[], float]) -> None:
        self._app, self._hosts, self._pairing = app, hosts, pairing
        self._strangers, self._paired, self._log = Buckets(ticks), Buckets(ticks), RefusalLog(ticks)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        client = scope["client"][0] if scope.get("client") else "unknown"
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            headers = Headers(scope=scope)
            refuse_foreign(headers, self._hosts, method=scope["method"], navigates=scope["path"] in _OPENED)
            browser = self._pairing.browser(headers.get(KEY))
            scope.setdefault("state", {})["paired"] = browser is not None
            if browser is None:  # links of other pages are counted by themselves
                led = headers.get("sec-fetch-site", "none") not in ("same-origin", "none")
                self._strangers.take(f"{client}, led here" if led else client)
            else:
                self._paired.take(browser)
            await self._app(scope, receive, with_headers)
        except Refusal as refusal:
            self._log.note(client, refusal)
            if not begun:
                answer = _told(refusal.status, refusal.message, refusal.headers)
                await answer(scope, receive, with_headers)


class _Diary:
    """What each address answers."""

    def __init__(self, served: Served, pairing: Pairing) -> None:
        self._served, self._pairing = served, pairing

    async def opening(self, request: Request) -> Response:
        """What opens the diary: the same for everybody, and kept by the browser as the diary is."""
        text, policy = pairing_page()
        return _kept(request, text, {"Content-Security-Policy": policy})

    async def page(self, request: Request) -> Response:
        _refuse_stranger(request)
        page = await run_in_threadpool(self._served.page)
        return _kept(request, page.text, {"Vary": KEY})  # whoever is paired anew asks anew

    async def pairing(self, _: Request) -> Response:
        text, policy = pairing_page()
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    async def paired(self, request: Request) -> Response:
        return JSONResponse({"paired": request.state.paired})

    async def pair(self, request: Request) -> Response:
        try:
            given = _Code.model_validate_json(await _body(request))
        except ValidationError:
            raise Refusal(400, "The body is not what the pairing page sends.") from None
        key = self._pairing.pair(given.code)
        LOGGER.info("Paired a browser on %s.", request.client.host if request.client else "this machine")
        return JSONResponse({"key": key})

    async def nights(self, request: Request) -> Response:
        _refuse_stranger(request)
        return JSONResponse(await run_in_threadpool(self._served.nights))

    async def take(self, request: Request) -> Response:
        _refuse_stranger(request)
        content = await _body(request)
        try:
            batch = read_batch(content)
        except InputError as problem:
            raise Refusal(400, str(problem)) from None
        try:
            missed = await run_in_threadpool(self._served.take_missed, batch)
            results = await run_in_threadpool(self._served.take, batch)
        except OtherTrialError as problem:
            raise Refusal(409, str(problem)) from None
        return JSONResponse({"results": results, "missed": missed})


class _Answer:
    """What is answered about the results."""

    def __init__(self, results: Results | None) -> None:
        self._results = results

    async def state(self, request: Request) -> Response:
        _refuse_stranger(request)
        state = "none" if self._results is None else await run_in_threadpool(self._results.state)
        return JSONResponse({"state": state})

    async def page(self, request: Request) -> Response:
        _refuse_stranger(request)
        language = request.path_params["language"]
        if self._results is None or language not in languages():
            raise HTTPException(404)
        try:
            text = await run_in_threadpool(self._results.page, language)
        except InputError as problem:
            raise Refusal(404, str(problem)) from None
        return HTMLResponse(text)


def _refuse_stranger(request: Request) -> None:
    if not request.state.paired:
        raise Refusal(401, "This browser is not paired. Open the link that nof1 serve shows, or scan its code.")


def _kept(request: Request, text: str, headers: Mapping[str, str]) -> Response:
    """A page that the browser keeps for a while, or a word that the one it has is still right."""
    told = {"Cache-Control": _KEPT, "ETag": f'"{sha256_bytes(text.encode())}"', **headers}
    if request.headers.get("if-none-match") == told["ETag"]:
        return Response(status_code=304, headers=told)
    return HTMLResponse(text, headers=told)


async def _body(request: Request) -> bytes:
    """The body of a request, of JSON; no more of it is read than may be kept."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "Only JSON is taken.")
    length = request.headers.get("content-length", "0")
    if len(length) > 9 or not length.isdecimal() or int(length) > MAX_BODY:
        raise Refusal(413, "The body is too large.")
    content = bytearray()
    try:
        with anyio.fail_after(_BODY_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > MAX_BODY:
                    raise Refusal(413, "The body is too large.")
    except TimeoutError:
        raise Refusal(408, "The body took too long.") from None
    except ClientDisconnect:
        raise Refusal(400, "The body was cut off.") from None
    return bytes(content)


def _told(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"message": message}, status, headers)


async def _unknown(_: Request, error: HTTPException) -> Response:
    return _told(error.status_code, error.detail, error.headers)


async def _failed(_: Request, error: Nof1Error) -> Response:
    """The folder cannot be read or written at the moment; the page keeps what it has and tries again."""
    LOGGER.warning("Not answered: %s", error)
    return _told(503, str(error))
