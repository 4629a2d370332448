# tries: two megabytes of empty lists
# reply: b"[" + b"[]," * 600000 + b"[]]"
