"""The question loop: write programs, check them, run them, let them vote, answer.

Programs that were rejected or failed go back to the model a limited number of times; successful ones never do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from ...programs.check.check import Checked, check
from ...programs.examples.retrieval import Retriever
from ...programs.language.diagnostics import Diagnostic, first_few
from ...programs.language.program import Program
from ...programs.prompt import MAX_QUESTION, asks_something
from ...programs.question.expected_answer import Expected
from ...programs.question.fitting import settle
from ...programs.question.of_media import expecting
from ...programs.wanted.context import ALONE, Context
from ...programs.wanted.remarks import without_remarks
from ...sandbox.outcome import Outcome
from ...sandbox.run import Sandbox
from ...tools.core.errors import InputError
from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ...tools.engine.executor import Serves, worn_out
from ..answers.answer import Answer
from ..doubt.apart import told_apart
from ..doubt.drawn import drawn_for, with_drawn
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
from ..doubt.presumed import count_of_all, nothing_counted
from ..inputs.subject import Subject
from ..llm.llm import LLM, LLMError, OutOfTime, Sampling
from ..traces.run_record import ORIGINAL, Lineage
from ..traces.runs import Recorder, Runs
from ..traces.trace import AnswerKind, Attempt, Check, Vote, in_utf8
from .ended import Ended, ended_anyhow, finish, found_nothing, placed, problems_outcome, settled
from .execute import Ran, Runner
from .repair import Failed, best_to_mend, evasive, failed_when_run, is_honest, last_word, refused
from .vote import Poll, Voter, Weigh, ballot, break_tie, hold, weight
from .write import Candidate, FindUnfaithful, Library, MakeGrammar, Writer, Written, none_unfaithful
from .writing import DEFAULT, Writing


@dataclass(frozen=True)
class Bench:
    """Everything needed to answer questions, built once and used for many.

    examples: shown with every question; bank: all that may be shown; notice: goes with every answer.
    dry: whether stand-ins answer instead of the tools.
    retriever: finds examples similar to a question; grammar: makes the grammar that constrains the model's output.
    unfaithful: finds where a program does not match the question; weigh: the number of votes of a program.
    ahead: whether calls may start early; not if the number and order of calls to tools matter.
    profile: which models serve the tools, for the record; "" where none does.
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
    bank: Sequence[Example] = ()
    notice: str = ""
    profile: str = ""

    def ask(
        self, subject: Subject, question: str, llm: LLM, writing: Writing = DEFAULT, context: Context = ALONE
    ) -> Answer:
        """Have a program written for the question, and run it. Several threads may ask at once.

        Raises InputError for a question that is empty or too long, WornOut if this process accepts no more tool calls;
        later failures are outcomes.
        """
        question = _require_question(question)
        if context.expected is None:
            context = replace(context, expected=expecting(subject.asked_types())(question))
        writing = writing.once if any(tool.options.acts for tool in self.registry) else writing
        recorder = self._start(subject, question, context=context)

        def end() -> Answer:
            self.sandbox.prepare()
            try:
                ended = _Asking(self, recorder, subject, llm, writing, context).answer(question)
            except LLMError as error:
                kind: AnswerKind = "timeout" if isinstance(error, OutOfTime) else "llm_error"
                return finish(recorder, Ended(Outcome("crashed", message=str(error)), kind=kind), "")
            return finish(recorder, ended, llm.model)

        return ended_anyhow(recorder, end)

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
        return ended_anyhow(recorder, lambda: self._run(recorder, subject, program, problems))

    def _run(self, recorder: Recorder, subject: Subject, program: Program, problems: tuple[Diagnostic, ...]) -> Answer:
        recorder.doing("checking the program")
        self.sandbox.prepare()
        start = perf_counter()
        checked = problems or check(program, self.registry, subject.input_types())
        diagnostics = () if isinstance(checked, Checked) else checked
        event = Check(source=program.source, diagnostics=first_few(diagnostics), seconds=perf_counter() - start)
        parent = recorder.add(event).id
        if not isinstance(checked, Checked):
            return finish(recorder, Ended(problems_outcome(checked, program)), "")
        runner = self.runner(recorder, subject)
        ran = runner.run(checked, parent)
        outcome = placed(ran.outcome, program)
        doubt = "" if self.dry else runner.fragile(ran, self.registry)
        ended = Ended(outcome, ran.execution, wasted=runner.wasted, steps=ran.steps, fragile=doubt)
        return finish(recorder, ended, "")

    def runner(self, recorder: Recorder, subject: Subject) -> Runner:
        """Make a runner for programs about the subject."""
        ahead = self.registry if self.ahead else None
        return Runner(self.executor, self.sandbox, recorder, subject.inputs(), ahead)

    def _start(
        self,
        subject: Subject,
        question: str,
        program: Program | None = None,
        lineage: Lineage = ORIGINAL,
        context: Context = ALONE,
    ) -> Recorder:
        if worn := worn_out(self.executor):
            raise worn
        for name in subject.values:
            if name in self.registry:
                raise InputError(f"The input {name} has the name of a tool.", hint="Choose another name.")
        names = [tool.name for tool in self.registry]
        return self.runs.start(
            question, subject, names, program, dry=self.dry, lineage=lineage, context=context, profile=self.profile
        )


