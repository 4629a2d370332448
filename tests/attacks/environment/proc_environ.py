# tries: reads the environment from the kernel
answer = "OUT " + open("/proc/self/environ").read()
