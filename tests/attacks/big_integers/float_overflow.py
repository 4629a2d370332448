# tries: numbers that are none
answer = ECHO([1e308 * 10, -1e308 * 10, 1e308 * 10 - 1e308 * 10])
