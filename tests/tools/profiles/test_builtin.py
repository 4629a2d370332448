"""The built-in tools come in by the plug-in door, and say why where they cannot."""

import importlib.util

import pytest

from looksmith.tools.core.registry import Registry
from looksmith.tools.core.values import Image
from looksmith.tools.engine.executor import Executor
from looksmith.tools.profiles import builtin_tools
from looksmith.tools.profiles.backends import FIND
from looksmith.tools.profiles.plugins import Register, load_installed
from looksmith.tools.weights.store import Weights


@pytest.fixture
def register(tmp_path):
    return Register(Registry(), Weights(tmp_path, offline=True), "cpu")


def test_the_installed_entry_point_offers_every_tool_of_the_issue(register):
    load_installed(register)
    names = [tool.name for tool in register.registry]
    assert names[:4] == ["LOC", "DETECT", "EXISTS", "COUNT"]
    crops = {"CROP", "CROP_LEFT_OF", "CROP_RIGHT_OF", "CROP_ABOVE", "CROP_BELOW"}
    rest = {
        "THINGS",
        "PARTNER",
        "VERIFY",
        "NAME",
        "CLASSIFY",
        "COLOR",
        "READ",
        "SEGMENT",
        "AREA",
        "OVERLAP",
        "DISTANCE",
        "LEFT_OF",
        "ABOVE",
        "NEAREST",
    }
    assert crops | rest <= set(names)
    assert register.registry.missing == {}


def test_summaries_are_short_enough_for_a_small_llm(register):
    builtin_tools.register_tools(register)
    for tool in register.registry:
        assert len(tool.summary.split()) <= 12, tool.summary


@pytest.mark.parametrize(
    ("package", "gone"),
    [
        ("torch", {*FIND, "GLANCE", "LOOK_AT", "PHOTOS_LIKE", "CLASSIFY", "NAME", "CAPTION", "FACES"}),
        ("tokenizers", {"PHOTOS_LIKE", "CLASSIFY", "NAME", "CAPTION"}),
        ("cv2", {"COLOR", "BRIGHTNESS", "SEGMENT"}),
        ("rapidocr", {"READ"}),
    ],
)
def test_a_missing_package_takes_its_tools_and_no_others(register, monkeypatch, package, gone):
    find = importlib.util.find_spec
    monkeypatch.setattr(builtin_tools, "find_spec", lambda name: None if name == package else find(name))
    builtin_tools.register_tools(register)
    missing = register.registry.missing
    assert set(missing) == gone
    assert gone.isdisjoint(tool.name for tool in register.registry)
    assert all(package in why and "looksmith[pocket]" in why for why in missing.values())


def test_weights_that_were_not_pulled_fail_the_call_and_say_what_to_run(register, photo):
    builtin_tools.register_tools(register)
    image: Image = photo("chelsea")
    calls = {"EXISTS": (image, "cat"), "CLASSIFY": (image, ["cat", "dog"]), "READ": (image,)}
    for name, args in calls.items():
        call = Executor(register.registry).call(name, args, {})
        assert call.value is None and "looksmith models pull" in str(call.error)
