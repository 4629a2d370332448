# tries: calls a tool that was not given
answer = "OUT " + str(SHELL("id"))
