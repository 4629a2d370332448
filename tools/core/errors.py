"""The errors that people see. Each says what happened and, in `hint`, what to do about it."""

from typing import Any


class LooksmithError(Exception):
    """Base of all errors that are told to a person in one sentence, without a traceback."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(LooksmithError):
    """The image, question or file that the user gave cannot be used."""


class ToolError(LooksmithError):
    """A tool refused its arguments or could not do its work; ends the program with outcome `tool_error`."""


class ArgumentError(ToolError):
    """A call that does not fit the tool's signature; ends the program with outcome `type_error`."""


class ToolTimeout(ToolError):
    """A tool did not answer within its limit, or within that of the program; ends it with outcome `timeout`."""


class UnknownName(ToolError):
    """A name that the model behind the tool has never learnt: not the same as looking and finding nothing."""


class NoDetection(LooksmithError):
    """Nothing was found where the program needs something; ends it with outcome `no_detection`.

    rejected: boxes that were looked at and not good enough, best first; the trace keeps them.
    """

    def __init__(self, message: str, *, hint: str = "", rejected: tuple[Any, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.rejected = rejected


class ToolDeclarationError(LooksmithError):
    """A function cannot become a tool: a parameter without a type, a type that programs do not have, no docstring."""


class WeightsError(LooksmithError):
    """A model's weights are missing, damaged, or cannot be fetched."""


class PrerequisiteError(LooksmithError):
    """Something this machine needs is not there: a package, a client, a compiler, a free port, disk space."""


class WornOut(PrerequisiteError):
    """So many tools of this process hang that it takes no more calls: it has to be started again."""
