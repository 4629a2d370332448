"""Evaluations on a Ray cluster: workers on its nodes ask the questions, each exactly once.

Ray Data distributes the questions, and restarts dead workers with the same questions; the ledger tracks which of them
are done. Models with a table `[ray.NAME]` in the profile have their own replicas, shared by all workers; the others
are loaded by each worker.

The evaluation's folder, the home folder, the images and the files with tools must have the same path on all nodes
(NFS, a mounted bucket), which is checked at the start. Only the driver's node talks to the language model. Only workers
on the driver's machine use the cache of tool results, since SQLite does not support network file systems.
"""

from __future__ import annotations

import math
import pickle
import secrets
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import Any

from ...tools.core.errors import InputError, LooksmithError, PrerequisiteError
from ...tools.engine.results import Results
from ...tools.ray.cluster import LOCAL, connected, load_data, with_limits
from ...tools.ray.executor import RayExecutor, ToolDeployment, deployed
from ..ask.loop import Bench
from ..ask.writing import Writing
from ..datasets.records import Record
from ..inputs.open_images import OpenImages
from ..llm.llm import LLM, LLMError
from ..setup.settings import Settings
from ..traces.journal import lines
from ..traces.runs import Runs
from .begun import POISON
from .evaluation import Row, answered, passed
from .folder import EvalFolder, code_digest
from .ray_ledger import Ledger, Replies, SharedLLM
from .side_by_side import grouped, side_by_side

_LOOK = 0.1
"""Seconds between two polls of the results."""

_TURNS = 16
"""Questions per thread in each batch of a worker: more would balance badly, fewer leave threads idle."""


@dataclass(frozen=True)
class RayEngine:
    """Asks questions on a Ray cluster.

    llm: must be picklable. replies: the file that caches its replies.
    concurrency: parallel questions per worker.
    address: as in `ray_cluster.connected`.
    """

    settings: Settings
    folder: EvalFolder
    llm: LLM
    writing: Writing
    replies: Path
    concurrency: int
    workers: int
    address: str = LOCAL
    writes: bool = True

    def rows(self, records: Iterable[Record]) -> Generator[Row]:
        """Yield a row for each record, in order of completion; each is already stored.

        Raises LLMError if the server is gone, PrerequisiteError if Ray is missing or the disk is full, and InputError
        if a node does not see the files.
        """
        settings, profile = self.settings.absolute(), self.settings.load_profile()
        cpus = self.workers + 1 + sum(math.ceil(one.num_cpus * one.num_replicas) for one in profile.ray.values())
        named = (replace(one, image=one.image.absolute(), more=_absolute(one.more)) for one in records)
        groups = grouped(named, lambda record: record.group, self.workers * self.concurrency)
        first = next(groups, None)
        if first is None:
            return
        make = partial(settings.registry, ready=True)
        with connected(self.address, cpus) as ray:
            settings.home.mkdir(parents=True, exist_ok=True)
            image = first[0].image  # stands for all
            _require_seen(ray, [self.folder.path.absolute(), *settings.files, image])
            with deployed(make(), make, profile.ray, profile.tools) as places:
                runs, host = self.folder.runs.root.absolute(), ray.util.get_node_ip_address()
                job = WorkerJob(settings, runs, self.writing, self.llm.model, self.concurrency, places, host)
                yield from self._asked(ray, chain([first], groups), job)

    def _asked(self, ray: Any, groups: Iterable[Sequence[Record]], job: WorkerJob) -> Generator[Row]:
        strategies = import_module("ray.util.scheduling_strategies")
        here = strategies.NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        on_this_node = {"num_cpus": 0, "scheduling_strategy": here}
        ledger, replies = self._actors(ray, on_this_node)
        over: Future[str] = Future()
        over.set_result("")
        try:
            _require_none(ray.get(ledger.problem.remote()))  # from here on, it is the only writer
            written = self.folder.results.stat().st_size if self.folder.results.exists() else 0
            blocks = [ray.put(block) for block in _blocks(iter(groups), self.workers, self.concurrency)]
            run = ray.remote(max_retries=-1, **on_this_node)(_run)
            over = run.remote(blocks, self.workers, (job, ledger, replies)).future()
            yield from _new_rows(self.folder.results, written, over)
            _require_none(ray.get(ledger.problem.remote()))
        finally:
            ray.get([ledger.stop.remote(LLMError("The evaluation was stopped.")), replies.close.remote()])
            wait([over])
            ray.kill(ledger)
            ray.kill(replies)

    def _actors(self, ray: Any, options: Mapping[str, Any]) -> tuple[Any, Any]:
        """The ledger, and the actor that asks the language model."""
        always = {"max_restarts": -1, "max_task_retries": -1, **options}
        name, threads = f"looksmith-{secrets.token_hex(4)}", self.workers * self.concurrency + 4
        ledger = ray.remote(Ledger).options(name=f"{name}-ledger", **always)
        replies = ray.remote(Replies).options(name=f"{name}-replies", max_concurrency=threads, **always)
        return ledger.remote(self.folder.results.absolute()), replies.remote(self.llm, self.replies.absolute())


