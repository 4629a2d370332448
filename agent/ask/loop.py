"""The question loop: write programs, check them, run them, let them vote, answer.

Programs that were rejected or failed go back to the model a limited number of times; successful ones never do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from ...programs.check.check import Checked, check
from ...programs.examples.retrieval import Retriever
from ...programs.language.diagnostics import Diagnostic, excerpt, first_few, render
from ...programs.language.program import Program
from ...programs.prompt import MAX_QUESTION
from ...programs.question.expected_answer import Expected, expected_answer
from ...programs.question.fitting import settle
from ...sandbox.outcome import Outcome
from ...sandbox.run import Sandbox
from ...tools.core.errors import InputError, LooksmithError
from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ...tools.engine.executor import Serves, worn_out
from ..doubt.guess import (
    ASSUMED,
    READ_ALL,
    READ_ALL_RIGHT,
    RIGHT,
    guess_grammar,
    guess_messages,
    notes_program,
    read_guess,
)
from ..doubt.presumed import RIGHT as COUNTED_ALL_RIGHT
from ..doubt.presumed import count_of_all
from ..inputs.subject import Subject
from ..llm.llm import LLM, LLMError, Sampling
from ..reading.said import answer_text, sure_text
from ..traces.crash import crashed
from ..traces.encode import encode, encode_all
from ..traces.run_record import ORIGINAL, Lineage
from ..traces.runs import Recorder, Runs, Timing
from ..traces.trace import AnswerKind, Attempt, Check, End, Step, Vote, in_utf8
from .execute import Ran, Runner
from .repair import Failed, best_to_mend, evasive, failed_when_run, is_honest, last_word, refused
from .rerank import rate
from .vote import Party, Poll, Voter, Weigh, ballot, break_tie, hold, weight
from .write import Candidate, FindUnfaithful, Library, MakeGrammar, Writer, Written, none_unfaithful
from .writing import DEFAULT, Writing


@dataclass(frozen=True)
class Answer:
    """The answer to a question, or why there is none. `value` is the program's answer, None unless the outcome is `ok`.

    text: the answer, or else what went wrong, in one line for people.
    run: the folder that holds the run with every step; notices: warnings about how the answer was reached.
    assumptions: interpretations that the tools made, in words; confidence: estimated probability that the answer is
        correct, 0 to 1, None if no tool gave a confidence.
    expected: the kind of answer that the question asks for, in words; "" if unknown.
    fragile: a near miss that would change the answer, in words; "" if none is known.
    """

    outcome: AnswerKind
    value: Any
    text: str
    message: str
    run: Path
    timing: Timing
    notices: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    confidence: float | None = None
    expected: str = ""
    fragile: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is an answer."""
        return self.outcome == "ok"

    def _repr_html_(self) -> str:
        """The notebook representation, with all steps."""
        from ..pages.notebook import show_folder

        return show_folder(self.run)


