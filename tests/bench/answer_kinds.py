"""How often the answer that a question asks for is read from its words as people mean it.

    python tests/bench/answer_kinds.py [FILE.jsonl]

Each line of the file has `question`, `kind` and, of an either-or, `choices`. The 1,280 of answer_kinds.jsonl were
written by four helper sessions that had not seen the reader (programs/question/expected_answer.py).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from looksmith.programs.question.expected_answer import Expected, expected_answer

FILE = Path(__file__).with_name("answer_kinds.jsonl")


def plain(choice: str) -> str:
    """A choice without article and case."""
    text = choice.lower().strip(" .'\"")
    return next((text.removeprefix(word) for word in ("the ", "an ", "a ") if text.startswith(word)), text)


def misread(path: Path = FILE) -> Iterator[tuple[dict[str, object], Expected]]:
    """The lines that are read otherwise than they are meant, and how they are read."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        read = expected_answer(row["question"])
        meant = {plain(choice) for choice in row.get("choices", ())}
        if read.kind != row["kind"] or meant != {plain(choice) for choice in read.choices}:
            yield row, read


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    count = len(path.read_text(encoding="utf-8").splitlines())
    wrong = list(misread(path))
    for row, read in wrong:
        print(f"{row['kind']} {row.get('choices', '')} is read as {read.kind} {read.choices or ''}: {row['question']}")
    kinds = Counter(str(row["kind"]) for row, read in wrong if read.kind != row["kind"])
    print(f"{path.name}: {len(wrong)} of {count} misread, the kind of {sum(kinds.values())}: {dict(kinds)}")


if __name__ == "__main__":
    main()
