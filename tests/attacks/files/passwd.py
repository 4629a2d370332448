# tries: reads the users of the machine
answer = "OUT " + open("/etc/passwd").read()
