"""Asks the language model for programs: samples are parsed and checked, and duplicates are counted."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from time import perf_counter
from typing import Any, NamedTuple

from ...programs.check.check import Checked, check
from ...programs.examples.retrieval import Retriever
from ...programs.grammar.grammar import answer_rule, grammar
from ...programs.language.diagnostics import Diagnostic, first_few
from ...programs.language.language import ALBUM
from ...programs.language.program import Program, try_parse
from ...programs.mend import mend, without_additions
from ...programs.prompt import Message, Rejected, messages
from ...programs.question.expected_answer import AnswerKind
from ...programs.wanted.context import ALONE, Context
from ...tools.core.errors import WeightsError
from ...tools.core.example import Example
from ...tools.core.registry import Registry
from ..llm.llm import LLM, LLMError, Reply, Sample, Sampling, TruncatedReply
from ..traces.runs import Recorder
from ..traces.trace import Attempt, Check, Draft
from .writing import Writing

MakeGrammar = Callable[[Mapping[str, Any], AnswerKind], str]
"""Makes the grammar of valid programs, given the type of each input and the kind of answer."""

FindUnfaithful = Callable[[str, str], Sequence[Diagnostic]]
"""Finds where a program, given as text, does not match the question."""


def none_unfaithful(source: str, question: str) -> tuple[Diagnostic, ...]:
    """Accept every program as a match."""
    return ()


class Grammars:
    """A thread-safe cache of the grammars for a registry's tools."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._made: dict[str, str] = {}
        self._lock = Lock()

    def __call__(self, inputs: Mapping[str, Any], kind: AnswerKind = "any") -> str:
        """The grammar for these input types and this kind of answer."""
        key = repr((sorted(inputs.items(), key=lambda item: item[0]), answer_rule(kind)))
        with self._lock:
            if key not in self._made:
                self._made[key] = grammar(self._registry, inputs, kind)
            return self._made[key]


@dataclass(frozen=True)
class Library:
    """Everything that the writer of programs needs.

    examples: shown with every question; retriever: finds additional examples that are similar to it.
    make_grammar: makes the grammar that constrains the output; unfaithful: finds mismatches with the question.
    notice: what people should know about the examples, such as that some cannot be read.
    """

    registry: Registry
    examples: Sequence[Example]
    retriever: Retriever | None = None
    make_grammar: MakeGrammar | None = None
    unfaithful: FindUnfaithful = none_unfaithful
    notice: str = ""


@dataclass(frozen=True)
class Candidate:
    """A valid program. check: the id of its event; samples: those that wrote it; logprob: of the likeliest of them.

    findings: where it may not match the question.
    """

    checked: Checked
    check: int
    samples: tuple[int, ...] = (0,)
    logprob: float | None = None
    findings: tuple[Diagnostic, ...] = ()

    @property
    def source(self) -> str:
        """Its text."""
        return self.checked.program.source

    def with_samples(self, samples: tuple[int, ...], logprob: float | None) -> Candidate:
        """The same program, which more samples wrote. logprob: of the likeliest of them."""
        known = [one for one in (self.logprob, logprob) if one is not None]
        return replace(self, samples=(*self.samples, *samples), logprob=max(known, default=None))


@dataclass(frozen=True)
class Refusal:
    """A reply without a valid program. source: empty if it contained no program at all."""

    reply: str
    source: str
    diagnostics: tuple[Diagnostic, ...]
    samples: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Written:
    """The distinct new programs of one attempt. notice: a warning about the language model's server."""

    candidates: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]
    notice: str = ""

    @property
    def is_sure(self) -> bool:
        """Whether there is exactly one program, and it matches the question."""
        return len(self.candidates) == 1 and not self.candidates[0].findings

    def with_more(self, draw: Callable[[], Written]) -> Written:
        """Add the programs of another attempt; if that fails, keep these if there are any. Raises LLMError."""
        try:
            more = draw()
        except LLMError as error:
            if not self.candidates:
                raise
            return replace(self, notice=f"{self.notice} Could not get more samples: {error}".strip())
        counted = {one.check for one in more.candidates}
        kept = tuple(one for one in self.candidates if one.check not in counted)
        return Written((*kept, *more.candidates), (*self.refusals, *more.refusals), self.notice or more.notice)


