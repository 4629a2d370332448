"""On a real Ray cluster of two nodes, tools say what they say in this process, whatever happens to replicas."""

from __future__ import annotations

import platform
import sys
import sysconfig
import venv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import on_ray
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from looksmith.tools.core.call import Call
from looksmith.tools.core.errors import InputError, NoDetection, PrerequisiteError, ToolError
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.engine.results import Results
from looksmith.tools.profiles.deployment import Deployment
from looksmith.tools.ray.cluster import connected
from looksmith.tools.ray.executor import RayExecutor, deployed
from looksmith.tools.runtime.cache import ResultCache

PHOTO = Image.of(Pillow.effect_noise((320, 240), 50))
PART = PHOTO.crop(Box(10, 20, 110, 80))
LOCAL = Executor(on_ray.registry())


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter of its own, which finds the packages of this one."""
    folder = tmp_path_factory.mktemp("python")
    venv.create(folder)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    (site / "parent.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return folder / "bin" / "python"


@pytest.fixture(scope="module")
def served(python: Path) -> Iterator[RayExecutor]:
    """Two deployments: a model that its four tools share, and one with two replicas, each with a quarter of the GPU."""
    own = {"env_vars": {"LOOKSMITH_TEST": "its own"}, "py_executable": str(python)}
    deployments = {"LOOK": Deployment(), "alone": Deployment(num_replicas=2, num_gpus=0.25, runtime_env=own)}
    models = {"WHERE": "alone"}
    with on_ray.two_nodes(), deployed(on_ray.registry(), on_ray.registry, deployments, models) as places:
        executor = RayExecutor(on_ray.registry(), places)
        yield executor
        executor.close()


def told(done: Call) -> Any:
    """What a program and a trace can see of a call, but for its cost."""
    error = done.error and (type(done.error), done.error.message, done.error.hint)
    return done.tool, done.backend, done.arguments, done.value, done.scores, done.rejected, done.found, error


CALLS: dict[str, st.SearchStrategy[tuple[Any, ...]]] = {
    "LOOK": st.tuples(st.one_of(st.integers(0, 20), st.just("three"))),
    "FIND": st.tuples(
        st.sampled_from([PHOTO, PART]), st.sampled_from(["cup", "nothing", "gizmo", "wrong", "broken", ""])
    ),
    "SHRINK": st.tuples(st.sampled_from([PHOTO, PART])),
    "SHA": st.tuples(st.dictionaries(st.sampled_from("ab"), st.lists(st.sampled_from([PHOTO, PART]), max_size=2))),
    "CROP": st.tuples(st.just(PHOTO), st.sampled_from([Box(0, 0, 9, 9), Box(900, 900, 901, 901)])),
    "LOKO": st.just(()),
}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(sorted(CALLS)).flatmap(lambda name: st.tuples(st.just(name), CALLS[name]))))
def test_calls_give_what_they_give_in_this_process(served: RayExecutor, calls: list[tuple[str, Any]]) -> None:
    futures = [served.submit(name, args, {}) for name, args in calls]
    here = [LOCAL.call(name, args, {}) for name, args in calls]
    assert [told(future.result()) for future in futures] == [told(done) for done in here]


def test_calls_that_wait_are_served_together_and_one_that_fails_fails_alone(served: RayExecutor) -> None:
    futures = [served.submit("LOOK", (number,), {}, program=number % 3) for number in range(64)]
    calls = [future.result() for future in futures]
    assert [call.value for call in calls] == [None if n == 13 else 2 * n for n in range(64)]
    assert str(calls[13].error).startswith("LOOK failed: ValueError: unlucky (on_ray.py:")
    assert max(call.batch for call in calls) >= 8


def test_an_error_that_cannot_travel_is_told_as_the_nearest_that_can(served: RayExecutor) -> None:
    error = served.call("FIND", (PHOTO, "told"), {}).error
    assert (type(error), str(error)) == (NoDetection, "no told in here look elsewhere")


def test_a_picture_is_sent_once_and_its_parts_are_cut_there(served: RayExecutor) -> None:
    copies = [Image(PHOTO.pixels.copy(), PHOTO.source, 0, 0, PHOTO.original) for _ in range(6)]
    assert len({served.call("PLACE", (copy,), {}).value for copy in copies}) == 1
    assert told(served.call("SHA", ({"a": [PART, PHOTO]},), {})) == told(LOCAL.call("SHA", ({"a": [PART, PHOTO]},), {}))


def test_what_is_known_is_not_asked(served: RayExecutor) -> None:
    cache = ResultCache[Call]()
    first, second = (served.call("FIND", (PART, "cup"), {}, cache) for _ in range(2))
    assert (first.cached, second.cached, told(first)) == (False, True, told(second))
    remembering = RayExecutor(on_ray.registry(), served.places, Results())
    try:
        first, second = (remembering.call("FIND", (PART, "nothing"), {}) for _ in range(2))
    finally:
        remembering.close()
    assert (first.cached, second.cached, told(first)) == (False, True, told(second))


def test_a_deployment_has_its_own_environment_interpreter_and_share_of_a_gpu(served: RayExecutor, python: Path) -> None:
    import ray

    assert served.call("WHERE", (1,), {}).value == ["its own", "0", str(python.parent.parent)]
    assert ray.available_resources()["GPU"] == pytest.approx(0.5)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc's malloc has arenas")
def test_a_replica_keeps_as_little_memory_for_its_threads_as_our_other_processes(
    served: RayExecutor, tmp_path: Path
) -> None:
    assert served.call("ARENAS", (1, str(tmp_path / "arenas.xml")), {}).value == 2


def test_a_call_that_is_cancelled_before_its_turn_is_not_served(served: RayExecutor, tmp_path: Path) -> None:
    before = [served.submit("SLEEP", (number, 0.03), {}) for number in range(64)]
    cancelled, other = (served.submit("NOTE", (str(tmp_path / name),), {}) for name in ("cancelled", "other"))
    assert cancelled.cancel()
    assert [future.result().value for future in before] == list(range(64))
    assert other.result().value == 1
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_replica_that_dies_loses_no_call(served: RayExecutor, tmp_path: Path) -> None:
    futures = [served.submit("DIE", (number, str(tmp_path / "once")), {}) for number in range(8)]
    assert [future.result().value for future in futures] == list(range(8))
    assert (tmp_path / "once").exists()


def test_a_call_that_kills_its_replica_each_time_fails_alone(served: RayExecutor, tmp_path: Path) -> None:
    (tmp_path / "once").touch()
    deadly, other = (served.submit("DIE", (number, str(tmp_path / "once")), {}) for number in (-1, 5))
    assert other.result().value == 5
    error = deadly.result().error
    assert (type(error), "the process that served it died" in str(error)) == (ToolError, True)


def test_what_is_served_beside_a_call_that_kills_its_replica_is_answered(served: RayExecutor, tmp_path: Path) -> None:
    (tmp_path / "once").touch()
    with ThreadPoolExecutor(4) as pool:  # each waits for its answer, and so each is a request of its own
        found = list(pool.map(lambda n: served.call("DIE", (n, str(tmp_path / "once")), {}), (1, -1, 2, 3)))
    assert [call.value for call in found] == [1, None, 2, 3]


def test_what_has_effects_is_not_asked_again(served: RayExecutor, tmp_path: Path) -> None:
    error = served.call("ACT", (str(tmp_path / "acted"),), {}).error
    assert (type(error), "is not retried" in str(error)) == (ToolError, True)
    assert (tmp_path / "acted").read_text() == "x"


def test_a_replica_that_cannot_make_its_tools_says_why(served: RayExecutor) -> None:
    make, deployments = partial(on_ray.fail, InputError("No tools here.")), {"LOOK": Deployment()}
    with pytest.raises(InputError, match=r"No tools here\."), deployed(on_ray.registry(), make, deployments, {}):
        pass


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["LOKO"], "There is no model and no tool LOKO that Ray could serve. There are .*CROP"),
        (["LOOK", "FIND"], "would be served twice, by LOOK and by FIND"),
    ],
)
def test_deployments_that_do_not_fit_are_told(names: list[str], said: str) -> None:
    deployments = dict.fromkeys(names, Deployment())
    with pytest.raises(InputError, match=said), deployed(on_ray.registry(), on_ray.registry, deployments, {}):
        pass


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(PrerequisiteError, match=r"pip install 'looksmith\[ray\]'"), connected():
        pass
