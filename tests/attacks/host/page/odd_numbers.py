# tries: numbers that JSON and SVG do not have
answer = [1e308 * 10, -1e308 * 10, 1e308 * 10 - 1e308 * 10, 5e-324, -0.0, 10**18, True, None]
