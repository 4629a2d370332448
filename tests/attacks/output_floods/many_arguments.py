# tries: fills the budget of bytes with calls
for i in range(400):
    ECHO("x" * 500000)
answer = 1
