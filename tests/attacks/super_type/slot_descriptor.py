# tries: writes a handle's number through the descriptor of its slot
image.__class__.number.__set__(image, 41)
answer = ECHO(image)
