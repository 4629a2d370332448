# tries: a set of many texts
answer = len({str(i) * 50 for i in range(10**7)})
