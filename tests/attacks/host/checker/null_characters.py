# tries: characters that are no text
# source: "answer = 1\x00\n\x0c\x1a\ufeffanswer = 2"
