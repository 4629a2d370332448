# tries: leaves a link behind
import os
os.symlink("/etc/passwd", CANARY_DIR + "/link")
answer = "OUT"
