# tries: a lambda that gets itself
f = lambda g: g(g)
answer = f(f)
