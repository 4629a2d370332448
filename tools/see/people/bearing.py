"""Which way somebody faces, what their arms do, whether they sit: from the joints of their body.

The bounds were set on the development photos (tests/bench/people.py measures them).
"""

from __future__ import annotations

from math import hypot
from typing import Literal

from ...models.people.movenet import Body, Joint

Facing = Literal["camera", "away", "left", "right"]
Arms = Literal["raised", "crossed"]

SEEN = 0.2
"""The least score of a joint that is looked at."""
_CLEARLY_SEEN = 0.25
_TURNED = 0.5
"""How far the nose is from the middle of the ears, in distances of the ears, for a head that is turned."""
_BACK, _FRONT = -0.4, 0.35
"""How far the left shoulder is to the right of the right one, in lengths of the trunk: below, somebody is seen from
behind; above, from the front."""
_CROSSED = 0.4
"""The largest distance of the wrists along the shoulders, in widths of the shoulders."""
_LEVEL = 0.55
"""How far the knees are below the hips of somebody who sits, at most, in lengths of the trunk."""


def facing(body: Body) -> Facing | None:
    """Where a person looks, as seen in the image; None where the shoulders are not seen."""
    left, right = body["left shoulder"], body["right shoulder"]
    if min(left.score, right.score) < SEEN:
        return None
    trunk = _trunk(body)
    across = (left.x - right.x) / trunk
    if across < _BACK:
        return "away"
    turn = _turn(body, trunk)
    if across > _FRONT and abs(turn) < _TURNED:
        return "camera"
    return "left" if turn < 0 else "right"


def arms(body: Body) -> Arms | None:
    """Raised: a hand is above its shoulder. Crossed: both are before the chest, near or beyond each other."""
    if any(_is_up(body, side) for side in ("left", "right")):
        return "raised"
    left, right = body["left shoulder"], body["right shoulder"]
    wrists = (body["left wrist"], body["right wrist"])
    if min(left.score, right.score) < SEEN or max(wrist.score for wrist in wrists) < SEEN:
        return None
    top, trunk = (left.y + right.y) / 2, _trunk(body)
    before_the_chest = all(0.2 < (wrist.y - top) / trunk < 0.75 for wrist in wrists)
    width = left.x - right.x
    apart = (wrists[0].x - wrists[1].x) / width if width else 1.0
    return "crossed" if before_the_chest and apart < _CROSSED else None


def sits(body: Body) -> bool | None:
    """Are the thighs nearly level? None where shoulders, hips and knees are not all seen."""
    hips, knees = _middle(body, "hip"), _middle(body, "knee")
    if min(hips.score, knees.score, _middle(body, "shoulder").score) < _CLEARLY_SEEN:
        return None
    return knees.y - hips.y < _LEVEL * _trunk(body)


def _is_up(body: Body, side: str) -> bool:
    wrist, shoulder = body[f"{side} wrist"], body[f"{side} shoulder"]
    return wrist.score >= _CLEARLY_SEEN and shoulder.score >= SEEN and wrist.y < shoulder.y


def _turn(body: Body, trunk: float) -> float:
    """How far the nose is to the right of the middle of the ears, in distances of the ears."""
    nose, left, right = body["nose"], body["left ear"], body["right ear"]
    return (nose.x - (left.x + right.x) / 2) / max(abs(left.x - right.x), 0.15 * trunk)


def _trunk(body: Body) -> float:
    """From the middle of the shoulders to the middle of the hips, in pixels."""
    x, y = ((body[f"left {name}"], body[f"right {name}"]) for name in ("shoulder", "hip"))
    return max(hypot((x[0].x + x[1].x - y[0].x - y[1].x) / 2, (x[0].y + x[1].y - y[0].y - y[1].y) / 2), 1.0)


def _middle(body: Body, name: str) -> Joint:
    """The middle of a pair of joints, or the one of them that is seen far better."""
    pair = [body[f"left {name}"], body[f"right {name}"]]
    best = max(joint.score for joint in pair)
    seen = [joint for joint in pair if joint.score >= 0.6 * best]
    return Joint(sum(j.x for j in seen) / len(seen), sum(j.y for j in seen) / len(seen), best)
