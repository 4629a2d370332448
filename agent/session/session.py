"""A session: everything that answering takes, made once and used for many questions, from any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import TypeVar

from ...programs.question.expected_answer import expected_as
from ...programs.question.of_videos import expected_given
from ...programs.wanted.context import Context
from ...tools.threads.limits import limit_threads
from ..answers.answer import Answer
from ..ask.stop import Stop
from ..ask.writing import DEFAULT, Writing
from ..doors.by_hand import HandWritten
from ..inputs.subject import Subject
from ..llm.llm import LLM
from ..setup.settings import Settings
from ..traces.trace import Event as Recorded
from .chat import Chat, resumed
from .engine import Engine, Hearing
from .events import EventTranslator
from .given import settings_for, subject_by_hand, subject_given, written_given
from .many import CONCURRENCY, Progress, Together, answer_all
from .stream import Stream, Tell

if TYPE_CHECKING:
    from .given import Picture

T = TypeVar("T", default=Any)


class Looksmith:
    """Answers questions about images with models that stay in memory. Threads may share it.

        with Looksmith() as looksmith:
            print(looksmith.ask("photo.jpg", "How many people are there?").text)

    profile: which models serve the tools: a name or a TOML file; `LOOKSMITH_PROFILE`, else `pocket`.
    tools: functions declared with `@tool`, and objects that have such methods, offered besides the built-in ones.
    base_url, model: an OpenAI-compatible server; `LOOKSMITH_BASE_URL` and `LOOKSMITH_MODEL`, else the profile's, else
        that of `looksmith serve`.
    llm: who writes the programs in place of a server. device: of the vision models, such as "cpu" or "cuda:0".
    settings: all other choices.

    Nothing is loaded before the first question; `OMP_NUM_THREADS` is set to 1 where it is not set (`limit_threads`).
    `close`, or the end of the `with` block, stops what is under way.
    """

    def __init__(
        self,
        profile: str | Path | None = None,
        *,
        tools: Iterable[Any] = (),
        base_url: str = "",
        model: str = "",
        llm: LLM | None = None,
        device: str = "",
        settings: Settings | None = None,
    ) -> None:
        limit_threads()
        self.settings = settings_for(settings, profile, device, base_url, model)
        self._engine = Engine(self.settings, (lambda _seconds, _tokens: llm) if llm is not None else None, tools)
        self._threads = ThreadPoolExecutor(CONCURRENCY, thread_name_prefix="ask")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the questions that are under way, and end the processes that programs ran in."""
        self._engine.drain()
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._engine.close()

    def ask(
        self,
        image: Picture | Sequence[Picture],
        question: str,
        *,
        answer_type: type[T] | None = None,
        timeout: float | None = None,
        writing: Writing = DEFAULT,
    ) -> Answer[T]:
        """Ask a question about an image, about several, or about a video.

        image: of several the program gets the list `images`; the file of a video stands alone.
        answer_type: bool, int, float, str, Box or list[Box]: what the answer has to be, whatever the question says.
        timeout: seconds; a question that takes longer ends with the outcome `timeout`.
        writing: how the program is written, such as `Writing(samples=8)`.
        Raises InputError (image, question or answer type unusable), LLMError (no server), SessionClosed. A program that
        fails is an outcome: `Answer.unwrap` raises it.
        """
        return self._answer(Stop(), image, question, answer_type, timeout, writing)

    async def aask(
        self,
        image: Picture | Sequence[Picture],
        question: str,
        *,
        answer_type: type[T] | None = None,
        timeout: float | None = None,
        writing: Writing = DEFAULT,
    ) -> Answer[T]:
        """`ask` for asyncio: at most 16 at once, the others wait. Whoever cancels the task stops the question."""
        import asyncio

        self._engine.require_open()
        stop = Stop()
        work = partial(self._answer, stop, image, question, answer_type, timeout, writing)
        try:
            return await asyncio.wrap_future(self._threads.submit(work))
        except asyncio.CancelledError:
            stop.set()
            raise

    def ask_many(
        self,
        pairs: Iterable[tuple[Picture | Sequence[Picture], str]],
        *,
        answer_type: type[T] | None = None,
        timeout: float | None = None,
        writing: Writing = DEFAULT,
        concurrency: int = CONCURRENCY,
        progress: Progress = False,
    ) -> list[Answer[T]]:
        """Ask many questions at once, each with its image: an answer for each pair, in their order.

        All share the models' batches, and of a question about many images the program is written once. A picture or
        question that cannot be used is the outcome `input_error`; timeout: of each question.
        progress: True shows a bar; a function is told how many are done, and of how many.
        Raises LLMError (no server), SessionClosed, PrerequisiteError (the disk is full).
        """
        expected_as("", answer_type)

        def ask(image: Picture | Sequence[Picture], question: str, llm: LLM, together: Together) -> Answer[T]:
            stop = Stop()
            with together.one(stop):
                return self._answer(stop, image, question, answer_type, timeout, writing, llm=llm)

        return answer_all(pairs, ask, self._engine.connection.client(), concurrency, progress)

    def stream(
        self,
        image: Picture | Sequence[Picture],
        question: str,
        *,
        answer_type: type[T] | None = None,
        timeout: float | None = None,
        writing: Writing = DEFAULT,
    ) -> Stream[T]:
        """`ask`, with what happens on the way: `Written`, `ProgramChecked`, `Started`, `Stepped`, at last `Answered`.

        What `ask` raises is raised where the events are taken.
        """
        stop = Stop()

        def work(tell: Tell) -> Answer[T]:
            subject = subject_given(image)
            telling = EventTranslator({one.source: one for one in subject.images})

            def watch(folder: Path, event: Recorded) -> None:
                tell(partial(telling.tell, folder, event))

            return self._ask(Hearing(stop, watch=watch), subject, question, answer_type, timeout, writing)

        return Stream(work, stop)

    def chat(self, image: Picture | Sequence[Picture]) -> Chat:
        """Questions that follow one another about the same image or images. Raises InputError (image unusable)."""
        return Chat(self._follow, self.settings.runs, subject_given(image))

    def resume(self, run: str | Path = "last") -> Chat:
        """The chat that goes on from a stored run: its id, the start of its id, its folder, or `last`.

        Raises InputError.
        """
        return resumed(self._follow, self.settings.runs, run)

    def run(
        self,
        program: str | Path,
        image: Picture | Sequence[Picture] | None = None,
        *,
        dialect: str = "",
        dry_run: bool = False,
        inputs: Mapping[str, Any] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """Run a program written by hand: the source as text, or the file that a `Path` names. Needs no language model.

        image: of several the program gets the list `images`. Of the file of a video it gets `video`, and the first
            frame as `image`.
        dialect: the system that the program was written for, "visprog" or "vipergpt"; ours when it is not given.
        dry_run: let stand-ins of the right types answer in place of the tools; then no image is needed.
        inputs: further values that the program reads, by name.
        timeout: seconds; a program that takes longer ends with the outcome `timeout`.
        Raises InputError (image, inputs or dialect unusable, or a text that is a file's name), SessionClosed. A program
        that fails is an outcome.
        """
        written = written_given(program, dialect)
        subject = subject_by_hand(written, image, inputs or {}, dry=dry_run)
        return self.run_written(written, subject, dry=dry_run, timeout=timeout)

    def run_written(
        self, written: HandWritten, subject: Subject, *, dry: bool = False, timeout: float | None = None
    ) -> Answer:
        """Run a program that was read already. dry: stand-ins answer in place of the tools."""
        return self._engine.run(subject, written, Hearing(), dry=dry, seconds=timeout)

    def _answer(
        self,
        stop: Stop,
        image: Picture | Sequence[Picture],
        question: str,
        answer_type: type[T] | None,
        timeout: float | None,
        writing: Writing,
        *,
        llm: LLM | None = None,
    ) -> Answer[T]:
        """The answer to one question. Raises as `ask`."""
        self._engine.require_open()
        return self._ask(Hearing(stop), subject_given(image), question, answer_type, timeout, writing, llm=llm)

    def _follow(
        self, subject: Subject, question: str, timeout: float | None, writing: Writing, context: Context
    ) -> Answer:
        """The answer to a question of a chat."""
        return self._engine.ask(subject, question, Hearing(), writing=writing, context=context, seconds=timeout)

    def _ask(
        self,
        hearing: Hearing,
        subject: Subject,
        question: str,
        answer_type: type[T] | None,
        timeout: float | None,
        writing: Writing,
        *,
        llm: LLM | None = None,
    ) -> Answer[T]:
        """The answer to one question about a subject. Raises InputError, LLMError, SessionClosed."""
        context = Context(expected_given(question, subject.asked_types(), answer_type))
        return self._engine.ask(subject, question, hearing, writing=writing, context=context, llm=llm, seconds=timeout)
