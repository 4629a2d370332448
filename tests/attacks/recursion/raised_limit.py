# tries: raises the limit and overflows the stack
import sys
sys.setrecursionlimit(10**9)
def f(n):
    return f(n + 1)
answer = f(0)
