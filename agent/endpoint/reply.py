"""Answers in OpenAI's form: the text, the program, and a link to the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..answers.answer import Answer
from ..console.printed_answer import said
from ..traces.stored import load_run
from ..traces.trace import Attempt, Event
from .form import AnswerForm
from .request import MODEL


@dataclass(frozen=True)
class ChatReply:
    """An answer, ready to be sent. content: text, or JSON if requested; None if `refusal` says why there is none.

    details: the field `looksmith`; usage: tokens of the language model.
    """

    content: str | None
    refusal: str | None
    details: dict[str, Any]
    usage: dict[str, int]


def reply_of(answer: Answer[Any], form: AnswerForm, base: str) -> ChatReply:
    """The reply for an answer. base: the address of the service, for the link to the run."""
    link = f"{base}/runs/{answer.run.name}"
    details = _details(answer, link)
    use = usage(load_run(answer.run).events)
    if form.plain:
        return ChatReply(_content(answer, link), None, details, use)
    if answer.ok:
        return ChatReply(form.write(answer.value, details["answer"]), None, details, use)
    return ChatReply(None, f"{answer.outcome}: {answer.message}", details, use)


def usage(events: Iterable[Event]) -> dict[str, int]:
    """The tokens of the language model for all programs and guesses."""
    asked = [event for event in events if isinstance(event, Attempt)]
    prompt, completion = sum(one.prompt_tokens for one in asked), sum(one.completion_tokens for one in asked)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def completion(name: str, created: int, reply: ChatReply) -> dict[str, Any]:
    """The whole response."""
    message = {"role": "assistant", "content": reply.content, "refusal": reply.refusal}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    head = _head(name, created, "chat.completion")
    return {**head, "choices": [choice], "usage": reply.usage, "looksmith": reply.details}


def chunk(name: str, created: int, delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A chunk of a streamed response."""
    choice = {"index": 0, "delta": delta, "finish_reason": more.pop("finish_reason", None), "logprobs": None}
    return {**_head(name, created, "chat.completion.chunk"), "choices": [choice], **more}


def usage_chunk(name: str, created: int, use: dict[str, int]) -> dict[str, Any]:
    """The last chunk, with the usage, if requested."""
    return {**_head(name, created, "chat.completion.chunk"), "choices": [], "usage": use}


def _head(name: str, created: int, kind: str) -> dict[str, Any]:
    return {"id": name, "object": kind, "created": created, "model": MODEL}


def _details(answer: Answer[Any], link: str) -> dict[str, Any]:
    told = said(answer)
    names = ("outcome", "answer", "text", "message", "expected", "confidence", "assumptions", "fragile", "notices")
    return {
        **{name: getattr(told, name) for name in names},
        "program": answer.program,
        "run": answer.run.name,
        "url": link,
        "seconds": round(told.total, 3),
    }


def _content(answer: Answer[Any], link: str) -> str:
    """As text: the answer first, then how it was found."""
    first = answer.text if answer.ok else f"No answer ({answer.outcome}): {answer.message}"
    assumed = "\n".join(f"- assumed: {one}" for one in answer.assumptions)
    program = f"```python\n{answer.program.rstrip()}\n```" if answer.program else ""
    return "\n\n".join(filter(None, [first, assumed, program, f"[How it was found]({link})"]))
