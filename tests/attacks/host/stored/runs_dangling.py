# tries: runs that lead nowhere
import shutil
shutil.rmtree(home / "runs")
(home / "runs").mkdir()
(home / "evals").symlink_to("/nowhere")
(home / "asks").symlink_to(home / "asks")
