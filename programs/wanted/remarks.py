"""What people say beside a question: "I need something for my hands. Are there gloves here?" asks for gloves alone.

A small model makes conditions of such words. They are left out of what it is shown where the sentence that asks names
what it is about. The words that stay are those that were typed; `wording.asked.sentences` gives them in lower case and
spelled out.
"""

from __future__ import annotations

import re

_END_OF_SENTENCE = re.compile(r"(?:(?<=[!?])|(?<=[^.]\.))[\"')]*\s+(?=\S)")
_REFERS = re.compile(
    r"\b(?:its?|he|his|him|she|hers?|they|them|theirs?|mine|ones?|others?|another|same|neither|both|either of"
    r"|(?:all|the) (?:two|three|four|five)"
    r"|(?:which|who|how many)(?: of)? (?:is|are|was|were|do|does)"
    r"|(?:is|are|was|were) there(?=\W*$)|(?:any|some|so)(?=(?: (?:in|on|at|here|there|visible|around)\b|\W*$))"
    r"|(?:this|that|these|those)(?= (?:is|are|was|were|has|have|do|does|says?|looks?|in|on|at|of)\b|\W*$))\b",
    re.I,
)
"""Words for what another sentence names: "What is he holding?", "Which is larger?", "Is there?"."""
_NAMES = re.compile(r"\b(?:the|an?|any|some|there|here|this|that|these|those|how many \w+)\b|'s ", re.I)
"""What stands before a noun. "Which colour should I look for?" has none: the sentence before says of what."""
_GREETING = r"(?:(?:sorry|oh|ah|wow|hey|hi|hello|well|so|and|but|because|since|as|dear|please)\b[,!]? )*"
_OF_ONESELF = re.compile(
    rf"{_GREETING}(?:i|i'?m|i'?ve|i'?d|i'?ll|we|we'?re|we'?ve|my|our)\b(?! (?:mean|think|guess|believe|bet)\b)", re.I
)
"""Of whoever asks: "I'm blind.", "My feet hurt."; what somebody thinks or means may belong to the question."""
_EXCLAIMS = re.compile(r"(?!.*\b(?:look|see|the one|not|only|except|without)\b)[^?]*!$", re.I)
_OPINION = re.compile(r"(?:he|she|it|they|this|that) (?:(?:just|really|all) )?(?:looks?|seems?|must|might|may)\b", re.I)


_TAG = re.compile(r"(?<!\bleft), right(?=\s*\?\W*$)", re.I)
_ASKS = re.compile(
    r"\W*(?:is|are|was|were|do|does|did|has|have|can|could|which|what|who|whose|where|how|on|in|at|to)\b", re.I
)


def without_remarks(question: str) -> str:
    """The question without sentences about whoever asks, without exclamations, and without the tag ", right?".

    Before the sentence that asks, remarks stay where it refers to what another one names ("My brother is on the left.
    Is he smiling?"). The tag is left out because a small model takes it for a side: "He is on the horse, right?".
    """
    parts = [part for part in _END_OF_SENTENCE.split(question.strip()) if re.search(r"\w", part)]
    asking = [place for place, part in enumerate(parts) if part.rstrip(" \"')").endswith("?")]
    if not asking and parts and all(map(_is_remark, parts[:-1])):
        asking = [len(parts) - 1]
    if not asking:
        return question
    first, last = asking[0], asking[-1]
    before = parts[:first]
    if _NAMES.search(parts[first]) and not _REFERS.search(parts[first]):
        before = [part for part in before if not _is_remark(part)]
    asked = parts[last]
    behind = [part for part in parts[last + 1 :] if not (_is_remark(part) or _OPINION.match(part))]
    kept = [*before, *parts[first:last], _TAG.sub("", asked) if not _ASKS.match(asked) else asked, *behind]
    return question if kept == parts else " ".join(kept)


def _is_remark(sentence: str) -> bool:
    return bool(_OF_ONESELF.match(sentence) or _EXCLAIMS.match(sentence))
