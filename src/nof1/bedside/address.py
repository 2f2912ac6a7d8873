"""Where `nof1 serve` listens, and under which address this machine is known at home. Nothing is sent to find that out.

The one file besides `analyze/parallel/dask.py` that knows sockets.
"""

import errno
import socket
from contextlib import closing
from ipaddress import IPv4Address

from nof1.errors import InputError

LOOPBACK = "127.0.0.1"
# An address that nobody has (RFC 5737). Which of this machine's own would be used to reach it, the system knows without asking.
_NOWHERE = ("192.0.2.1", 9)


def home_address() -> str:
    """The address of this machine in its local network, IPv4.

    Raises
    ------
    InputError
        If it has none, or one at which the whole internet could ask.
    """
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(_NOWHERE)  # of a datagram socket: it sends nothing
            found = IPv4Address(probe.getsockname()[0])
        except OSError:
            found = IPv4Address(LOOPBACK)
    if found.is_loopback or found.is_unspecified:
        raise InputError(
            "This machine is in no network at the moment, so no phone can reach it. Connect it, then try again."
        )
    if not found.is_private:
        raise InputError(
            f"This machine's address, {found}, is not one of a home network: the diary could be asked for from everywhere. Nothing is served. "
            "Without --lan it is served on this machine alone."
        )
    return str(found)


def listening(addresses: tuple[str, ...], port: int) -> list[socket.socket]:
    """Sockets that listen at these addresses, all on the same port; 0 takes any that is free.

    Raises
    ------
    InputError
        If the port is taken, or may not be used.
    """
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            opened = socket.create_server((address, port))
            sockets.append(opened)
            port = opened.getsockname()[1]
    except OSError as error:
        for opened in sockets:
            opened.close()
        why = "is taken by another program" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise InputError(
            f"Port {port} {why}. Is nof1 serve running already? Else take another one with --port, and keep to it: "
            "a browser keeps the diary for each address by itself."
        ) from None
    return sockets
