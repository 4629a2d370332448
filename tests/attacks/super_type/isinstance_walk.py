# tries: reads classes with isinstance and issubclass
answer = "OUT " + str(isinstance(image, image.__class__.__base__)) + open(SECRET_FILE).read()
