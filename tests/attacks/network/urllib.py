# tries: fetches a page
import urllib.request
answer = "OUT " + str(urllib.request.urlopen("http://127.0.0.1:" + str(PORT)).read())
