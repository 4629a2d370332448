"""Downloads pictures over http and https, with limits in size and time, and only from allowed networks."""

from __future__ import annotations

import ipaddress
import socket
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

from ..core.errors import InputError
from ..threads.crew import aside
from .limits import DownloadLimits

SHOWN = 120
"""Maximum characters of an address in messages."""
_REDIRECTS = (301, 302, 303, 307, 308)


def fetch(url: str, limits: DownloadLimits, *, private: bool) -> tuple[bytes, str]:
    """Download the bytes at an address; returns them with the final address after redirects.

    private: whether this machine and its network are allowed. If not, the request goes to the IP address that was
    checked, so that a second look-up of the name cannot lead elsewhere, and through no proxy.
    Raises InputError.
    """
    until = monotonic() + limits.seconds
    # In a thread that can be abandoned: look-ups may take minutes, and headers may come byte by byte.
    fetched = aside(lambda: _followed(url, limits, until, private=private))
    try:
        return fetched.result(limits.seconds)
    except TimeoutError:
        raise _late(_shown(url), limits) from None


def _followed(url: str, limits: DownloadLimits, until: float, *, private: bool) -> tuple[bytes, str]:
    """The bytes and the final address."""
    for _ in range(limits.redirects + 1):
        data, following = _asked(url, limits, until, private=private)
        if following is None:
            return data, url
        url = urljoin(url, following)
    raise InputError(f"{_shown(url)} was not reached: there are more than {limits.redirects} redirects.")


def _asked(url: str, limits: DownloadLimits, until: float, *, private: bool) -> tuple[bytes, str | None]:
    """The bytes at one address, or the target of its redirect."""
    import httpx

    _require_web(url)
    shown = _shown(url)
    try:
        target, options = (url, {}) if private else _public(url)
        headers = {
            "User-Agent": "looksmith",
            "Accept": "image/*,application/pdf;q=0.9,*/*;q=0.5",
            "Accept-Encoding": "identity",  # compressed data could expand to any size
            **options.pop("headers", {}),
        }
        left = max(until - monotonic(), 0.1)
        with (
            httpx.Client(trust_env=private, timeout=left) as client,
            client.stream("GET", target, headers=headers, **options) as response,
        ):
            if response.status_code in _REDIRECTS and "location" in response.headers:
                return b"", response.headers["location"]
            if response.status_code != 200:
                raise InputError(f"{shown} cannot be fetched: the server answers {response.status_code}.")
            return _body(response, shown, limits, until), None
    except InputError:
        raise
    except httpx.TimeoutException:
        raise _late(shown, limits) from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError, OSError) as error:
        raise InputError(f"{shown} cannot be fetched: {error}.") from None


def _body(response: Any, shown: str, limits: DownloadLimits, until: float) -> bytes:
    """Read the response within the limits in size and time."""
    most, data = int(limits.megabytes * 1_000_000), bytearray()
    for part in response.iter_bytes():
        data += part
        if len(data) > most:
            raise InputError(f"{shown} is larger than {limits.megabytes:g} MB.", hint="Make it smaller first.")
        if monotonic() > until:
            raise _late(shown, limits)
    return bytes(data)


def _public(url: str) -> tuple[str, dict[str, Any]]:
    """The address with the host's IP address, and the headers for its name. Raises InputError for a private one.

    All IP addresses of the name must be public, since any of them may be used.
    """
    import httpx

    parsed = httpx.URL(url)
    port = parsed.port or (443 if parsed.scheme == "https" else 80)
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(parsed.host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise InputError(f"{_shown(url)} cannot be fetched: {error.strerror or error}.") from None
    numbers = [ipaddress.ip_address(str(number).partition("%")[0]) for number in found]
    if not numbers or not all(_is_public(number) for number in numbers):
        hint = "The operator of this service can allow it."
        raise InputError(f"{_shown(url)} is on a private network, which this service may not access.", hint=hint)
    options: dict[str, Any] = {
        "headers": {"Host": parsed.netloc.rpartition(b"@")[2].decode("ascii")},
        "extensions": {"sni_hostname": parsed.raw_host.decode("ascii")},
    }
    return str(parsed.copy_with(host=str(min(numbers, key=lambda number: number.version)))), options


def _is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inside = getattr(number, "ipv4_mapped", None) or getattr(number, "sixtofour", None)
    return number.is_global and not number.is_multicast and (inside is None or _is_public(inside))


def _require_web(url: str) -> None:
    """Refuse redirects to other schemes. Raises InputError."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise InputError(f"{_shown(url)} is not an http or https address.")


def _shown(url: str) -> str:
    """The address without user and password, truncated."""
    head, sign, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    plain = f"{head}{sign}{host.rpartition('@')[2]}{slash}{path}"
    return plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + "…"


def _late(shown: str, limits: DownloadLimits) -> InputError:
    return InputError(f"{shown} did not come within {limits.seconds:g} s.")