@dataclass(frozen=True)
class Bench:
    """Everything needed to answer questions, built once and used for many.

    dry: whether stand-ins answer instead of the tools.
    retriever: finds examples similar to a question; grammar: makes the grammar that constrains the model's output.
    unfaithful: finds where a program does not match the question; weigh: the number of votes of a program.
    ahead: whether calls may start early; not if the number and order of calls to tools matter.
    """

    registry: Registry
    executor: Serves
    sandbox: Sandbox
    runs: Runs
    examples: Sequence[Example]
    dry: bool = False
    retriever: Retriever | None = None
    grammar: MakeGrammar | None = None
    unfaithful: FindUnfaithful = none_unfaithful
    weigh: Weigh = weight
    ahead: bool = False

    def ask(self, subject: Subject, question: str, llm: LLM, writing: Writing = DEFAULT) -> Answer:
        """Have a program written for the question, and run it. Thread-safe.

        Raises InputError for a question that is empty or too long, WornOut if this process accepts no more tool calls;
        later failures are outcomes.
        """
        question = _require_question(question)
        recorder = self._start(subject, question)

        def end() -> Answer:
            self.sandbox.prepare()
            try:
                ended = _Asking(self, recorder, subject, llm, writing).answer(question)
            except LLMError as error:
                return _finish(recorder, _Ended(Outcome("crashed", message=str(error)), kind="llm_error"), "")
            return _finish(recorder, ended, llm.model)

        return _ended_anyhow(recorder, end)

    def run(
        self,
        subject: Subject,
        program: Program,
        problems: tuple[Diagnostic, ...] = (),
        lineage: Lineage = ORIGINAL,
    ) -> Answer:
        """Check and run a program written by hand or taken from an earlier run.

        problems: why a program in another dialect could not be translated; its source is then the original text.
        lineage: the earlier run, and what was changed.
        Raises InputError if an input has the name of a tool, WornOut like `ask`.
        """
        recorder = self._start(subject, program.question, program, lineage)
        return _ended_anyhow(recorder, lambda: self._run(recorder, subject, program, problems))

    def _run(self, recorder: Recorder, subject: Subject, program: Program, problems: tuple[Diagnostic, ...]) -> Answer:
        recorder.doing("checking the program")
        self.sandbox.prepare()
        start = perf_counter()
        checked = problems or check(program, self.registry, subject.input_types())
        diagnostics = () if isinstance(checked, Checked) else checked
        event = Check(source=program.source, diagnostics=first_few(diagnostics), seconds=perf_counter() - start)
        parent = recorder.add(event).id
        if not isinstance(checked, Checked):
            return _finish(recorder, _Ended(_refused(checked, program)), "")
        runner = self.runner(recorder, subject)
        ran = runner.run(checked, parent)
        outcome = _placed(ran.outcome, program)
        doubt = "" if self.dry else runner.fragile(ran, self.registry)
        ended = _Ended(outcome, ran.execution, wasted=runner.wasted, steps=ran.steps, fragile=doubt)
        return _finish(recorder, ended, "")

    def runner(self, recorder: Recorder, subject: Subject) -> Runner:
        """Make a runner for programs about the subject."""
        ahead = self.registry if self.ahead else None
        return Runner(self.executor, self.sandbox, recorder, subject.inputs(), ahead)

    def _start(
        self, subject: Subject, question: str, program: Program | None = None, lineage: Lineage = ORIGINAL
    ) -> Recorder:
        if worn := worn_out(self.executor):
            raise worn
        for name in subject.values:
            if name in self.registry:
                raise InputError(f"The input {name} has the name of a tool.", hint="Choose another name.")
        names = [tool.name for tool in self.registry]
        return self.runs.start(question, subject, names, program, dry=self.dry, lineage=lineage)


@dataclass(frozen=True)
class _Ended:
    """The end of a question.

    execution: the program that ended it; notices: as in `Answer`; wasted: as in `trace.End`.
    steps: the tool calls of that program.
    guessed: for a guessed answer, how often such guesses are correct, and the assumption to show.
    fragile: as in `Answer`.
    """

    outcome: Outcome
    execution: int | None = None
    notices: tuple[str, ...] = ()
    kind: AnswerKind | None = None
    wasted: int = 0
    steps: tuple[Step, ...] = ()
    guessed: tuple[float, str] | None = None
    fragile: str = ""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The interpretations that the program's tools made."""
        said = (*(self.guessed or ())[1:], *(one for step in self.steps for one in step.assumptions))
        return tuple(dict.fromkeys(map(str, said)))

    @property
    def confidence(self) -> float | None:
        """The lowest confidence of any step, or that of a guess."""
        if self.guessed is not None:
            return self.guessed[0]
        return min((step.confidence for step in self.steps if step.confidence is not None), default=None)

    @property
    def may_be_guessed(self) -> bool:
        """Whether it ended because no model could see what was asked for."""
        return self.kind is None and self.outcome.kind in ("tool_error", "no_detection", "type_error", "crashed")


