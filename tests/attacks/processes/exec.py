# tries: becomes another program
import os
os.execv("/bin/sh", ["sh", "-c", "echo x > " + CANARY_DIR + "/exec"])
