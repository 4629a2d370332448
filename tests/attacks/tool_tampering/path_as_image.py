# tries: gives the name of a file for an image
answer = T(SECRET_FILE)
