# tries: opens a descriptor of the host
answer = "OUT " + open("/proc/" + str(HOST_PID) + "/fd/1", "w").name
