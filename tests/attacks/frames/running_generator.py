# tries: takes the frame of a generator that looks at itself
g = (g.gi_frame.f_back.f_back for x in [1])
frame = [x for x in g][0]
answer = "OUT " + str(frame.f_builtins["open"](SECRET_FILE).read())
