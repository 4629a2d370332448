# tries: powers on powers
answer = 9**9**9**9
