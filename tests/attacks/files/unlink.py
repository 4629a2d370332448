# tries: deletes the secret
import os
os.unlink(SECRET_FILE)
answer = "OUT"
