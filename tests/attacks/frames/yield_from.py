# tries: follows the generator that another waits for
g = (x for x in (y for y in [1]))
answer = "OUT " + str(g.gi_yieldfrom) + str(g.gi_running) + open(SECRET_FILE).read()
