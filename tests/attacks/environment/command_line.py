# tries: reads how the host was started
answer = "OUT " + open("/proc/" + str(HOST_PID) + "/cmdline").read()
