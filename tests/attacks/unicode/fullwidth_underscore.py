# tries: writes the underscores with a wide sign
answer = "OUT " + str(().＿＿class＿＿) + open(SECRET_FILE).read()
