# tries: runs a command and reads what it says
import subprocess
answer = "OUT " + subprocess.run(["/bin/cat", SECRET_FILE], capture_output=True).stdout.decode()
