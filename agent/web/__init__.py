"""The viewer: pages over stored runs, rendered on the server."""
