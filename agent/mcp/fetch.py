"""Pictures that lie elsewhere: fetched over http or https, with limits, and never from this machine or its network."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urljoin, urlsplit

from ...tools.core.errors import InputError

SECONDS = 20.0
"""For all of it, redirects too."""
MAX_BYTES = 50_000_000
REDIRECTS = 4


def fetch(url: str, *, private: bool = False) -> bytes:
    """What lies at an address. private: it may be one of this machine or of its network.

    Raises InputError for any other scheme, a private address, an error of the server, too much or too slow an answer.
    """
    until, place = monotonic() + SECONDS, url
    for _ in range(REDIRECTS + 1):
        connection = _connection(place, private, until)
        try:
            found = _asked(connection, place, until)
        except (OSError, HTTPException) as error:
            raise InputError(f"{url:.200} cannot be fetched: {error or type(error).__name__}.") from None
        finally:
            connection.close()
        if isinstance(found, bytes):
            return found
        place = urljoin(place, found)
    raise InputError(f"{url:.200} leads from one address to the next, more than {REDIRECTS} times.")


def _asked(connection: HTTPConnection, url: str, until: float) -> bytes | str:
    """The bytes, or where they are now."""
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    connection.request("GET", path, headers={"Accept": "image/*", "User-Agent": "looksmith"})
    response = connection.getresponse()
    where = response.getheader("Location")
    if response.status in (301, 302, 303, 307, 308) and where:
        return where
    if response.status != 200:
        raise InputError(f"{url:.200} cannot be fetched: {response.status} {response.reason}.")
    return _read(response, connection, url, until)


def _read(response: HTTPResponse, connection: HTTPConnection, url: str, until: float) -> bytes:
    found = bytearray()
    while True:
        left = until - monotonic()
        if left <= 0:
            raise InputError(f"{url:.200} takes longer than {SECONDS:.0f} s.")
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = response.read1(1 << 16)
        if not part:
            return bytes(found)
        found += part
        if len(found) > MAX_BYTES:
            raise InputError(f"{url:.200} has more than {MAX_BYTES // 1_000_000} MB.")


def _connection(url: str, private: bool, until: float) -> HTTPConnection:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InputError(f"{url:.200} is no address: {error}.") from None
    if parts.scheme not in ("http", "https") or not host:
        raise InputError(f"{url:.200} is no http or https address.")
    left = until - monotonic()
    if left <= 0:
        raise InputError(f"{url:.200} takes longer than {SECONDS:.0f} s.")
    if parts.scheme == "https":
        return _Https(host, port or 443, left, private)
    return _Http(host, port or 80, left, private)


class _Http(HTTPConnection):
    """Connects to the address that was looked at, so that the name cannot mean another one a moment later."""

    def __init__(self, host: str, port: int, timeout: float, private: bool) -> None:
        super().__init__(host, port, timeout)
        self._private = private

    def connect(self) -> None:
        """As `HTTPConnection.connect`. Raises InputError for an address that is not public."""
        self.sock = _opened(self.host, self.port, self.timeout, self._private)


class _Https(HTTPSConnection):
    """The same, with the certificate of the name."""

    def __init__(self, host: str, port: int, timeout: float, private: bool) -> None:
        super().__init__(host, port, timeout=timeout)
        self._private = private

    def connect(self) -> None:
        """As `HTTPSConnection.connect`. Raises InputError for an address that is not public."""
        plain = _opened(self.host, self.port, self.timeout, self._private)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


def _opened(host: str, port: int, timeout: float | None, private: bool) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    allowed = [place for *_, place in found if private or ip_address(str(place[0]).split("%")[0]).is_global]
    if not allowed:
        raise InputError(f"{host} is an address of this machine or of its network.", hint="Start with --private-urls.")
    return socket.create_connection((str(allowed[0][0]), port), timeout)
