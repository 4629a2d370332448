"""The viewer: a web application for stored runs, rendered on the server."""