class Writer:
    """Asks for programs that answer one question. inputs: the type of each predefined variable."""

    def __init__(
        self,
        library: Library,
        inputs: Mapping[str, Any],
        recorder: Recorder,
        llm: LLM,
        writing: Writing,
        context: Context = ALONE,
    ) -> None:
        self._library = library
        self._inputs = inputs
        self._recorder = recorder
        self._llm = llm
        self._writing = writing
        self._context = context
        self._earlier = ""
        self._near: tuple[Sequence[Example], str] | None = None
        self._seen: set[str] = set()

    def write(self, number: int, question: str, mended: Sequence[Rejected]) -> Written:
        """Ask for the configured number of samples, or only for the first if it leaves no doubt.

        number: of the attempt, from 1; mended: the programs to repair, each with its problems.
        Raises LLMError.
        """
        library, writing, inputs = self._library, self._writing, self._inputs
        self._earlier = mended[-1].source if mended else ""
        nearest, notice = self._near = self._near or self._nearest(question)
        expected, turns = self._context.expects(question), self._context.turns
        more: Any = {"nearest": nearest, "expected": expected, "turns": turns}
        talk = messages(library.registry, library.examples, question, mended, inputs, **more)
        grammar = library.make_grammar(inputs, expected.kind) if library.make_grammar and writing.grammar else ""
        ask = partial(self._round, number, question, talk, notice)
        # Log-probabilities are only requested if the program may be compared with others.
        greedy = Sampling(grammar=grammar, logprobs=writing.samples > 1)
        others = Sampling(writing.samples - 1, writing.temperature, grammar=grammar)
        if writing.samples == 1:
            return ask(greedy)
        if not writing.doubt:
            return ask(replace(others, n=writing.samples, greedy=True))
        try:
            first = ask(greedy)
        except TruncatedReply:
            return ask(others)
        return first if first.is_sure else first.with_more(lambda: ask(others, first.candidates))

    def _round(
        self,
        number: int,
        question: str,
        talk: list[Message],
        notice: str,
        sampling: Sampling,
        earlier: Sequence[Candidate] = (),
    ) -> Written:
        """Ask once. earlier: programs from previous attempts, which may be written again."""
        attempt, reply = self._ask(number, talk, sampling, notice)
        return self._read(attempt, reply, question, {normal(one.source): one for one in earlier})

    def _nearest(self, question: str) -> tuple[Sequence[Example], str]:
        """The examples most similar to the question, with a notice; or none, and why."""
        if self._library.retriever is None or not self._writing.nearest:
            return (), ""
        try:
            nearest = self._library.retriever.nearest(question, self._writing.nearest, self._inputs)
            return nearest, self._library.notice
        except WeightsError as error:
            return (), f"Asked without examples similar to the question (--nearest): {error}"

    def _ask(self, number: int, talk: list[Message], sampling: Sampling, notice: str) -> tuple[int, Reply]:
        start = perf_counter()
        event = Attempt(number=number, model="", messages=talk, temperature=sampling.temperature)
        several = f"{sampling.n} programs" if sampling.n > 1 else "a program"
        self._recorder.doing(f"attempt {number}: the language model writes {several}")
        try:
            reply = self._llm.complete(talk, sampling)
        except LLMError as error:
            told = {"error": str(error), "seconds": perf_counter() - start}
            self._recorder.add(event.model_copy(update=told))
            raise
        reply = replace(reply, notice=f"{notice} {reply.notice}".strip())
        several = [Draft(text=s.text, logprob=s.logprob, truncated=s.truncated) for s in reply.samples]
        told = {
            "model": reply.model,
            "reply": reply.text,
            "samples": several if len(several) > 1 else [],
            "grammar": reply.grammar,
            "notice": reply.notice,
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": reply.completion_tokens,
            "seconds": perf_counter() - start,
        }
        return self._recorder.add(event.model_copy(update=told)).id, reply

    def _read(self, attempt: int, reply: Reply, question: str, earlier: Mapping[str, Candidate]) -> Written:
        """Check each distinct program of a reply. earlier: programs waiting to run, which gain repeated samples."""
        candidates: list[Candidate] = []
        refusals: list[Refusal] = []
        for one in _distinct(reply, question):
            if one.key in earlier:
                candidates.append(earlier[one.key].with_samples(one.places, one.logprob))
                continue
            event = Check(parent=attempt, source=one.text, samples=one.places if len(reply.samples) > 1 else ())
            judged = self._judge(one.program, event, repeated=one.key in self._seen)
            self._seen.add(one.key)
            if isinstance(judged, Refusal):
                refusals.append(replace(judged, reply=one.text, samples=one.places))
            elif judged is not None:
                candidates.append(replace(judged, samples=one.places, logprob=one.logprob))
        return Written(tuple(candidates), tuple(refusals), reply.notice)

    def _judge(self, program: Program | Diagnostic, event: Check, *, repeated: bool) -> Candidate | Refusal | None:
        """Check a program and record the result; None for one that failed before."""
        start = perf_counter()
        self._recorder.doing("checking the program")
        source, problems, findings = "", (), ()
        checked: Checked | None = None
        if isinstance(program, Diagnostic):
            problems = (program,)
        else:
            source = program.source
            expected = self._context.expects(program.question)
            found = check(program, self._library.registry, self._inputs, expected)
            if isinstance(found, Checked):
                checked = found
                findings = self._findings(source, program.question)
            else:
                problems = found
        told = {
            "diagnostics": first_few(problems),
            "findings": first_few(findings),
            "repeated": repeated,
            "seconds": perf_counter() - start,
        }
        written = self._recorder.add(event.model_copy(update={"source": source or event.source, **told}))
        if repeated:
            return None
        if checked:
            plainer = self._plainer(checked.program, written) if findings and ALBUM in self._inputs else None
            return plainer or Candidate(checked, written.id, findings=findings)
        mended = None if isinstance(program, Diagnostic) else self._mended(program, written)
        return mended or Refusal("", source, first_few(problems))

    def _findings(self, source: str, question: str) -> tuple[Diagnostic, ...]:
        """Where the program may not mean what is asked; what earlier questions said, it may say as well."""
        found = tuple(self._library.unfaithful(source, question))
        if not found or not self._context.turns:
            return found
        all_said = " ".join((*(turn.question for turn in self._context.turns), question))
        strange = {finding.message for finding in self._library.unfaithful(source, all_said)}
        return tuple(finding for finding in found if finding.code == "lost" or finding.message in strange)

    def _mended(self, program: Program, refused: Check) -> Candidate | None:
        """Fix mistakes that have a single obvious fix, check and record the program; None if that is not possible."""

        def judge(source: str) -> tuple[Diagnostic, ...]:
            found = self._look(program, source)
            return () if isinstance(found, Checked) else found

        start = perf_counter()
        return self._instead(program, mend(program.source, program.question, judge, self._earlier), refused, start)

    def _plainer(self, program: Program, written: Check) -> Candidate | None:
        """The program without conditions that the question does not have; None if there are none.

        For albums only, where small models copy conditions from the few examples. Elsewhere, they may be the question's
        own in other words.
        """
        start = perf_counter()
        asked = program.question
        source = without_additions(program.source, asked, lambda source: len(self._findings(source, asked)))
        return self._instead(program, source, written, start)

    def _look(self, program: Program, source: str) -> Checked | tuple[Diagnostic, ...]:
        expected = self._context.expects(program.question)
        return check(replace(program, source=source), self._library.registry, self._inputs, expected)

    def _instead(self, program: Program, source: str | None, before: Check, start: float) -> Candidate | None:
        """Check and record the program that replaces another; None if there is none, or if it was written before."""
        if source is None or normal(source) in self._seen:
            return None
        checked = self._look(program, source)
        if not isinstance(checked, Checked):
            return None
        self._seen.add(normal(source))
        findings = self._findings(source, program.question)
        event = Check(parent=before.parent, source=source, samples=before.samples, findings=findings, mends=before.id)
        written = self._recorder.add(event.model_copy(update={"seconds": perf_counter() - start}))
        return Candidate(checked, written.id, findings=findings)