class _Asking:
    """Has programs written, runs them and takes a vote, until there is an answer or the repairs are used up."""

    def __init__(
        self, bench: Bench, recorder: Recorder, subject: Subject, llm: LLM, writing: Writing, context: Context
    ) -> None:
        self._bench = bench
        self._recorder = recorder
        self._llm = llm
        self._writing = writing
        self._inputs = subject.asked_types()
        self._drawn = drawn_for(bench.registry, bench.sandbox, self._inputs) if writing.scenes else None
        unfaithful = with_drawn(bench.unfaithful, self._drawn)
        library = Library(bench.registry, bench.examples, bench.retriever, bench.grammar, unfaithful, bench.notice)
        self._expects = context.expects
        self._writer = Writer(library, self._inputs, recorder, llm, writing, context)
        self._runner = bench.runner(recorder, subject)
        self._notices: list[str] = []

    def answer(self, question: str) -> Ended:
        """The end of one question. Raises LLMError when no program could be had."""
        question = without_remarks(question)
        ended = self._answer(question)
        if self._writing.guess and ended.may_be_guessed:
            ended = self._guess(question, ended) or ended
        return replace(ended, wasted=self._runner.wasted)

    def _guess(self, question: str, ended: Ended) -> Ended | None:
        """What is written in the picture, or what the language model makes of notes on it.

        None if a guess would be worthless.
        """
        expected = self._expects(question)
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
        return Ended(replace(ran.outcome, answer=answer), ran.execution, notices, guessed=guessed)

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

    def _answer(self, question: str) -> Ended:
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
            poll = self._run(written, before, self._expects(question))
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
        return Ended(end.outcome, end.ran.execution if end.ran else None, tuple(self._notices))

    def _run(self, written: Written, before: Failed | None, expected: Expected) -> Poll:
        """Run the programs of one attempt. before: the last failed program that called tools, if any."""

        def run(candidate: Candidate) -> Ran:
            ran = self._runner.run(candidate.checked, candidate.check)
            ran = settled(ran, candidate.checked.program.question, expected)
            if before and ran.outcome.kind == "ok" and not is_honest(ran, candidate.source, before):
                ran = evasive(ran, candidate.source, before)
            outcome = told_apart(ran.outcome, ran.made, candidate.source)
            if outcome is not ran.outcome:
                ran = replace(ran, outcome=outcome, answer=None)
            if ran.outcome.kind != "ok" or len(written.candidates) > 1:
                self._runner.tell(ran)
            return ran

        poll = hold(written.candidates, run, self._weigh(written.candidates))
        if poll.voters and before and before.found_nothing:
            self._notices.append(f"An earlier program found nothing: {before.outcome.message}")
        return poll

    def _weigh(self, candidates: Sequence[Candidate]) -> Weigh:
        """The votes of each program, less where others do something else on drawn scenes."""
        if self._drawn is None or len(candidates) < 2:
            return self._bench.weigh
        question = candidates[0].checked.program.question
        own = [(candidate.source, self._bench.weigh(candidate)) for candidate in candidates]
        votes = dict(zip([one.check for one in candidates], self._drawn.weights(own, question), strict=True))
        return lambda candidate: votes[candidate.check]

    def _elect(self, poll: Poll, question: str) -> Ended:
        """The answer with the most votes."""
        tied = poll.tied
        won, tie = break_tie(tied) if tied else (poll.parties[0], "")
        chosen = won.voters[0].ran
        drawn = sum(len(voter.candidate.samples) for voter in poll.voters)
        if drawn > 1 or poll.failed or poll.unrun:
            parties = [won, *(party for party in poll.parties if party != won)]
            ballots = tuple(map(ballot, parties))
            self._recorder.add(Vote(ballots=ballots, execution=chosen.execution, unrun=poll.unrun, tie=tie))
        expected = self._expects(question)
        counted = self._count_all(question, won.voters[0])
        if counted is not None:
            return counted
        notices = tuple(self._notices)
        ended = Ended(chosen.outcome, chosen.execution, notices, steps=chosen.steps, written=True)
        if why := nothing_counted(question, chosen.outcome.answer, ended.confidence):
            return replace(ended, outcome=found_nothing(chosen.outcome, why))
        doubt = self._runner.fragile(chosen, self._bench.registry, lambda answer: settle(answer, expected))
        return replace(ended, fragile=doubt)

    def _count_all(self, question: str, voter: Voter) -> Ended | None:
        """All of what is counted, where none met the question's condition and that there are none is not asked."""
        presumed = count_of_all(question, voter.ran.outcome.answer, voter.candidate.source)
        checked = presumed and check(Program(presumed[0], question), self._bench.registry, self._inputs)
        if not presumed or not isinstance(checked, Checked):
            return None
        parent = self._recorder.add(Check(source=presumed[0])).id
        ran = self._runner.run(checked, parent)
        if ran.outcome.kind != "ok" or not ran.outcome.answer:
            return None
        told = (COUNTED_ALL_RIGHT, presumed[1])
        return Ended(ran.outcome, ran.execution, tuple(self._notices), steps=ran.steps, guessed=told)


def _require_question(question: str) -> str:
    plain = in_utf8(question).strip()
    if not plain:
        raise InputError("The question is empty.", hint="Ask something about the image.")
    if not asks_something(plain):
        raise InputError(f"The question {plain!r:.40} has no word.", hint="Ask something about the image.")
    if len(plain) > MAX_QUESTION:
        raise InputError(f"The question has {len(plain):,} characters; the limit is {MAX_QUESTION:,}.")
    return plain
