# tries: raises what ends a loop, in a place where it should not
def f():
    return next(iter([]))
answer = [f() for i in [1]]
