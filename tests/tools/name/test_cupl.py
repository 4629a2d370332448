"""Descriptions of labels: what is asked, what is dropped, where they are kept."""

import hashlib
import json
import os

import pytest
from pydantic import ValidationError

from looksmith.tools.core.errors import InputError, LooksmithError, ToolError
from looksmith.tools.name.cupl import QUESTIONS, RULES, TEMPLATE_VERSION, Describer, questions
from looksmith.tools.name.cupl_filter import named, problem, select, sentences
from looksmith.tools.name.descriptors import DescriptorStore

GOOD = "A papillon has large ears like the wings of a butterfly."


class Script:
    """A writer that says the same to every question; `asked` keeps what it was asked."""

    def __init__(self, *replies, model="small"):
        self.model = model
        self.replies = list(replies)
        self.asked = []

    def write(self, prompts, n, temperature, seed):
        """The same replies to each prompt."""
        self.asked.append((tuple(prompts), n, temperature, seed))
        return [list(self.replies) for _ in prompts]


def test_sentences_are_kept_once_and_the_others_dropped_with_a_reason(tmp_path):
    writer = Script(GOOD, "It was bred for French queens.", "Its long coat is white with")
    made = Describer(DescriptorStore(tmp_path), writer, samples=3, seed=5).describe("papillon", "a kind of dog")
    assert made.sentences == (GOOD,)
    reasons = [dropped.reason for dropped in made.dropped]
    assert reasons.count("duplicate") == len(QUESTIONS) - 1
    assert {"nothing visible", "cut off"} <= set(reasons)
    assert (made.label, made.domain, made.model, made.seed) == ("papillon", "a kind of dog", "small", 5)
    prompts, n, temperature, seed = writer.asked[0]
    assert (len(prompts), n, temperature, seed) == (len(QUESTIONS), 3, 0.9, 5)
    assert all("a papillon (a kind of dog)" in prompt and '"papillon"' in prompt for prompt in prompts)
    with pytest.raises(ValidationError):
        made.label = "phalene"


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        (GOOD, ""),
        ("They wear a pear-shaped bell.", ""),
        ("I'm sorry, but I cannot see a papillon.", "no description"),
        ("Sure, here is a sentence about its long ears.", "no description"),
        ("As an AI language model I have no eyes.", "no description"),
        ("Large butterfly ears.", "too short"),
        ("The ears are " + "very " * 30 + "large.", "too long"),
        ("The ears are long and the", "cut off"),
        ("Visible features of the long ears:", "cut off"),
        ("Does it have long ears?", "a question"),
        ("Papillons are loyal and friendly dogs.", "nothing visible"),
    ],
)
def test_what_can_stand_beside_a_picture(sentence, why):
    assert problem(sentence) == why


def test_replies_are_taken_apart():
    reply = '1. **Ears**: they are large. "The coat is white."\n- A long tail.\n\n* It looks like a fox'
    assert sentences(reply) == ["Ears: they are large.", "The coat is white.", "A long tail.", "It looks like a fox"]
    assert sentences(" \n ") == []


@pytest.mark.parametrize(
    ("label", "sentence", "wanted"),
    [
        ("papillon", "Papillons have large ears.", "Papillons have large ears."),
        ("Irish  setter", "An Irish setter's coat is red.", "An Irish setter's coat is red."),
        ("cat", "The category has large letters.", "cat: The category has large letters."),
        ("papillon", "It has large ears.", "papillon: It has large ears."),
        ("C++", "A big blue sign.", "C++: A big blue sign."),
    ],
)
def test_a_sentence_names_the_label_or_is_given_it(label, sentence, wanted):
    assert named(sentence, label) == wanted


def test_duplicates_are_told_by_their_words():
    kept, dropped = select(["The long ears of it.", "the long ears, of it!", "The short ears of it."], "dog")
    assert kept == ("dog: The long ears of it.", "dog: The short ears of it.")
    assert [one.reason for one in dropped] == ["duplicate"]


def test_what_was_written_is_kept(tmp_path):
    writer = Script(GOOD)
    first = Describer(DescriptorStore(tmp_path), writer).write("papillon")
    again = Describer(DescriptorStore(tmp_path), writer)
    assert again.write(" Papillon ") == first == again.describe("papillon") and len(writer.asked) == 1
    assert Describer(DescriptorStore(tmp_path)).describe("PAPILLON") == first
    assert [path.suffix for path in tmp_path.iterdir()] == [".json"]


