# tries: opens a file to everybody
import os
os.chmod(SECRET_FILE, 0o777)
answer = "OUT"
