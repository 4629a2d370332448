# tries: a reply of 50 MB
# reply: b" " * 50000000