class _Asking:
    """Has programs written, runs them and takes a vote, until there is an answer or the repairs are used up."""

    def __init__(self, bench: Bench, recorder: Recorder, subject: Subject, llm: LLM, writing: Writing) -> None:
        self._bench = bench
        self._recorder = recorder
        self._llm = llm
        self._writing = writing
        library = Library(bench.registry, bench.examples, bench.retriever, bench.grammar, bench.unfaithful)
        self._inputs = subject.input_types()
        self._writer = Writer(library, self._inputs, recorder, llm, writing)
        self._runner = bench.runner(recorder, subject)
        self._notices: list[str] = []

    def answer(self, question: str) -> _Ended:
        """Answer one question. Raises LLMError if no program could be written."""
        ended = self._answer(question)
        if self._writing.guess and ended.may_be_guessed:
            ended = self._guess(question, ended) or ended
        return replace(ended, wasted=self._runner.wasted)

    def _guess(self, question: str, ended: _Ended) -> _Ended | None:
        """Guess from text in the image, or let the language model guess from notes about the image.

        None if a guess would be worthless.
        """
        expected = expected_answer(question)
        source = notes_program(question, expected)
        checked = check(Program(source, question), self._bench.registry, self._inputs)
        if expected.kind not in (*RIGHT, "text") or not isinstance(checked, Checked):
            return None
        parent = self._recorder.add(Check(source=source)).id
        ran = self._runner.run(checked, parent)
        if ran.outcome.kind != "ok":
            return None
        if expected.kind == "text":
            answer, guessed = settle(ran.outcome.answer, expected), (READ_ALL_RIGHT, READ_ALL)
        else:
            answer, guessed = (
                self._guessed(question, str(ran.outcome.answer), expected),
                (RIGHT[expected.kind], ASSUMED),
            )
        if answer is None:
            self._runner.tell(ran)
            return None
        told = ended.outcome.message
        notices = (*ended.notices, *([told] if told else []))
        return _Ended(replace(ran.outcome, answer=answer), ran.execution, notices, guessed=guessed)

    def _guessed(self, question: str, notes: str, expected: Expected) -> Any:
        """Ask for a guess, and record request and reply. None if there is none."""
        talk = guess_messages(question, notes)
        start = perf_counter()
        event = Attempt(number=0, model="", messages=talk)
        try:
            reply = self._llm.complete(talk, Sampling(grammar=guess_grammar(expected)))
        except LLMError as error:
            told = {"error": str(error), "seconds": perf_counter() - start}
            self._recorder.add(event.model_copy(update=told))
            return None
        told = {
            "model": reply.model,
            "reply": reply.text,
            "grammar": reply.grammar,
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": reply.completion_tokens,
            "seconds": perf_counter() - start,
        }
        self._recorder.add(event.model_copy(update=told))
        return settle(read_guess(reply.text, expected), expected)

    def _answer(self, question: str) -> _Ended:
        failures: list[Failed] = []
        mended: list[Failed] = []
        for number in range(1, self._writing.repairs + 2):
            try:
                written = self._writer.write(number, question, [failure.rejected for failure in mended])
            except LLMError as error:
                if not any(failure.ran for failure in failures):
                    raise
                self._notices.append(f"Could not repair the program: {error}")
                break
            if written.notice not in ("", *self._notices):
                self._notices.append(written.notice)
            before = next((failure for failure in reversed(mended) if failure.ran and failure.ran.steps), None)
            poll = self._run(written, before, expected_answer(question))
            if poll.voters:
                return self._elect(poll, question)
            if before and before.tempting:
                break
            failed = [refused(one) for one in written.refusals]
            failed += [failed_when_run(candidate, ran, self._bench.registry) for candidate, ran in poll.failed]
            failures += sorted(failed, key=lambda failure: failure.samples)
            worth = best_to_mend(failed)
            if worth is None:
                break
            mended.append(worth)
        end = last_word(failures)
        return _Ended(end.outcome, end.ran.execution if end.ran else None, tuple(self._notices))

    def _run(self, written: Written, before: Failed | None, expected: Expected) -> Poll:
        """Run the programs of one attempt. before: the last failed program that called tools, if any."""

        def run(candidate: Candidate) -> Ran:
            ran = _settled(self._runner.run(candidate.checked, candidate.check), expected)
            if before and ran.outcome.kind == "ok" and not is_honest(ran, candidate.source, before):
                ran = evasive(ran, candidate.source, before)
            if ran.outcome.kind != "ok" or len(written.candidates) > 1:
                self._runner.tell(ran)
            return ran

        poll = hold(written.candidates, run, self._bench.weigh)
        if poll.voters and before and before.found_nothing:
            self._notices.append(f"An earlier program found nothing: {before.outcome.message}")
        return poll

    def _elect(self, poll: Poll, question: str) -> _Ended:
        """The answer with the most votes."""
        start = perf_counter()
        tied = poll.tied
        scores, notice = self._rate(tied, question) if tied and self._writing.rerank else ({}, "")
        seconds = perf_counter() - start
        won, tie = break_tie(tied, scores) if tied else (poll.parties[0], "")
        chosen = won.voters[0].ran
        drawn = sum(len(voter.candidate.samples) for voter in poll.voters)
        if drawn > 1 or poll.failed or poll.unrun:
            parties = [won, *(party for party in poll.parties if party != won)]
            ballots = tuple(ballot(party, scores) for party in parties)
            vote = Vote(ballots=ballots, execution=chosen.execution, unrun=poll.unrun, tie=tie, notice=notice)
            self._recorder.add(vote.model_copy(update={"seconds": seconds}))
        expected = expected_answer(question)
        counted = self._count_all(question, won.voters[0])
        if counted is not None:
            return counted
        doubt = self._runner.fragile(chosen, self._bench.registry, lambda answer: settle(answer, expected))
        return _Ended(chosen.outcome, chosen.execution, tuple(self._notices), steps=chosen.steps, fragile=doubt)

    def _count_all(self, question: str, voter: Voter) -> _Ended | None:
        """Count all things if none met the condition but the question presumes that there are some."""
        presumed = count_of_all(question, voter.ran.outcome.answer, voter.candidate.source)
        checked = presumed and check(Program(presumed[0], question), self._bench.registry, self._inputs)
        if not presumed or not isinstance(checked, Checked):
            return None
        parent = self._recorder.add(Check(source=presumed[0])).id
        ran = self._runner.run(checked, parent)
        if ran.outcome.kind != "ok" or not ran.outcome.answer:
            return None
        told = (COUNTED_ALL_RIGHT, presumed[1])
        return _Ended(ran.outcome, ran.execution, tuple(self._notices), steps=ran.steps, guessed=told)

    def _rate(self, tied: Sequence[Party], question: str) -> tuple[dict[int, float], str]:
        """The likelihood of the question given each program, by the id of its check; or why it is unknown."""
        candidates = [voter.candidate for party in tied for voter in party.voters]
        examples = self._bench.registry.examples or self._bench.examples
        try:
            scores = rate(self._llm, examples, question, [one.checked.program.source for one in candidates])
        except LLMError as error:
            return {}, f"Could not score the programs: {error}"
        return {one.check: score for one, score in zip(candidates, scores, strict=True)}, ""


