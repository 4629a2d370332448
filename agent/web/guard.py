"""Who may talk to the viewer: this machine by default, elsewhere only who has the token; never another web page."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE = "looksmith"
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
        host = (request.url.hostname or "").strip("[]")
        # A name of somebody else's that leads here (DNS rebinding) would make their pages ours.
        if not self._token and host not in LOOPBACK:
            return PlainTextResponse("This viewer answers to localhost only.", 403)
        origin = request.headers.get("origin")
        if request.method != "GET" and origin and urlsplit(origin).netloc != request.headers.get("host"):
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
