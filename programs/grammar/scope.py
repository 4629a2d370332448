"""What the variables may hold that a program has set so far.

A context-free grammar cannot know which names are set. It can know whether any is, and whether all are single values:
the rules of expressions exist once for each of these scopes, and each statement leads from one scope to the next. So
the first line uses no variable, no loop goes over a single box, and no box stands where an image is wanted.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Scope: TypeAlias = Literal["none", "things", "any"]
"""Which variables there are: none yet; single values alone (boxes, numbers, strings, truth values); or values of any
kind, such as lists and images."""
