# tries: a number that no column holds
answer = 9223372036854775807 * 1
