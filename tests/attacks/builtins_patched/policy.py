# tries: switches the policy off from inside
import looksmith.sandbox.policy as p
p.compile_program = compile
answer = "OUT " + open(SECRET_FILE).read()
