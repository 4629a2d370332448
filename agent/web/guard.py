"""Access control: localhost by default, other clients only with the token, never other web sites."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .messages import Json

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
COOKIE = "looksmith"
API = "/v1/"
"""Addresses for programs that speak OpenAI's API (agent/endpoint)."""
MAX_BODY = 400_000_000
"""Maximum bytes of a request."""
_OURS = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?", re.IGNORECASE)
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # With a stricter policy, browsers would send no origin with our own forms.
    "Referrer-Policy": "same-origin",
}

Next = Callable[[Request], Awaitable[Response]]


class Guard:
    """Accepts or rejects requests. token: required from clients; "" if only localhost can connect."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def __call__(self, request: Request, following: Next) -> Response:
        """Handle a request: add security headers, or reject it."""
        refused = self._refusal(request)
        response = refused or await following(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    def _refusal(self, request: Request) -> Response | None:
        hosts = request.headers.getlist("host")
        # A foreign host name that resolves to this machine (DNS rebinding) would give other sites our origin. Use the
        # raw header, because a library's parsing of invalid names is unpredictable.
        if not self._token and (len(hosts) != 1 or _OURS.fullmatch(hosts[0]) is None):
            return refusal(request, "This viewer is only available as localhost.", 403)
        origin = request.headers.get("origin")
        ours = {f"{scheme}://{host}" for scheme in ("http", "https") for host in hosts}
        if request.method != "GET" and origin and origin not in ours:
            return refusal(request, "Requests from other web sites are not allowed.", 403)
        return self._strange(request) if self._token else None

    def _strange(self, request: Request) -> Response | None:
        """The response to a request without a token in a header or cookie; one in the URL becomes a cookie."""
        given = request.query_params.get("token")
        if given is not None and self._fits(given):
            response = RedirectResponse(str(request.url.remove_query_params("token")), 303)
            response.set_cookie(COOKIE, given, httponly=True, samesite="strict")
            return response
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if self._fits(request.cookies.get(COOKIE, "")) or self._fits(bearer):
            return None
        if request.url.path.startswith(API):
            return refusal(request, "Send the header `Authorization: Bearer TOKEN`.", 401)
        return refusal(request, "Open the URL that was printed at the start: it includes the token.", 403)

    def _fits(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())


def refusal(request: Request, text: str, status: int) -> Response:
    """A response without content; below API in the form that programs there expect."""
    if not request.url.path.startswith(API):
        return PlainTextResponse(text, status)
    kind = "authentication_error" if status == 401 else "permission_error"
    error = {"message": text, "type": kind, "param": None, "code": "invalid_api_key" if status == 401 else None}
    return Json({"error": error}, status, headers={"WWW-Authenticate": "Bearer"} if status == 401 else None)


class BodyLimit:
    """Rejects requests longer than MAX_BODY, whatever their Content-Length says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or reject it."""
        told = dict(scope.get("headers", ())).get(b"content-length", b"0")
        if not told.isdigit() or len(told) > 15 or int(told) > MAX_BODY:
            await PlainTextResponse("The request is too large.", 413)(scope, receive, send)
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
