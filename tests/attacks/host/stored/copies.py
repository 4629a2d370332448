# tries: the same run a hundred times
import shutil
for k in range(100):
    shutil.copytree(run, run.with_name(f"{run.name}-{k}"))
