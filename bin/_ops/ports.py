"""Whether the ports are free, found out before any long work."""

import errno
import socket

from _ops.places import bind_address, events_port, web_port
from _ops.say import Trouble


def check_ports() -> None:
    """Raises Trouble naming the port that is taken and the variable that changes it."""
    for port, variable, free in (
        (web_port(), "LINLI_PORT", web_port() + 100),
        (events_port(), "LINLI_EVENTS_PORT", web_port() + 101),
    ):
        if problem := _problem(port):
            raise Trouble(
                f"Port {port} cannot be used: {problem}.",
                f"Stop what uses it, or choose another:  {variable}={free} bin/run",
            )


def _problem(port: int) -> str:
    address = bind_address()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except socket.gaierror as error:
            raise Trouble(
                f"LINLI_BIND={address} is not an address of this machine.",
                "Use 127.0.0.1 (this machine only) or 0.0.0.0 (everybody who can reach it).",
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return "another program uses it"
            if error.errno == errno.EACCES:
                return "only root may use ports below 1024"
            return str(error.strerror)
    return ""
