# tries: an answer that ends a statement
answer = "'); drop table run; --"
b = GIVE(answer)
