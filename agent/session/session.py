"""A session: everything needed to answer questions, built once and used for many, from any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import TypeVar

from ...programs.question.expected_answer import expected_as
from ...programs.question.of_media import expected_given
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
from .given import require_question, settings_for, subject_by_hand, subject_given, written_given
from .many import CONCURRENCY, Progress, Together, answer_all
from .stream import Stream, Tell

if TYPE_CHECKING:
    from .given import Picture

T = TypeVar("T", default=Any)


class Looksmith:
    """Answers questions about images with models that stay in memory. Thread-safe.

        with Looksmith() as looksmith:
            print(looksmith.ask("photo.jpg", "How many people are there?").text)

    profile: which models serve the tools: a name or a TOML file. By default `LOOKSMITH_PROFILE`, else `pocket`.
    tools: functions declared with `@tool`, and objects that have such methods, in addition to the built-in ones.
    base_url, model: an OpenAI-compatible server. By default `LOOKSMITH_BASE_URL` and `LOOKSMITH_MODEL`, else the
        profile's, else that of `looksmith serve`.
    llm: writes the programs instead of a server.
    device: of the vision models, such as "cpu" or "cuda:0".
    settings: all other options.

    Nothing is loaded before the first question. `OMP_NUM_THREADS` is set to 1 unless it is set (`limit_threads`).
    `close`, or the end of the `with` block, stops questions in progress.
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
        """Stop the questions in progress, and end the processes that run programs."""
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
        """Ask a question about an image, several images, a video, or an album.

        image: for several images, the program gets the list `images`; a video or a folder is given alone, a folder
            perhaps with one picture.
        answer_type: bool, int, float, str, Box or list[Box]: the type that the answer must have, whatever the question
            says.
        timeout: seconds; a question that takes longer ends with the outcome `timeout`.
        writing: how the program is written, such as `Writing(samples=8)`.
        Raises InputError (image, question or answer type unusable), LLMError (no server), SessionClosed. A program that
        fails does not raise: its failure is the outcome, which `Answer.unwrap` raises.
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
        """`ask` for asyncio: at most 16 run at once, others wait. Cancelling the task stops the question."""
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
        """Ask many questions at once, each with its image. Returns an answer for each pair, in the same order.

        The questions share the models' batches; for the same question about many images, the program is written only
        once. A picture or question that cannot be used gets the outcome `input_error`.
        timeout: seconds for each question.
        progress: True shows a progress bar; a function is called with the number of finished questions and the total.
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
        """`ask` as a stream of events: `Written`, `ProgramChecked`, `Started`, `Stepped`, and finally `Answered`.

        What `ask` raises is raised while iterating over the events.
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
        """Start a chat: consecutive questions about the same image or images. Raises InputError (image unusable)."""
        return Chat(self._follow, self.settings.runs, subject_given(image))

    def resume(self, run: str | Path = "last") -> Chat:
        """Continue a stored run as a chat. run: its id, a prefix of it, its folder, or `last`.

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

        image: for several images, the program gets the list `images`. For a video, it gets `video`, and the first frame
            as `image`; for a folder, `album`, and as `image` the picture given with it or a sheet of its photos.
        dialect: the system that the program was written for, "visprog" or "vipergpt"; "" for looksmith.
        dry_run: use stand-ins that return values of the right types instead of the tools; no image is needed then.
        inputs: further values that the program reads, by name.
        timeout: seconds; a program that takes longer ends with the outcome `timeout`.
        Raises InputError (image, inputs or dialect unusable, or the text is the name of a file), SessionClosed. A
        program that fails does not raise: its failure is the outcome.
        """
        written = written_given(program, dialect)
        subject = subject_by_hand(written, image, inputs or {}, dry=dry_run)
        return self.run_written(written, subject, dry=dry_run, timeout=timeout)

    def run_written(
        self, written: HandWritten, subject: Subject, *, dry: bool = False, timeout: float | None = None
    ) -> Answer:
        """Run a program that has been read already. dry: use stand-ins instead of the tools."""
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
        require_question(question)
        context = Context(expected_given(question, subject.asked_types(), answer_type))
        return self._engine.ask(subject, question, hearing, writing=writing, context=context, llm=llm, seconds=timeout)
