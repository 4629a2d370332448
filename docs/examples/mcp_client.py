"""Asks looksmith about a photo over MCP: python mcp_client.py photo.jpg "How many cups are there?" [ADDRESS].

ADDRESS is that of a server (`looksmith mcp --http 127.0.0.1:8079`); without it, one is started over standard input.
"""

import asyncio
import os
import sys
from pathlib import Path

from mcp import Client, StdioServerParameters


async def tell(progress: float, total: float | None, message: str | None) -> None:
    """A step is done."""
    print(f"{progress:.0f}. {message}")


async def main(photo: Path, question: str, address: str = "") -> None:
    """Ask a server, and print the answer."""
    arguments = ["mcp", "--root", str(photo.resolve().parent)]
    server = StdioServerParameters(command="looksmith", args=arguments, env=dict(os.environ))
    async with Client(address or server) as client:
        asked = {"images": [photo.name], "question": question}
        answer = await client.call_tool("ask_image", asked, progress_callback=tell)
    print(answer.structured_content)


asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
