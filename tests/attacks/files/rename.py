# tries: moves the secret
import os
os.rename(SECRET_FILE, CANARY_DIR + "/moved")
answer = "OUT"
