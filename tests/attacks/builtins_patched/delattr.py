# tries: deletes what a handle needs
del image.number
answer = ECHO(image)
