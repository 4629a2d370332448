# tries: imports from the sandbox's own package
from ..agent import settings
answer = "OUT " + str(settings)
