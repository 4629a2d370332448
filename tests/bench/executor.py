"""What the executor gains and costs, with simulated models of stated latency and with the pocket's classifier.

    python tests/bench/executor.py [PART ...]       three minutes; `pocket` needs the weights

Both sides of a ratio are measured in turns, in one run; medians (least to most). A simulated model takes
20 + 5 (n - 1) / 31 ms for n calls: 20 ms for one, 25 ms for 32.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Barrier, Thread
from time import perf_counter, sleep
from typing import Any

from skimage import data

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.registry import Registry
from looksmith.tools.core.tool import tool
from looksmith.tools.core.values import Box, Image
from looksmith.tools.engine.executor import Call, Executor
from looksmith.tools.media.images import load_image
from looksmith.tools.runtime.spec import Spec
from looksmith.tools.see.pixels.prompted import PromptedSegmenter
from looksmith.tools.weights.store import Weights

ROUNDS = 7
PHOTO = Path(data.__file__).parent / "coffee.png"


class Simulated:
    """A model that takes its time and knows its batches."""

    backend = "simulated"

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self.batches: list[int] = []

    def seconds(self, count: int) -> float:
        """What a batch takes."""
        return self._scale * (0.020 + 0.005 * (count - 1) / 31)

    @tool(batch=32, many="look_many")
    def LOOK(self, number: int) -> int:
        """The number."""
        return self._look([number])[0]

    @tool
    def LOOK_ALONE(self, number: int) -> int:
        """The number, without batches."""
        return self._look([number])[0]

    def look_many(self, calls: Sequence[Mapping[str, Any]]) -> list[int]:
        """LOOK for each call."""
        return self._look([call["number"] for call in calls])

    def _look(self, numbers: list[int]) -> list[int]:
        self.batches.append(len(numbers))
        if self._scale:
            sleep(self.seconds(len(numbers)))
        return numbers


def executor(tools: Any) -> Executor:
    """Over these tools alone."""
    registry = Registry()
    registry.add(tools)
    return Executor(registry)


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    start = perf_counter()
    work()
    return perf_counter() - start


def shown(values: Sequence[float], digits: int = 3) -> str:
    """Median (least to most)."""
    return " ".join(
        [f"{statistics.median(values):.{digits}g}", f"({min(values):.{digits}g} to {max(values):.{digits}g})"]
    )


def at_once(served: Executor, name: str, programs: int, calls: int, thinking: float) -> float:
    """Seconds of programs that each make calls one after the other, and think before each."""
    start = Barrier(programs + 1)

    def program(number: int) -> None:
        start.wait()
        for call in range(calls):
            if thinking:
                sleep(thinking)
            assert served.call(name, (number * calls + call,), {}).value == number * calls + call

    threads = [Thread(target=program, args=(number,)) for number in range(programs)]
    for thread in threads:
        thread.start()
    start.wait()
    return timed(lambda: [thread.join() for thread in threads])


def loop() -> None:
    """32 calls that are issued together against one by one."""
    alone, together, batches = list[float](), list[float](), set[int]()
    for _ in range(ROUNDS):
        tools = Simulated()
        served = executor(tools)
        alone.append(timed(lambda s=served: [s.call("LOOK_ALONE", (n,), {}) for n in range(32)]))
        tools.batches.clear()
        together.append(timed(lambda s=served: [f.result() for f in [s.submit("LOOK", (n,), {}) for n in range(32)]]))
        batches.update(tools.batches)
    ratios = [a / b for a, b in zip(alone, together, strict=True)]
    print(
        f"| a loop's 32 calls, simulated, one by one / issued together | {shown(ratios)} x, batches {sorted(batches)} |"
    )


def many_programs() -> None:
    """64 programs of 20 calls, each 2 ms after the last, with batches and without."""
    ratios, shares, sizes = list[float](), list[float](), list[float]()
    for _ in range(3):
        tools = Simulated()
        served = executor(tools)
        alone = at_once(served, "LOOK_ALONE", 64, 5, 0.002) * 4
        tools.batches.clear()
        together = at_once(served, "LOOK", 64, 20, 0.002)
        sizes.append(statistics.mean(tools.batches))
        ratios.append(alone / together)
        shares.append(64 * 20 / 32 * tools.seconds(32) / together)
    print(f"| 64 programs in flight, 20 calls each, without batches / with | {shown(ratios)} x |")
    print(f"| the same: the model alone at full batches of 32 / wall time | {shown([100 * s for s in shares])} % |")
    print(f"| the same: mean batch | {shown(sizes)} |")


def own_cost() -> None:
    """What a call costs when the tool costs nothing."""
    single = [1e3 * timed(lambda s=s: [s.call("LOOK", (n,), {}) for n in range(1000)]) / 1000 for s in _free()]
    print(f"| own cost of a call, one program | {shown(single)} ms |")
    queued: list[float] = []
    for served in _free():
        queued.append(1e3 * timed(lambda s=served: _issue(s)) / 1000)
    print(f"| own cost of a call, 1,000 issued at once by as many programs | {shown(queued)} ms |")
    threads = [1e3 * at_once(s, "LOOK", 1000, 10, 0.0) / 10_000 for s in list(_free())[:3]]
    print(f"| own cost of a call, 1,000 threads that wait for 10 each | {shown(threads)} ms |")


def _issue(served: Executor) -> None:
    futures = [served.submit("LOOK", (number,), {}, None, number) for number in range(1000)]
    assert [future.result().value for future in futures] == list(range(1000))


def _free() -> list[Executor]:
    return [executor(Simulated(0.0)) for _ in range(ROUNDS)]


def segments() -> None:
    """100 prompts on one image, SAM's architecture with few and narrow layers."""
    import segment_anything
    import tiny_segmenters

    from looksmith.tools.models.pixels.sam import Sam

    library: Any = segment_anything
    library.sam_model_registry["vit_b"] = lambda checkpoint=None: tiny_segmenters.build_sam()
    with tempfile.TemporaryDirectory() as folder:
        path = tiny_segmenters.sam(Path(folder) / "sam.pth")
        model: Any = Sam(Spec(Weights(Path(folder)), path))
        model.load()
        passes: list[int] = []
        model._slot.get().image_encoder.register_forward_hook(lambda *_: passes.append(1))
        served, image = executor(PromptedSegmenter(model)), load_image(PHOTO)
        places = [Box(x, y, x + 50, y + 40) for x in range(0, 500, 50) for y in range(0, 300, 30)]
        calls = [f.result() for f in [served.submit("SEGMENT", (image, place), {}) for place in places]]
    assert len(calls) == 100
    print(f"| 100 SEGMENT prompts on one image, issued together | {len(passes)} pass of the encoder |")


