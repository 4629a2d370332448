"""looksmith: answers questions about images with small programs, and records every step.

    from looksmith import ask
    print(ask("photo.jpg", "How many people are there?").text)

Many questions share one session, which keeps the models in memory:

    from looksmith import Looksmith
    with Looksmith(profile="pocket") as looksmith:
        for photo in ("beach.jpg", "street.jpg"):
            print(looksmith.ask(photo, "How many people are there?", answer_type=int).unwrap())

Public names load their modules on first use, which keeps `import looksmith` fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from looksmith import frames, runs
    from looksmith.agent.answers.answer import Answer
    from looksmith.agent.answers.failures import (
        NoReply,
        NotAsked,
        NothingFound,
        OverBudget,
        ProgramError,
        TimedOut,
        ToolFailed,
        Unanswered,
    )
    from looksmith.agent.answers.steps import Step
    from looksmith.agent.ask.writing import Writing
    from looksmith.agent.llm.llm import LLMError
    from looksmith.agent.pages.classified import Classified
    from looksmith.agent.session.chat import Chat
    from looksmith.agent.session.classifying import classify
    from looksmith.agent.session.events import Answered, Event, ProgramChecked, Started, Stepped, Written
    from looksmith.agent.session.one_line import ask, run
    from looksmith.agent.session.session import Looksmith
    from looksmith.agent.session.stream import Stream
    from looksmith.agent.session.under_way import SessionClosed
    from looksmith.agent.setup.settings import Settings
    from looksmith.sandbox.limits import Limits
    from looksmith.tools.core.albums import Album
    from looksmith.tools.core.errors import (
        InputError,
        LooksmithError,
        NoDetection,
        PrerequisiteError,
        ToolDeclarationError,
        ToolError,
        WeightsError,
    )
    from looksmith.tools.core.times import Moment, Segment
    from looksmith.tools.core.tool import Scored, tool
    from looksmith.tools.core.values import Box, Image, Mask, Point, Video
    from looksmith.tools.pictures.door import Picture
    from looksmith.tools.profiles.profile import Profile

_HOME = {
    "agent.answers.answer": ("Answer",),
    "agent.answers.failures": (
        *("NoReply", "NotAsked", "NothingFound", "OverBudget", "ProgramError", "TimedOut", "ToolFailed", "Unanswered"),
    ),
    "agent.answers.steps": ("Step",),
    "agent.llm.llm": ("LLMError",),
    "agent.ask.writing": ("Writing",),
    "agent.pages.classified": ("Classified",),
    "agent.session.chat": ("Chat",),
    "agent.session.classifying": ("classify",),
    "agent.session.events": ("Answered", "Event", "ProgramChecked", "Started", "Stepped", "Written"),
    "agent.session.one_line": ("ask", "run"),
    "agent.session.session": ("Looksmith",),
    "agent.session.stream": ("Stream",),
    "agent.session.under_way": ("SessionClosed",),
    "agent.setup.settings": ("Settings",),
    "sandbox.limits": ("Limits",),
    "tools.core.errors": (
        *("InputError", "LooksmithError", "NoDetection", "PrerequisiteError", "ToolDeclarationError", "ToolError"),
        "WeightsError",
    ),
    "tools.pictures.door": ("Picture",),
    "tools.profiles.profile": ("Profile",),
    "tools.core.times": ("Moment", "Segment"),
    "tools.core.tool": ("Scored", "tool"),
    "tools.core.albums": ("Album",),
    "tools.core.values": ("Box", "Image", "Mask", "Point", "Video"),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "Album",
    "Answer",
    "Answered",
    "Box",
    "Chat",
    "Classified",
    "Event",
    "Image",
    "InputError",
    "LLMError",
    "Limits",
    "Looksmith",
    "LooksmithError",
    "Mask",
    "Moment",
    "NoDetection",
    "NoReply",
    "NotAsked",
    "NothingFound",
    "OverBudget",
    "Picture",
    "Point",
    "PrerequisiteError",
    "Profile",
    "ProgramChecked",
    "ProgramError",
    "Scored",
    "Segment",
    "SessionClosed",
    "Settings",
    "Started",
    "Step",
    "Stepped",
    "Stream",
    "TimedOut",
    "ToolDeclarationError",
    "ToolError",
    "ToolFailed",
    "Unanswered",
    "Video",
    "WeightsError",
    "Writing",
    "Written",
    "ask",
    "classify",
    "frames",
    "run",
    "runs",
    "tool",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its module (PEP 562)."""
    if name in ("frames", "runs"):
        return import_module(f"looksmith.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module 'looksmith' has no attribute {name!r}")
    return getattr(import_module(f"looksmith.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """The public names, for completion."""
    return sorted(__all__)