def normal(source: str) -> str:
    """The text of a program, normalized: without comments, with uniform spacing and quotes."""
    tree = try_parse(source)
    try:
        return ast.unparse(tree) if tree else source.strip()
    except (ValueError, RecursionError, MemoryError):
        return source.strip()


class _Distinct(NamedTuple):
    """Samples with the same program. program: it, or why there is none; text: of the first one; places: all of them."""

    key: str
    program: Program | Diagnostic
    text: str
    places: tuple[int, ...]
    logprob: float | None


def _distinct(reply: Reply, question: str) -> Iterator[_Distinct]:
    """The distinct programs of a reply, in the order of their first samples; `key` is the same for the same program."""
    programs = [_program_in(sample, question) for sample in reply.samples]
    groups: dict[str, list[int]] = {}
    for place, (sample, program) in enumerate(zip(reply.samples, programs, strict=True)):
        key = sample.text if isinstance(program, Diagnostic) else normal(program.source)
        groups.setdefault(key, []).append(place)
    for key, places in groups.items():
        samples = [reply.samples[place] for place in places]
        logprob = max((sample.logprob for sample in samples if sample.logprob is not None), default=None)
        yield _Distinct(key, programs[places[0]], samples[0].text, tuple(places), logprob)


def _program_in(sample: Sample, question: str) -> Program | Diagnostic:
    if not sample.truncated:
        return Program.from_reply(sample.text, question)
    message = "The program was truncated at the token limit."
    hint = "Write a shorter program."
    return Diagnostic(kind="parse_error", code="truncated", line=1, column=0, message=message, hint=hint)
