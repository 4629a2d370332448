# tries: reads the environment of the host's process
answer = "OUT " + open("/proc/" + str(HOST_PID) + "/environ").read()
