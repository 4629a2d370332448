"""What the variables set so far may hold.

A context-free grammar cannot know which names are set, but it can know whether any is, and whether all of them are
single values. The rules of expressions exist once for each of these scopes, and each statement leads from one scope to
the next. So the first line uses no variable, no loop iterates over a single box, and no box is passed as an image.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

Scope: TypeAlias = Literal["none", "things", "any"]
"""Which variables there are: none yet; single values alone (boxes, numbers, strings, truth values); or values of any
kind, such as lists and images."""
