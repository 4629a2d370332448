# tries: runs text
exec("answer = 'OUT ' + open(SECRET_FILE).read()")
