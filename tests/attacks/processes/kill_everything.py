# tries: signals every process that it may
import os
os.kill(-1, 9)
answer = "OUT"
