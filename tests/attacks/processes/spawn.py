# tries: starts a program without a fork of its own
import os
os.posix_spawn("/bin/touch", ["touch", CANARY_DIR + "/spawned"], {})
answer = "OUT"
