# tries: takes the frame of an asynchronous generator
async def f():
    yield 1
answer = "OUT " + str(f().ag_frame.f_globals) + open(SECRET_FILE).read()
