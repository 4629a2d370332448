"""TallyQA (Acharya et al., AAAI 2019): `test.json` or `train.json`, with images of Visual Genome and COCO below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import sqrt

from ....tools.core.errors import InputError
from ..data_set import DataSet, Graded
from ..folder import Given
from ..records import Record, json_list, record_of
from ..scorers import Scoring, as_number


def tallyqa(given: Given) -> tuple[DataSet, Iterator[Record]]:
    """How-many questions: simple ones ask for a kind of thing, complex ones for more ("how many dogs are sleeping")."""
    path = given.pick(given.splits("*.json", ".json"), "test")
    truth: dict[str, float] = {}

    def records() -> Iterator[Record]:
        for number, row in enumerate(json_list(path), start=1):
            where = f"{path}, question {number}"
            match row:
                case {"image": str(image), "question": str(question), "answer": int(answer), **more}:
                    id = str(more.get("question_id", number))
                    truth[id] = answer
                    simple = more.get("issimple")
                    facets = {} if simple is None else {"difficulty": "simple" if simple else "complex"}
                    picture = given.pictures.at(where, image, "images")
                    yield record_of(where, id, picture, question, answer, Scoring("number"), facets=facets)
                case _:
                    raise InputError(f"{where}: there is no image, question or answer (a number).")

    def figures(rows: Iterable[Graded]) -> Mapping[str, float]:
        """The root mean square error of answers; an answer that is no number counts as 0."""
        squares = [((as_number(row.answer) or 0) - truth[row.id]) ** 2 for row in rows if row.id in truth]
        return {"RMSE": sqrt(sum(squares) / len(squares))} if squares else {}

    return DataSet("tallyqa", path.stem, (), figures=figures), records()
