# tries: adds a huge number to a text
# source: "answer = 'a' + 0x" + "f" * 3600
