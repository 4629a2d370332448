# tries: a link that leads nowhere
import shutil
shutil.rmtree(run)
run.symlink_to("/nowhere")
