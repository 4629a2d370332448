"""Words by which the parts of an English question are told apart: auxiliaries, question words, prepositions."""

from __future__ import annotations

from ....tools.words.english import word_set

AUXILIARY = (
    "is|isn't|are|aren't|was|were|do|does|doesn't|don't|did|has|hasn't|have|haven't|can|could|will|would|should|am"
)
WH = "what|which|who|whose|whom|where|when|why|how"
NUMBER = r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|\d+"
COMPARED = (
    "bigger|smaller|taller|shorter|larger|longer|wider|thinner|thicker|closer|nearer|higher|lower|older|younger|darker"
    "|lighter|brighter|heavier|faster|slower|fuller|emptier|cleaner|dirtier"
)
PREPOSITIONS = (
    *(
        "in",
        "on",
        "at",
        "to",
        "from",
        "with",
        "by",
        "under",
        "underneath",
        "beneath",
        "above",
        "below",
        "over",
        "behind",
    ),
    *("inside", "outside", "before", "towards", "toward", "away", "next", "beside", "near", "ahead", "out", "against"),
)
PLACING = ("on", "at", "in", "by", "near", "beside", "with", "behind", "under", "above", "below")
DEGREES = word_set("half very fully completely partly almost nearly wide upside inside light dark")
LAMPS = word_set(
    "the a this that its his her my our traffic street brake porch ceiling night signal warning front rear tail"
)
"""Words before "light" where it is a lamp."""
PARTICLES = ("up", "down", "out", "off", "away", "apart", "in", "on")
ADJECTIVES = word_set(
    "plastic wooden long short wet dry big small large old young new used real fake plain striped dotted checked "
    "open closed full empty light dark front back upper lower top bottom left right male female high low straight "
    "curly round square hot cold thick thin wide narrow first second white black red blue green yellow brown gray "
    "grey orange pink purple color colour even odd modern single double summer winter day night"
)
"""Words that share the noun behind the last alternative: "long or short hair"."""
IT = "it|he|she|they|this|that|these|those"
NO_QUALITY = word_set("a an the this that these those it is are was were has have had with of")
"""Words before a noun that say nothing of what it is like."""
INDEFINITE, DEFINITE = ("a", "an"), ("the", "its", "his", "her", "their")
DETERMINERS = (*INDEFINITE, *DEFINITE)
