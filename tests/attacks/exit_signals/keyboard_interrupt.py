# tries: raises what a person would
raise KeyboardInterrupt
