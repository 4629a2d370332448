# tries: asks for a text of ten gigabytes
answer = len(f"{'x':>{10**10}}")
