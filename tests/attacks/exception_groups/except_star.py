# tries: catches with except*, which older guards do not know
try:
    raise ExceptionGroup("g", [ValueError(1)])
except* ValueError as e:
    answer = "OUT " + str(e.exceptions[0].__traceback__.tb_frame.f_globals)
    open(SECRET_FILE)
