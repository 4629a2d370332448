# tries: an evaluation that was copied, with runs in it
import shutil
shutil.copytree(run, home / "evals/a/runs" / run.name)
shutil.copytree(home / "evals/a", home / "evals/b")
(home / "evals/a/results.jsonl").write_text("[" * 100000 + "\n")
(home / "evals/b/results.jsonl").symlink_to("/dev/zero")
