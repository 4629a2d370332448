# tries: opens the host's memory as a file
answer = "OUT " + str(open("/proc/" + str(HOST_PID) + "/mem", "rb"))
