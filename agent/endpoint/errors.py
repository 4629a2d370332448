"""Errors in OpenAI's form."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ...tools.core.errors import InputError, LooksmithError
from ..llm.llm import LLMError
from ..session.under_way import SessionClosed
from ..web.messages import Json

BUSY = 429
_TYPES = {401: "authentication_error", 403: "permission_error", BUSY: "rate_limit_error"}


class ApiError(Exception):
    """An error response. param: the invalid field of the request; code: for programs."""

    def __init__(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param

    def body(self) -> dict[str, Any]:
        """As JSON."""
        kind = _TYPES.get(self.status) or ("server_error" if self.status >= 500 else "invalid_request_error")
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def bad(message: str, param: str, code: str | None = None) -> ApiError:
    """An error of the caller, in a field of the request."""
    return ApiError(400, message, code=code, param=param)


def error_of(error: Exception) -> ApiError:
    """Convert any error to one of the API."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, HTTPException):
        return ApiError(error.status_code, _HTTP.get(error.status_code, error.detail))
    if isinstance(error, SessionClosed):
        return ApiError(503, "The service is stopping.", code="stopping")
    if isinstance(error, InputError):
        return bad(str(error), "messages", "input_error")
    if isinstance(error, LooksmithError):
        return ApiError(503, str(error), code="llm_error" if isinstance(error, LLMError) else "prerequisite")
    return ApiError(500, f"Internal error of the service: {type(error).__name__}.", code="internal_error")


def failed(_: Request, error: Exception) -> Response:
    """The response to any error. Internal errors are logged with their traceback."""
    told = error_of(error)
    return Json(told.body(), told.status, headers={"Retry-After": "5"} if told.status == BUSY else None)


_HTTP = {
    404: "Unknown address. The API has /v1/chat/completions and /v1/models.",
    405: "This address does not support the method.",
    413: "The request is too large.",
}
