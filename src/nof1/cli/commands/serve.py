"""nof1 serve: the diary page for a browser here, or for a phone in the same network; entries go straight into the trial folder."""

import logging
from pathlib import Path
from typing import Annotated, Any

import typer

from nof1.cli.terminal.console import console, show
from nof1.cli.terminal.night_words import tell_copies
from nof1.cli.terminal.options import HERE, FolderOrHere, refuse_no_trial_here
from nof1.errors import InputError, how_to_install
from nof1.record.diary.table import refuse_if_locked

PORT = 8427
_BACKLOG = 64
_LAST_SECONDS = 2  # for answers that are under way when it is stopped


def serve(
    folder: FolderOrHere = HERE,
    lan: Annotated[
        bool, typer.Option("--lan", help="For a phone in the same network, too; without it for this machine alone.")
    ] = False,
    port: Annotated[
        int, typer.Option(metavar="N", min=0, max=65535, help="Where to listen; 0 takes any that is free.")
    ] = PORT,
) -> None:
    refuse_no_trial_here(folder, "serve")
    refuse_if_locked(folder)
    _refuse_without_packages()
    tell_copies(folder)
    from nof1.bedside.address import LOOPBACK, home_address, listening
    from nof1.bedside.pairing import new_code
    from nof1.bedside.server import make_app

    addresses = (LOOPBACK, home_address()) if lan else (LOOPBACK,)
    sockets = listening(addresses, port)
    try:
        port, code = sockets[0].getsockname()[1], new_code()
        hosts = [_host(name, port) for name in (*addresses, "localhost")]
        app = make_app(folder, code=code, hosts=hosts, results=_results)
        _tell(folder, _host(addresses[-1], port), code, lan=lan)
        _run(app, sockets)
    finally:
        for opened in sockets:
            opened.close()
    show("Stopped. What was recorded is in the folder; a page that is open keeps what it could not send.")


def _results(folder: Path, language: str) -> str:
    """The page of the folder's result; what makes it is loaded when somebody asks for it."""
    from nof1.analyze.results import Result
    from nof1.report.results.web import web_page

    return web_page(Result.load(folder), language=language)


def _host(name: str, port: int) -> str:
    """The address as browsers put it into their requests."""
    return name if port == 80 else f"{name}:{port}"


def _refuse_without_packages() -> None:
    try:
        import segno  # noqa: F401
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError as missing:
        raise InputError(
            f"nof1 serve needs {missing.name}, which is not installed. {how_to_install('serve')}"
        ) from None


def _tell(folder: Path, host: str, code: str, *, lan: bool) -> None:
    address = f"http://{host}/"
    link = f"{address}pair#code={code}"
    where = "for this machine and its local network" if lan else "for this machine alone"
    show(f"The diary of {folder}, {where}. Ctrl-C ends it.")
    if lan:
        from nof1.cli.terminal.qr import qr_text

        show(
            "The connection is not encrypted: anybody in the same network who can listen in could read along, so use it at home, not in a hotel.",
            style="yellow",
        )
        picture = qr_text(link, console())
        if picture is not None:
            show("Scan this with the phone's camera:")
            console().print(picture)
    show(f"Address: {address}")
    show(f"Code: {code} (asked for once in each browser, until this is stopped)")
    if lan:
        from nof1.cli.terminal.console import next_step

        show(f"Reminders of the calendar can lead there: {next_step('diary-page', folder)} --link {address}")
    show(f"Or both at once: {link}")


def _run(app: Any, sockets: list[Any]) -> None:
    """Answer until Ctrl-C."""
    from uvicorn import Config, Server

    from nof1.bedside.connections import OF_ALL, PoliteProtocol

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("nof1.bedside")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    config = Config(
        app,
        loop="asyncio",
        http=PoliteProtocol,  # h11: the same on every machine; its bounds on headers are small
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,  # or a header could say who is asking
        server_header=False,
        date_header=False,
        limit_concurrency=2 * OF_ALL,  # never reached: connections give way before
        backlog=_BACKLOG,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    try:
        Server(config).run(sockets=sockets)
    except KeyboardInterrupt:  # uvicorn has ended in order, and passes on what made it
        pass
    finally:
        logger.removeHandler(handler)