@pytest.mark.parametrize(
    "change", [{"samples": 2}, {"temperature": 0.5}, {"seed": 1}, {"model": "large"}, {"domain": "a kind of dog"}]
)
def test_other_settings_are_another_file(tmp_path, change):
    store, settings = DescriptorStore(tmp_path), dict(change)
    model, domain = settings.pop("model", "small"), settings.pop("domain", "")
    Describer(store, Script(GOOD)).write("papillon")
    other = Script("The ears hang down in long folds.", model=model)
    made = Describer(store, other, **settings).write("papillon", domain)
    assert len(other.asked) == 1 and len(list(tmp_path.iterdir())) == 2
    assert Describer(store, Script(GOOD)).write("papillon").sentences == (GOOD,)
    assert made.sentences == ("papillon: The ears hang down in long folds.",)


def test_the_version_counts_up_when_the_questions_change():
    """Older files must not pass for answers to new questions: raise TEMPLATE_VERSION, then write the new pair here."""
    digest = hashlib.sha256("".join((*QUESTIONS, RULES)).encode()).hexdigest()[:8]
    assert (TEMPLATE_VERSION, digest) == ("1", "14fc83f0")


def test_the_latest_sentences_are_what_a_label_means(tmp_path):
    """Also when they were written with other settings, for another domain: the user ran `looksmith describe`."""
    store = DescriptorStore(tmp_path)
    first = Describer(store, Script(GOOD)).write("papillon")
    second = Describer(store, Script("The wings are orange and black."), samples=2).write("papillon", "an insect")
    for latest, earlier in ((second, first), (first, second)):
        for one, moment in ((earlier, 1000), (latest, 2000)):
            os.utime(tmp_path / f"{one.request.key}.json", (moment, moment))
        assert store.latest("papillon") == latest
    silent = Script("never asked")
    assert Describer(store, silent).describe("papillon") == first
    assert Describer(store, silent).describe("papillon", "an insect") == second
    assert silent.asked == []
    assert store.latest("papillon", "a ship") is None and store.latest("phalene") is None


def test_a_label_without_sentences_names_the_command(tmp_path):
    describer = Describer(DescriptorStore(tmp_path / "none"))
    with pytest.raises(ToolError) as caught:
        describer.describe("papillon", "a kind of dog")
    assert 'looksmith describe "papillon" --domain "a kind of dog"' in caught.value.hint


@pytest.mark.parametrize("damage", ["{", "", "[]", '{"label": "papillon"}'])
def test_a_damaged_file_is_named(tmp_path, damage):
    store = DescriptorStore(tmp_path)
    path = store.put(Describer(store, Script(GOOD)).write("papillon"))
    path.write_text(damage)
    for ask in (Describer(store).describe, Describer(store, Script(GOOD)).write):
        with pytest.raises(InputError, match=path.name) as caught:
            ask("papillon")
        assert "looksmith describe" in caught.value.hint


def test_an_interrupted_write_leaves_nothing(tmp_path, monkeypatch):
    store = DescriptorStore(tmp_path)
    made = Describer(store, Script(GOOD)).write("papillon")
    before = next(tmp_path.iterdir()).read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        store.put(made)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]
    assert json.loads(before)["sentences"] == [GOOD]


def test_nothing_usable_is_an_error_and_is_not_kept(tmp_path):
    with pytest.raises(ToolError, match="no description") as caught:
        Describer(DescriptorStore(tmp_path), Script("I am sorry.")).describe("papillon")
    assert "--samples" in caught.value.hint and not list(tmp_path.iterdir())
    with pytest.raises(ToolError, match="wrote nothing"):
        Describer(DescriptorStore(tmp_path), Script()).describe("papillon")


def test_a_writer_that_fails_ends_the_tool_call(tmp_path):
    class Gone(Script):
        def write(self, prompts, n, temperature, seed):
            raise LooksmithError("No LLM server answers.", hint="Start one.")

    describer = Describer(DescriptorStore(tmp_path), Gone())
    with pytest.raises(ToolError, match=r"could not be described: No LLM server answers\. Start one\."):
        describer.describe("papillon")
    with pytest.raises(LooksmithError) as caught:
        describer.write("papillon")
    assert not isinstance(caught.value, ToolError)


@pytest.mark.parametrize("settings", [{"samples": 0}, {"temperature": -1}, {"samples": 2, "temperature": 0}])
def test_settings_that_cannot_be(tmp_path, settings):
    with pytest.raises(InputError):
        Describer(DescriptorStore(tmp_path), Script(GOOD), **settings)
    with pytest.raises(InputError, match="empty"):
        Describer(DescriptorStore(tmp_path), Script(GOOD)).write(" ")


def test_a_label_with_braces_is_only_text():
    assert all("a {label} {0}" in question for question in questions("{label} {0}"))
