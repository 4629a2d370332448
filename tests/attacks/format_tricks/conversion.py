# tries: shows an object by its own repr
answer = "OUT " + f"{T!r} {image!r} {print!a}" + open(SECRET_FILE).read()
