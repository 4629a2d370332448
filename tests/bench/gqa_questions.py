"""What can be asked about a photo in GQA's forms, from its scene graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from gqa_photo import ALIKE, SHOWN, Made, Photo, a, be, many, select, step

from looksmith.tools.scenes.graph import SceneObject

SIDES = {"to the left of": "to the right of", "to the right of": "to the left of"}
CATEGORIES = ("animal", "vehicle", "fruit", "furniture", "clothing", "food")


def attribute_questions(photo: Photo) -> Iterator[Made]:
    """Of each thing with one color or material: which, whether, either-or, and both at once."""
    for one in photo.known:
        for kind in SHOWN:
            words, other = one.kinds.get(kind, ()), photo.other(kind, one)
            if len(words) != 1 or " " in words[0] or other is None:
                continue
            (word,), n, fact = words, one.name, f"{one.id}.{kind}"
            valid = tuple(photo.world.usual[kind])
            asked = f"What color {be(n)} the {n}?" if kind == "color" else f"What {be(n)} the {n} made of?"
            said = (lambda w: w) if kind == "color" else (lambda w: f"made of {w}")
            pick, query = (select(one),), step("query", kind, 0)
            known, no = f"{fact}={word}", f"{fact}!{other}"
            told = (f"{fact}?", known, no, f"{fact}/")
            yield Made(asked, word, "query", "attr", kind, f"{fact}?", told, valid, (*pick, query))
            verify = step("verify color" if kind == "color" else "verify", word, 0)
            yield Made(
                f"{be(n).title()} the {n} {said(word)}?",
                "yes",
                "verify",
                "attr",
                f"{kind}?",
                known,
                (known,),
                program=(*pick, verify),
            )
            yield Made(
                f"{be(n).title()} the {n} {said(other)}?",
                "no",
                "verify",
                "attr",
                f"{kind}?",
                no,
                (no,),
                program=(*pick, {**verify, "argument": other}),
            )
            first, second = photo.chance.sample([word, other], 2)
            either = f"{be(n).title()} the {n} {said(first)} or {second}?"
            choose = step(f"choose {kind}", f"{first}|{second}", 0)
            yield Made(
                either,
                word,
                "choose",
                "attr",
                f"{kind} or",
                f"{fact}/",
                (f"{fact}/", known, no),
                (first, second),
                (*pick, choose),
            )
        yield from both_attributes(photo, one)


def both_attributes(photo: Photo, one: SceneObject) -> Iterator[Made]:
    """Is the cup both white and made of glass?"""
    colors, materials = one.kinds.get("color", ()), one.kinds.get("material", ())
    if len(colors) != 1 or len(materials) != 1:
        return
    wrong, n = photo.other("color", one), one.name
    for color, answer in ((colors[0], "yes"), (wrong, "no")):
        if color:
            question = f"{be(n).title()} the {n} both {color} and made of {materials[0]}?"
            program = (select(one), step("verify", color, 0), step("verify", materials[0], 0), step("and", "", 1, 2))
            fact = f"{one.id}.both.{answer}"
            yield Made(question, answer, "logical", "attr", "both", fact, (fact,), program=program)


def object_questions(photo: Photo) -> Iterator[Made]:
    """Whether things are there: one, both, or either of two."""
    for one in photo.known:
        there, lacking, other = one.name, photo.absent(), photo.absent()
        exist = (select(one), step("exist", "?", 0))
        for name, answer in ((there, "yes"), (lacking, "no")):
            asked = f"Are there any {name} in the photo?" if many(name) else f"Is there {a(name)} in the photo?"
            fact = f"there.{name}"
            program = exist if answer == "yes" else (step("select", f"{name} (-)"), exist[1])
            yield Made(asked, answer, "verify", "obj", "exist", fact, (fact,), program=program)
        second = photo.chance.choice([thing for thing in photo.known if thing.name != there] or [one]).name
        pairs = ((there, second, "yes"), (there, lacking, "no")) if second != there else ((there, lacking, "no"),)
        for first, last, answer in pairs:
            program = (step("select", first), step("exist", "?", 0), step("select", last), step("exist", "?", 2))
            fact = f"both.{first}.{last}"
            asked = f"Are there both {a(first)} and {a(last)} in the photo?"
            implies = (fact, f"there.{first}", f"there.{last}") if answer == "yes" else (fact,)
            yield Made(asked, answer, "logical", "obj", "and", fact, implies, program=(*program, step("and", "", 1, 3)))
        for first, last, answer in ((lacking, there, "yes"), (lacking, other, "no")):
            if first != last:
                program = (step("select", first), step("exist", "?", 0), step("select", last), step("exist", "?", 2))
                fact = f"either.{first}.{last}"
                asked = f"Is there {a(first)} or {a(last)} in the photo?"
                implies = (fact, f"there.{first}", f"there.{last}") if answer == "no" else (fact,)
                yield Made(
                    asked, answer, "logical", "obj", "or", fact, implies, program=(*program, step("or", "", 1, 3))
                )


def relation_questions(photo: Photo) -> Iterator[Made]:
    """Of each relation that was written down: whether, what, who, and left or right."""
    for one in photo.known:
        partners = defaultdict[str, list[SceneObject]](list)
        for relation in one.relations:
            partners[relation.name].append(photo.graph.objects[relation.object])
        for name, found in partners.items():
            for other in found:
                if other in photo.known:
                    yield from stated(photo, one, name, other, only=len(found) == 1)


def stated(photo: Photo, one: SceneObject, name: str, other: SceneObject, *, only: bool) -> Iterator[Made]:
    """A relation from one thing to another. only: it has it to nothing else."""
    subject, thing, fact = one.name, other.name, f"{one.id}.{name}.{other.id}"
    relate = (select(other), step("relate", f"{subject},{name},s ({one.id})", 0))
    yes = Made(
        f"{be(subject).title()} the {subject} {name} the {thing}?",
        "yes",
        "verify",
        "rel",
        "rel?",
        fact,
        (fact, f"there.{subject}", f"there.{thing}"),
        program=(*relate, step("exist", "?", 1)),
    )
    yield yes
    back = SIDES.get(name)
    if back:
        no = f"{one.id}.{back}.{other.id}"
        yield Made(
            f"{be(subject).title()} the {subject} {back} the {thing}?",
            "no",
            "verify",
            "rel",
            "rel?",
            no,
            (no, fact),
            program=(*relate, step("exist", "?", 1)),
        )
        side = name.split()[2]
        asked = f"{be(subject).title()} the {subject} to the left or to the right of the {thing}?"
        yield Made(
            asked,
            side,
            "choose",
            "rel",
            "side",
            f"{fact}/",
            (f"{fact}/", fact, no),
            ("left", "right"),
            (*relate, step("choose rel", "left|right", 1)),
        )
        return
    verb = name.split()[0].endswith("ing")
    names = tuple(sorted(photo.world.names))
    if verb and only:
        asked = f"What {be(subject)} the {subject} {name}?"
        yield Made(
            asked,
            thing,
            "query",
            "rel",
            "object",
            f"{fact}?",
            (f"{fact}?", fact),
            names,
            (select(one), step("relate", f"_,{name},o ({other.id})", 0), step("query", "name", 1)),
        )
        wrong = photo.absent()
        first, second = photo.chance.sample([thing, wrong], 2)
        either = f"What {be(subject)} the {subject} {name}, the {first} or the {second}?"
        yield Made(
            either,
            thing,
            "choose",
            "rel",
            "object or",
            f"{fact}/",
            (f"{fact}/", fact),
            (first, second),
            (select(one), step("choose", f"{first}|{second}", 0)),
        )
    doing = [thing for thing in photo.things if any(r.name == name and r.object == other.id for r in thing.relations)]
    # What is behind a thing or under it are many things, of which the graph states one.
    if len(doing) == 1 and (verb or name in ("on", "in")):
        who = "Who" if "person" in one.names or one.name == "person" else "What"
        yield Made(
            f"{who} is {name} the {thing}?",
            subject,
            "query",
            "rel",
            "subject",
            f"{fact}<",
            (f"{fact}<", fact),
            names,
            (*relate, step("query", "name", 1)),
        )


def category_questions(photo: Photo) -> Iterator[Made]:
    """Which animal, vehicle or fruit is there, where there is one of its kind."""
    for category in CATEGORIES:
        found = [one for one in photo.things if category in one.names]
        if len({one.name for one in found}) != 1 or found[0].name == category:
            continue
        name, fact = found[0].name, f"category.{category}"
        kinds = sorted({n for n in photo.world.names})
        program = (step("select", f"{category} ({found[0].id})"), step("query", "name", 0))
        implies = (f"{fact}?", f"there.{name}")
        asked = (
            f"What {category} is in the photo?"
            if category != "furniture"
            else "What piece of furniture is in the photo?"
        )
        yield Made(asked, name, "query", "cat", "category", f"{fact}?", implies, tuple(kinds), program)
        first, second = photo.chance.sample([name, photo.absent()], 2)
        either = f"Which kind of {category} is in the photo, {a(first)} or {a(second)}?"
        yield Made(
            either,
            name,
            "choose",
            "cat",
            "category or",
            f"{fact}/",
            (f"{fact}/",),
            (first, second),
            (program[0], step("choose name", f"{first}|{second}", 0)),
        )


def global_questions(photo: Photo, places: Sequence[str]) -> Iterator[Made]:
    """Where the photo was taken."""
    scene, program = photo.graph.scene, (step("select", "scene"), step("query", "place", 0))
    place = scene[0] if scene else ""
    if place and place not in ("indoors", "outdoors"):
        yield Made(
            "Which place is it?",
            place,
            "query",
            "global",
            "place",
            "place?",
            ("place?", "place/"),
            tuple(places),
            program,
        )
        wrong = photo.chance.choice([one for one in places if one not in scene])
        first, second = photo.chance.sample([place, wrong], 2)
        yield Made(
            f"Which place is it, {a(first)} or {a(second)}?",
            place,
            "choose",
            "global",
            "place or",
            "place/",
            ("place/",),
            (first, second),
            (program[0], step("choose place", f"{first}|{second}", 0)),
        )
    for where, other in (("indoors", "outdoors"), ("outdoors", "indoors")):
        if where in scene and other not in scene:
            told = ("in", "in/", "out")
            yield Made(
                "Is it indoors or outdoors?",
                where,
                "choose",
                "global",
                "in or out",
                "in/",
                told,
                ("indoors", "outdoors"),
                (program[0], step("choose location", "indoors|outdoors", 0)),
            )
            yield Made(
                f"Was the photo taken {where}?",
                "yes",
                "verify",
                "global",
                "in?",
                "in",
                told,
                program=(program[0], step("verify location", where, 0)),
            )
            yield Made(
                f"Was the photo taken {other}?",
                "no",
                "verify",
                "global",
                "in?",
                "out",
                told,
                program=(program[0], step("verify location", other, 0)),
            )


def compare_questions(photo: Photo) -> Iterator[Made]:
    """Do two things have the same color or material, and what do they have in common?"""
    told = [one for one in photo.known if all(len(one.kinds.get(kind, ())) == 1 for kind in ("color",))]
    photo.chance.shuffle(told)
    for one, other in zip(told[::2], told[1::2], strict=False):
        color, second = one.kinds["color"][0], other.kinds["color"][0]
        if color != second and any({color, second} <= alike for alike in ALIKE):
            continue
        same, fact = "yes" if color == second else "no", f"same.{one.id}.{other.id}"
        program = (select(one), select(other), step("same", "color", 0, 1))
        for asked, answer in (("the same color", same), ("different colors", "no" if same == "yes" else "yes")):
            question = f"Do the {one.name} and the {other.name} have {asked}?"
            yield Made(
                question,
                answer,
                "compare",
                "attr",
                "same",
                f"{fact}.{asked}",
                (f"{fact}.the same color", f"{fact}.different colors"),
                program=program,
            )
        materials = [thing.kinds.get("material", ()) for thing in (one, other)]
        if all(len(words) == 1 for words in materials) and (same == "yes") != (materials[0] == materials[1]):
            common = "color" if same == "yes" else "material"
            question = f"What do the {one.name} and the {other.name} have in common, color or material?"
            yield Made(
                question,
                common,
                "compare",
                "attr",
                "common",
                f"{fact}.common",
                (f"{fact}.common",),
                ("color", "material"),
                (*program[:2], step("common", "", 0, 1)),
            )


def every_question(photo: Photo, places: Sequence[str]) -> list[Made]:
    """Whatever can be asked. places: where photos are taken."""
    made = [*attribute_questions(photo), *object_questions(photo), *relation_questions(photo)]
    return [*made, *category_questions(photo), *global_questions(photo, places), *compare_questions(photo)]
