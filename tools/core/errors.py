"""The errors that users see. Each says what happened and, in `hint`, what to do about it."""

from typing import Any


class LooksmithError(Exception):
    """Base of all errors that are shown to users as one sentence, without a traceback."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(LooksmithError):
    """The image, question or file that the user gave cannot be used."""


class ToolError(LooksmithError):
    """A tool rejected its arguments or failed; ends the program with outcome `tool_error`."""


class ArgumentError(ToolError):
    """A call does not match the tool's signature; ends the program with outcome `type_error`."""


class ToolTimeout(ToolError):
    """A tool exceeded its time limit, or that of the program; ends the program with outcome `timeout`."""


class UnreadableFrame(ToolError):
    """A frame of a video cannot be decoded, because its file is damaged there or has changed."""


class UnreadablePhoto(ToolError):
    """A photo of an album cannot be opened: its file is damaged, gone, or of an unsupported format."""


class UnknownName(ToolError):
    """A name is not in the vocabulary of the tool's model, as opposed to not being found in the image."""


class NoDetection(LooksmithError):
    """Nothing was found, but the program needs a result; ends it with outcome `no_detection`.

    rejected: candidate boxes below the threshold, best first; recorded in the trace.
    """

    def __init__(self, message: str, *, hint: str = "", rejected: tuple[Any, ...] = ()) -> None:
        super().__init__(message, hint=hint)
        self.rejected = rejected


class ToolDeclarationError(LooksmithError):
    """An invalid tool declaration: a parameter without a type, an unsupported type, or no docstring."""


class WeightsError(LooksmithError):
    """A model's weights are missing, damaged, or cannot be downloaded."""


class PrerequisiteError(LooksmithError):
    """A prerequisite is missing on this machine: a package, a client, a compiler, a free port, disk space."""


class WornOut(PrerequisiteError):
    """Too many hanging tool calls; this process accepts no more calls and must be restarted."""
