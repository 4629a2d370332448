# tries: kills the zygote that forks all workers
import os
os.kill(os.getppid(), 9)
answer = "OUT"
