# tries: links the secret to a place of its own
import os
os.link(SECRET_FILE, CANARY_DIR + "/hard")
answer = "OUT"
