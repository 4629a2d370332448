# tries: catches whatever should stop it
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
