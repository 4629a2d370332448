# tries: takes the code of a generator and changes it
g = (x for x in [1])
c = g.gi_code.replace(co_names=("open",))
answer = "OUT " + str(c.co_names) + open(SECRET_FILE).read()
