# tries: a null character in what is indexed
answer = 'a\x00b'
print('\x00')
b = GIVE('\x00')
