# tries: hands made-up code to the matching machine
import _sre
answer = "OUT " + str(_sre.compile("x", 0, [2**32 - 1] * 10, 0, {}, ()))
