# tries: takes the frame of a generator
g = (x for x in [1])
f = g.gi_frame
answer = "OUT " + str(f.f_back.f_globals)
