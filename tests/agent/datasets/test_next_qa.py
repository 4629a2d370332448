"""NExT-QA's file of multiple choice is read as it is published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from looksmith.agent.datasets.catalog import load_data
from looksmith.programs.question.of_media import expected_of_video
from looksmith.tools.core.errors import InputError

HEADER = "video,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4"
ROW = '401,900,640,480,why did the juggler bow at the end,2,7,CW,tired,"lost, again",show is over,to pick up,sneeze'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "videos" / "0010").mkdir(parents=True)
    (tmp_path / "videos" / "0010" / "8801.mp4").touch()
    (tmp_path / "map_vid_vidorID.json").write_text(json.dumps({"401": "0010/8801"}))
    (tmp_path / "val.csv").write_text(f"{HEADER}\n{ROW}\n")
    return tmp_path


def test_a_question_names_its_five_answers(folder: Path) -> None:
    data = load_data("next-qa", folder)
    (record,) = data.records
    assert (data.name, data.split, record.id, record.kind) == ("next-qa", "val", "val-401-7", "CW")
    assert record.image == folder / "videos" / "0010" / "8801.mp4"
    assert record.question == (
        "Why did the juggler bow at the end: tired, lost, again, show is over, to pick up or sneeze?"
    )
    assert record.answer["answer"] == "show is over" and record.scoring
    assert record.scoring("Show is over", record.answer) == 1 and record.scoring("sneeze", record.answer) == 0
    assert expected_of_video(record.question).kind == "choice"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{HEADER}\n{ROW.replace(',2,7,', ',5,7,')}", "line 2: the answer is 0 to 4, not '5'"),
        (f"{HEADER}\n{ROW.replace('401', '402')}", "line 2: there is no video '402'"),
        (f"{HEADER}\n{ROW},more", "line 2: it has another number of columns"),
        (HEADER, "has no questions"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(folder: Path, text: str, told: str) -> None:
    (folder / "val.csv").write_text(text + "\n")
    with pytest.raises(InputError, match=told):
        load_data("next-qa", folder)
