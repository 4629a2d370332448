"""Who may talk to the viewer: this machine by default, elsewhere only who has the token; never another web page."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE = "looksmith"
MAX_BODY = 400_000_000
"""Bytes of one request."""
_OURS = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # With less, a browser would hide from our own forms' answers that they are ours.
    "Referrer-Policy": "same-origin",
}

Next = Callable[[Request], Awaitable[Response]]


class Guard:
    """Lets a request through, or answers it. token: what a caller must bring; "" where only this machine can call."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def __call__(self, request: Request, following: Next) -> Response:
        """The page with safe headers, or the refusal."""
        refused = self._refusal(request)
        response = refused or await following(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _refusal(self, request: Request) -> Response | None:
        hosts = request.headers.getlist("host")
        # A name of somebody else's that leads here (DNS rebinding) would make their pages ours. The header is read
        # as it is: what a library makes of one that is no name could be anything.
        if not self._token and (len(hosts) != 1 or _OURS.fullmatch(hosts[0]) is None):
            return PlainTextResponse("This viewer answers to localhost only.", 403)
        origin = request.headers.get("origin")
        ours = {f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts}
        if request.method != "GET" and origin and origin not in ours:
            return PlainTextResponse("Another page may not do this.", 403)
        return self._strange(request) if self._token else None

    def _strange(self, request: Request) -> Response | None:
        """What a caller gets who did not bring the token; one that is in the address becomes a cookie."""
        given = request.query_params.get("token")
        if given is not None and self._fits(given):
            response = RedirectResponse(str(request.url.remove_query_params("token")), 303)
            response.set_cookie(COOKIE, given, httponly=True, samesite="strict")
            return response
        if self._fits(request.cookies.get(COOKIE, "")):
            return None
        return PlainTextResponse("Open the address that `looksmith view` printed: it has the token.", 403)

    def _fits(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())


class BodyLimit:
    """Takes no request that is longer than MAX_BODY, whatever it says of its length."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        told = dict(scope.get("headers", ())).get(b"content-length", b"0")
        if not told.isdigit() or len(told) > 15 or int(told) > MAX_BODY:
            await PlainTextResponse("This is too much at once.", 413)(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > MAX_BODY:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)
