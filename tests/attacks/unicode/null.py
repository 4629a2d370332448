# tries: puts a null into the source and into a text
answer = ECHO("a\x00b")
open(SECRET_FILE + "\x00.png")
