# tries: writes a forbidden name in full-width letters, which Python folds
answer = "OUT " + str(ｅｖａｌ("1")) + ｏｐｅｎ(SECRET_FILE).read()
