# tries: takes the frame of a coroutine
async def f():
    return 1
c = f()
answer = "OUT " + str(c.cr_frame.f_globals) + open(SECRET_FILE).read()