def pocket() -> None:
    """32 boxes of a photo through the pocket's CLASSIFY, and the same in a process that has read no texts yet."""
    registry = Settings(find_home(), device="cpu").registry()
    image, labels = load_image(PHOTO), ["cup", "dog", "table"]
    parts: list[Image] = [image.crop(Box(x, y, x + 120, y + 120)) for x in range(0, 480, 60) for y in range(0, 280, 70)]
    served, tools = Executor(registry), registry.get("CLASSIFY")
    encoder: Any = getattr(tools.function, "__self__")._encoder  # noqa: B009

    def one_by_one() -> list[Call]:
        return [served.call("CLASSIFY", (part, labels), {}) for part in parts]

    def together() -> list[Call]:
        return [future.result() for future in [served.submit("CLASSIFY", (part, labels), {}) for part in parts]]

    assert [told(call) for call in one_by_one()] == [told(call) for call in together()]  # and the models are loaded
    for name, forgets in (("texts known", False), ("no text known yet", True)):
        ratios, batches = list[float](), set[int]()
        for _ in range(3 if forgets else ROUNDS):
            times: list[float] = []
            for way in (one_by_one, together):
                if forgets:
                    encoder._known.clear()
                start = perf_counter()
                calls = way()
                times.append(perf_counter() - start)
            ratios.append(times[0] / times[1])
            batches.update(call.batch for call in calls)
        sizes = f"batches {sorted(batches)}"
        print(f"| 32 boxes, the pocket's CLASSIFY, {name}, one by one / issued together | {shown(ratios)} x, {sizes} |")


def told(call: Call) -> Any:
    """What a program sees."""
    return call.value, str(call.error)


def main() -> None:
    """Print the table's rows."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # as the command line does
    print("| | |\n|---|---|")
    parts = {part.__name__: part for part in (loop, many_programs, own_cost, segments, pocket)}
    for name in sys.argv[1:] or parts:
        parts[name]()


if __name__ == "__main__":
    main()
