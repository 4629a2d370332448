# tries: catches the error that should end the program, for ever
while True:
    try:
        T(image)
    except BaseException:
        pass
