# tries: sends half of a character to a tool and to the host
answer = ECHO("\ud800\udfff" + "\udcff" * 1000)