def _settled(ran: Ran, expected: Expected) -> Ran:
    """The program with its answer in the words of the question; an empty answer becomes `no_detection`."""
    if ran.outcome.kind != "ok":
        return ran
    answer = settle(ran.outcome.answer, expected)
    if answer is None:
        message = "The program's answer is empty: no text was read, or no name found."
        return replace(
            ran, answer=None, outcome=replace(ran.outcome, kind="no_detection", answer=None, message=message)
        )
    if answer is ran.outcome.answer:
        return ran
    return replace(ran, answer=answer, outcome=replace(ran.outcome, answer=answer))


def _refused(problems: tuple[Diagnostic, ...], program: Program) -> Outcome:
    first = problems[0]
    return Outcome(first.kind, message=render(program.in_written(problems), program.written), line=first.line)


def _placed(outcome: Outcome, program: Program) -> Outcome:
    """The outcome; a failure refers to the line in the program's original dialect."""
    line = program.written_line(outcome.line)
    if outcome.kind == "ok" or not program.lines or not line:
        return outcome
    code = "".join(program.written.splitlines()[line - 1 : line]).strip()
    return replace(outcome, message=f"{outcome.message}\n    line {line}: {excerpt(code)}")


def _ended_anyhow(recorder: Recorder, end: Callable[[], Answer]) -> Answer:
    """Compute the end of a question; an unexpected exception becomes the outcome, with a report in the run's folder.

    Raises LooksmithError, such as for a full disk: these are expected.
    """
    try:
        return end()
    except LooksmithError:
        raise
    except Exception as error:
        message = crashed(recorder.folder, error)
        return _finish(recorder, _Ended(Outcome("crashed", message=message)), "")


def _finish(recorder: Recorder, ended: _Ended, model: str) -> Answer:
    outcome = ended.outcome
    answer = encode(outcome.answer, recorder.keep)
    end = End(
        outcome=ended.kind or outcome.kind,
        execution=ended.execution,
        answer=answer,
        message=outcome.message,
        line=outcome.line,
        variables=encode_all(outcome.variables, recorder.keep),
        printed=outcome.printed,
        layers=outcome.layers,
        notices=ended.notices,
        wasted=ended.wasted,
        assumptions=ended.assumptions,
        confidence=ended.confidence,
        fragile=ended.fragile,
    )
    timing = recorder.finish(end, model).timing
    text = outcome.message if end.outcome != "ok" else sure_text(answer_text(answer), ended.confidence)
    return Answer(
        outcome=end.outcome,
        value=outcome.answer,
        text=text,
        message=outcome.message,
        run=recorder.folder,
        timing=timing,
        notices=ended.notices,
        assumptions=ended.assumptions,
        confidence=ended.confidence,
        expected=recorder.record.expected,
        fragile=ended.fragile,
    )


def _require_question(question: str) -> str:
    plain = in_utf8(question).strip()
    if not plain:
        raise InputError("The question is empty.", hint="Ask something about the image.")
    if len(plain) > MAX_QUESTION:
        raise InputError(f"The question has {len(plain):,} characters; the limit is {MAX_QUESTION:,}.")
    return plain
