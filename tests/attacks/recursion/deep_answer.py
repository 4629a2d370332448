# tries: gives a deep list for an answer and to a tool
x = []
for i in range(500):
    x = [x]
answer = x
ECHO(x)
