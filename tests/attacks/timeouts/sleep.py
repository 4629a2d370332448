# tries: sleeps longer than it may
import time
time.sleep(1000)
answer = "OUT"
