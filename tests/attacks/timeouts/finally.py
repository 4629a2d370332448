# tries: goes on in a finally
def f():
    try:
        return 1
    finally:
        f()
answer = f()
