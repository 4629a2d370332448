# tries: calls tools side by side, so that the answers are mixed up
import threading
threads = [threading.Thread(target=T, args=(image,)) for i in range(10)]
for t in threads:
    t.start()
answer = "OUT"
