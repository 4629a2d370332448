# tries: writes a file
f = open(CANARY_DIR + "/written", "w")
f.write("x")
answer = "OUT"
