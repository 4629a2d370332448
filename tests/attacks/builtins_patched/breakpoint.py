# tries: starts the debugger
breakpoint()
answer = "OUT"
