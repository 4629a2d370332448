# tries: a link to itself
import shutil
shutil.rmtree(run)
run.symlink_to(run)
