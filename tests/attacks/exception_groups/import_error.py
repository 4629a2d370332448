# tries: takes a path out of an error
try:
    import nothing_of_that_name
except ImportError as e:
    answer = "OUT " + str(e.path) + str(e.name_from) + open(SECRET_FILE).read()
