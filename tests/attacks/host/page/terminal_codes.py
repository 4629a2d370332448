# tries: control characters for the terminal
answer = '\x1b]0;owned\x07\x1b[2J\x1b[31m\x9b31m\r\x08'
print(answer)
b = GIVE(answer)
