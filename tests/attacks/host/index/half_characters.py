# tries: half a character in what is indexed
answer = '\ud800'
