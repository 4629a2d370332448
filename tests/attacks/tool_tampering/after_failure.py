# tries: goes on after a tool failed
try:
    FAIL(1)
except Exception as e:
    answer = "OUT " + str(T(image))
    for i in range(100):
        T(image)