@dataclass(frozen=True)
class WorkerJob:
    """What a worker has to know. runs: their folder; model: the language model's name; host: the driver's address."""

    settings: Settings
    runs: Path
    writing: Writing
    model: str
    concurrency: int
    places: Mapping[str, ToolDeployment]
    host: str


class RayWorker:
    """Asks the questions that it receives from Ray Data, with its own bench."""

    def __init__(self, job: WorkerJob, ledger: Any, replies: Any) -> None:
        self._ray: Any = import_module("ray")
        self._job = job
        self._ledger = ledger
        self._llm = SharedLLM(replies, job.model)
        self._images = OpenImages()
        self._bench: Bench | None = None
        with self._stopping():
            self._bench = self._made()

    def __call__(self, block: Mapping[str, Sequence[bytes]]) -> dict[str, list[str]]:
        """Ask the unfinished questions of a block. block: column `group` holds pickled lists of records."""
        groups: list[list[Record]] = [pickle.loads(one) for one in block["group"]]  # noqa: S301  (from `_blocks`)
        with self._stopping():
            for _ in side_by_side(groups, self._ask, self._job.concurrency, lambda: None):
                pass
        return {"id": [record.id for group in groups for record in group]}

    def _ask(self, record: Record) -> None:
        if self._bench is not None and (time := self._ray.get(self._ledger.asks.remote(record.id))):
            ask = partial(answered, self._bench, record, self._llm, self._images, self._job.writing)
            row = passed(record) if time > POISON else ask()
            self._ray.get(self._ledger.tell.remote(row.model_dump_json()))

    def _made(self) -> Bench:
        job = self._job
        bench = replace(job.settings.bench(), runs=Runs(job.runs))
        results = job.settings.results()
        if results is not None and self._ray.util.get_node_ip_address() != job.host:
            results = Results()
        return replace(bench, executor=RayExecutor(bench.registry, job.places, results))

    @contextmanager
    def _stopping(self) -> Generator[None]:
        """Stop the whole evaluation after an error that makes it pointless to continue."""
        try:
            yield
        except Exception as error:
            told = error if isinstance(error, LooksmithError) else PrerequisiteError(_said("A worker failed", error))
            self._ray.get(self._ledger.stop.remote(told))


