# tries: sends commands to the terminal that shows the answer
answer = "\x1b]0;OWNED\x07\x1b[2J\x1b[31m\x9b31m" + ECHO("\x1b[8m")
