# tries: counts for ever
while True:
    pass
