"""The small words of English noun phrases: articles, numbers, joiners, directions and ranks."""

from __future__ import annotations

from ..words.english import word_set
from .condition_values import Order

DETERMINERS = word_set(
    "a an the some any this that these those his her their its my your our each every all both such several "
    "many few it them him they he she none"
)
SEVERAL = word_set("these those all both several many few")
AMOUNTS = word_set(
    "lot lots couple pair pairs number all some any none most each many several few one ones "
    "piece pieces item items kind kinds type types sort sorts"
)
"""Words before "of" that leave the noun as it is: a piece of fruit is a fruit. A slice, group or bunch is not."""
ONE_OF = word_set("one each piece item kind type sort")
"""Those of them that speak of one thing."""
NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
}
SILENT = word_set(
    "is are was were be been being am do does did that which who whom whose it they he she there here to than "
    "as you we i us see seen can could visible shown depicted pictured present very really quite completely "
    "fully partly partially mostly mainly just only also currently too somewhere anywhere directly exactly immediately "
    "already clearly properly nice nicely 's got"
)
"""Words that say nothing by themselves about a thing in a picture."""
JOINERS = frozenset((",", "and", "or", "nor", "but", "plus", "&", "neither", "either", "while"))
NEGATIONS = frozenset(("not", "without", "never", "no"))
PRONOUNS = {
    **dict.fromkeys(["anybody", "anyone", "somebody", "someone", "everybody", "everyone", "nobody"], "person"),
    **dict.fromkeys(
        ["one", "something", "anything", "everything", "nothing", "thing", "object", "item", "stuff"], "thing"
    ),
}
PERSONS = {"he": "man", "him": "man", "she": "woman", "her": "woman", "they": "person", "them": "person"}
"""Words that alone stand for somebody: "Who is taller, him or her?"."""
PREPOSITIONS = word_set("from for about like during with")
"""Those that name no relation by themselves."""
DIRECTIONS = {
    **{word: word for word in ["left", "right", "top", "bottom", "middle"]},
    **{"upper": "top", "lower": "bottom", "center": "middle", "centre": "middle", "central": "middle"},
}
ORDERS = {
    **dict.fromkeys(("leftmost", "left-most"), Order("left", 0)),
    **dict.fromkeys(("rightmost", "right-most"), Order("right", 0)),
    **dict.fromkeys(("topmost", "uppermost", "highest", "top-most"), Order("top", 0)),
    **dict.fromkeys(("bottommost", "lowermost", "lowest", "bottom-most"), Order("bottom", 0)),
    **dict.fromkeys(("biggest", "largest", "greatest", "bigger", "larger"), Order("size", 0)),
    **dict.fromkeys(("smallest", "littlest", "tiniest", "smaller"), Order("size", -1)),
    **dict.fromkeys(("tallest", "taller"), Order("height", 0)),
    **dict.fromkeys(("shortest", "shorter"), Order("height", -1)),
    **{"widest": Order("width", 0), "broadest": Order("width", 0), "narrowest": Order("width", -1)},
    **dict.fromkeys(("closest", "nearest", "closer", "nearer", "foremost", "frontmost"), Order("camera", 0)),
    **dict.fromkeys(
        ("farthest", "furthest", "farther", "further", "rearmost", "backmost", "hindmost"), Order("camera", -1)
    ),
}
ORDINALS = {
    **{
        word: rank
        for rank, word in enumerate(
            ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
        )
    },
    **{word: rank for rank, word in enumerate(["1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th"])},
    "last": -1,
}
