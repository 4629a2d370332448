# tries: takes the frames of an error's traceback
try:
    1 / 0
except ZeroDivisionError as e:
    t = e.__traceback__
    answer = "OUT " + str(t.tb_frame.f_back.f_locals)
    open(CANARY_DIR + "/frame", "w")
