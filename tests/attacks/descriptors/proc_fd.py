# tries: opens its own descriptors again, with other rights
answer = "OUT " + open("/proc/self/fd/0").read()