def _run(blocks: Sequence[Any], workers: int, arguments: tuple[Any, ...]) -> str:
    """Ask all questions; returns the error, or "". Runs on the cluster, since Ray Data does not support `ray://`."""
    data = load_data()
    data.DataContext.get_current().enable_progress_bars = False
    pool = data.ActorPoolStrategy(size=min(workers, len(blocks)), max_tasks_in_flight_per_actor=2)
    try:
        asked = data.from_arrow_refs(blocks).map_batches(
            RayWorker,
            fn_constructor_args=arguments,
            batch_size=None,
            num_cpus=1,
            compute=pool,
            runtime_env=with_limits(),
        )
        for _ in asked.iter_batches(batch_size=None):
            pass
    except Exception as error:
        return _said("Ray failed", error)
    return ""


def _blocks(groups: Iterator[Sequence[Record]], workers: int, concurrency: int) -> Iterator[Any]:
    """Tables with a few questions per thread; smaller if there would be fewer than four tables per worker."""
    arrow: Any = import_module("pyarrow")
    most, tables = _TURNS * concurrency, 4 * workers
    ahead = list(islice(groups, most * tables))
    most = max(min(most, sum(map(len, ahead)) // tables), 1)
    block, size = list[bytes](), 0
    for group in chain(ahead, groups, [()]):
        if block and (size >= most or not group):
            yield arrow.table({"group": arrow.array(block, arrow.binary())})
            block, size = [], 0
        block.append(pickle.dumps(list(group)))
        size += len(group)


def _new_rows(results: Path, start: int, over: Future[str]) -> Generator[Row]:
    """The rows written after a byte offset, until the evaluation is over. over: the error, once finished.

    Raises PrerequisiteError if there was an error.
    """
    ended = False
    while not ended:
        ended = bool(wait([over], _LOOK).done)
        found = list(lines(results, start))
        yield from (Row.model_validate(line) for _, line in found)
        if found:
            start = _end_of(results, found[-1][0])
    try:
        problem = over.result()
    except Exception as error:
        problem = _said("Ray failed", error)
    if problem:
        raise PrerequisiteError(problem)


def _end_of(path: Path, start: int) -> int:
    """The end of the line that starts at an offset."""
    with path.open("rb") as file:
        file.seek(start)
        return start + len(file.readline())


def _require_none(problem: LooksmithError | None) -> None:
    if problem is not None:
        raise problem


def _require_seen(ray: Any, paths: Sequence[Path]) -> None:
    """Raise InputError if a node does not see the files, or has another version of looksmith."""
    strategies = import_module("ray.util.scheduling_strategies")
    mark = paths[0] / f"seen-{secrets.token_hex(8)}"  # an empty folder of the same name is not the same folder
    look = ray.remote(num_cpus=0)(_look)
    nodes = [node for node in ray.nodes() if node["Alive"]]
    mark.touch()
    try:
        on = [strategies.NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in nodes]
        found = ray.get([look.options(scheduling_strategy=one).remote([mark, *paths[1:]]) for one in on])
    except ray.exceptions.RayError as error:
        raise PrerequisiteError(_said("A node of the cluster cannot run looksmith", error)) from None
    finally:
        mark.unlink()
    for node, (code, missing) in zip(nodes, found, strict=True):
        where = f"The node {node['NodeManagerAddress']}"
        if missing:
            seen = paths[0] if missing[0] == mark else missing[0]
            hint = "It must have the same path on every node: use shared storage (see --out)."
            raise InputError(f"{where} does not see {seen}.", hint=hint)
        if code != code_digest():
            raise InputError(f"{where} has another version of looksmith.", hint="Install this version there.")


def _look(paths: Sequence[Path]) -> tuple[str, list[Path]]:
    """Runs on a node: returns its code's hash, and the paths it does not see."""
    return code_digest(), [path for path in paths if not path.exists()]


def _said(what: str, error: BaseException) -> str:
    """An error of Ray in one sentence; for a remote exception, the last line is the message."""
    told = [line.strip() for line in str(error).splitlines() if line.strip(" =")] or [""]
    return f"{what}: {type(error).__name__}: {told[-1 if hasattr(error, 'cause') else 0]:.300}"


def _absolute(paths: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(path.absolute() for path in paths)
