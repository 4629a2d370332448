# tries: loads the host's own code into the worker
import looksmith.agent.settings as s
answer = "OUT " + str(s.find_home())
