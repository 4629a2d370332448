# tries: sets an attribute by name
setattr(image, "number", 41)
answer = ECHO(image)
