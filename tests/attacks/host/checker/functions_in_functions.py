# tries: functions inside of functions
# source: "".join(f"{' ' * k}def f{k}():\n" for k in range(90)) + " " * 90 + "return 1\nanswer = f0()"
