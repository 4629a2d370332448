# tries: leaves a program behind for someone else to start
f = open(CANARY_DIR + "/sitecustomize.py", "w")
f.write("import os")
answer = "OUT"
