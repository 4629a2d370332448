"""Profiles: which model serves which tool. Mistakes are named with the nearest thing that exists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from looksmith.agent.setup.settings import Settings
from looksmith.tools.core.errors import InputError, WeightsError
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.profiles.builtin_tools import check_profile
from looksmith.tools.profiles.profile import load_profile

SMALL = '[models.mine]\nbackend = "owl"\nweights = "./owl"\n[tools]\nLOC = "mine"\nCOUNT = "mine"\n'


def written(folder: Path, text: str, name: str = "mine") -> str:
    path = folder / f"{name}.toml"
    path.write_text(text)
    return str(path)


def test_the_profiles_that_come_along_are_right() -> None:
    for name in ("pocket", "hub", "one"):
        assert check_profile(load_profile(name)).name == name
    hub, pocket = load_profile("hub"), load_profile("pocket")
    assert set(pocket.tools) < set(hub.tools)
    assert hub.llm.weights == "qwen2.5-coder-7b-instruct"


def test_a_model_that_is_the_writer_has_its_server_and_says_that_it_sees(tmp_path: Path) -> None:
    one = load_profile("one")
    assert one.writer_sees and not load_profile("hub").writer_sees
    served = one.written_by("http://far/v1", "a").seen_by("http://far/v1", "a")
    assert {key: served.models["seer"].options[key] for key in ("base_url", "model")} == {
        "base_url": "http://far/v1",
        "model": "a",
    }
    assert (served.llm.base_url, served.llm.model, served.writer_sees) == ("http://far/v1", "a", True)
    assert load_profile("hub").seen_by("http://far/v1", "a") == load_profile("hub")


def test_one_that_extends_another_changes_what_it_names(tmp_path: Path) -> None:
    path = written(tmp_path, f'extends = "pocket"\nmemory_gb = 4\n{SMALL}')
    profile = load_profile(path)
    assert (profile.tools["LOC"], profile.tools["DETECT"], profile.tools["READ"]) == ("mine", "nanodet", "ocr")
    assert (profile.memory_gb, profile.folder) == (4.0, tmp_path)


def test_a_folder_of_profiles_comes_before_those_that_come_along(tmp_path: Path) -> None:
    written(tmp_path, SMALL, "pocket")
    assert set(load_profile("pocket", [tmp_path]).tools) == {"LOC", "COUNT"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('memmory_gb = 3\nextends = "pocket"', "Unknown key memmory_gb. Did you mean memory_gb"),
        ('extends = "pockett"', "no profile pockett. Did you mean pocket"),
        (SMALL.replace('"owl"\n', '"owll"\n', 1), "has an unknown backend owll. Did you mean owl"),
        (SMALL.replace("[tools]", "treshold = 0.2\n[tools]"), "Unknown key treshold. Did you mean threshold"),
        (
            SMALL.replace("[tools]", "threshold = 2\n[tools]"),
            "should be less than or equal to 1, got 2",
        ),
        (SMALL + 'READ = "mine"', "owl cannot serve READ. rapidocr can"),
        (SMALL + 'LOCC = "mine"', "owl cannot serve LOCC. Did you mean LOC"),
        (SMALL + 'DETECT = "mien"', "DETECT refers to an unknown model mien. Did you mean mine"),
        ('[llm]\nwieghts = "x"\n' + SMALL, "Unknown key llm.wieghts. Did you mean weights"),
        ("[models", "cannot be read"),
        (SMALL.replace("[tools]", 'precision = "float64"\n[tools]'), "precision"),
    ],
)
def test_mistakes_are_told_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_profile(load_profile(written(tmp_path, text)))
    assert said in str(caught.value)


def test_profiles_that_extend_each_other_end(tmp_path: Path) -> None:
    written(tmp_path, 'extends = "b"', "a")
    written(tmp_path, 'extends = "a"', "b")
    with pytest.raises(InputError, match="extends itself, or too many others"):
        load_profile("a", [tmp_path])


def registry(tmp_path: Path, text: str, **options: Any) -> Any:
    return Settings(tmp_path, profile=written(tmp_path, text), **options).registry()


def test_tools_of_one_model_share_it(tmp_path: Path) -> None:
    tools = registry(tmp_path, SMALL)
    assert tools.get("LOC").load == tools.get("COUNT").load
    assert {tools.get(name).backend for name in ("LOC", "COUNT")} == {"owl"}
    assert "DETECT" not in tools and "CROP" in tools and "LEFT_OF" in tools


def test_tools_say_which_devices_and_servers_they_keep_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("looksmith.tools.profiles.builtin_tools.device_problem", lambda _device: "")
    text = """
    device = "cpu"
    [models.owl]
    backend = "owl"
    weights = "./owl"
    device = "cuda:1"
    [models.sam]
    backend = "sam2"
    weights = "./sam"
    device = "cuda"
    [models.vlm]
    backend = "served-vlm"
    base_url = "http://far/v1"
    parallel = 4
    [tools]
    LOC = "owl"
    COUNT = "owl"
    SEGMENT = "sam"
    VQA = "vlm"
    """
    registry = Settings(tmp_path, profile=written(tmp_path, text)).registry()
    assert {name: (registry.get(name).occupies, registry.get(name).concurrency) for name in ("LOC", "VQA", "CROP")} == {
        "LOC": (("cuda:1", "http://far/v1"), 1),  # it asks the server what it cannot see itself
        "VQA": (("http://far/v1",), 4),
        "CROP": ((), 1),
    }
    assert registry.get("SEGMENT").occupies == ("cuda:0", "cuda:1", "http://far/v1")  # it finds things by name


def test_a_device_that_is_asked_for_goes_before_the_profiles(tmp_path: Path) -> None:
    path = written(tmp_path, 'device = "cuda:1"\n' + SMALL.replace("[tools]", 'device = "cuda:0"\n[tools]'))
    own = Settings(tmp_path, profile=path).load_profile()
    assert (own.device, own.models["mine"].device) == ("cuda:1", "cuda:0")
    asked = Settings(tmp_path, profile=path, device="cpu").load_profile()
    assert (asked.device, asked.models["mine"].device) == ("cpu", "")


def test_weights_that_were_not_pulled_are_told_at_the_call_and_hidden_from_the_llm(tmp_path: Path, photo) -> None:
    text = SMALL.replace("./owl", "owlv2-base-patch16")
    settings = Settings(tmp_path, profile=written(tmp_path, text))
    call = Executor(settings.registry()).call("LOC", (photo("coffee"), "cup"), {})
    assert isinstance(call.error, WeightsError) and "looksmith models pull owlv2-base-patch16" in str(call.error)
    ready = settings.registry(ready=True)
    assert "LOC" not in ready and "models pull owlv2-base-patch16" in ready.missing["LOC"]


def test_a_missing_folder_is_told_at_the_call(tmp_path: Path, photo) -> None:
    image: Image = photo("coffee")
    call = Executor(registry(tmp_path, SMALL)).call("LOC", (image, "cup"), {})
    assert isinstance(call.error, WeightsError) and str(tmp_path / "owl") in str(call.error)
