# tries: text that is shown in another order
answer = 'yes\u202eon\u202c\u2066\u200b\u00ad'
print(answer)
