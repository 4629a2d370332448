"""Time to the first token, with and without the server's prefix cache.

    python tests/bench/prefix_cache.py       needs the LLM server and the weights of minilm; half a minute

The prompt is the real one, with the nearest examples, and one token is asked for. `cold`: a word at its very start is
new, so that nothing of it is cached. `other question`: the same prompt but for the question and its nearest examples.
`same question`: all of it was asked before.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import Any
from uuid import uuid4

from openai import OpenAI

from looksmith.agent.ask.writing import Writing
from looksmith.agent.llm.server.serve import ServerManager
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.examples.retrieval import Retriever
from looksmith.programs.prompt import Message, messages

QUESTIONS = (
    "How many cups are to the left of the bottle?",
    "Is there a white toaster?",
    "What color are the clothes of the person on the right?",
    "There are at least two dogs on the couch.",
    "What does the sign next to the bus say?",
    "Are there more spoons than forks?",
)


def first_token(client: OpenAI, model: str, talk: Sequence[Message]) -> tuple[float, int]:
    """Seconds until the reply of one token, and the tokens of the prompt."""
    chat: Any = talk
    start = perf_counter()
    reply = client.chat.completions.create(model=model, messages=chat, max_tokens=1, temperature=0.0)
    return perf_counter() - start, reply.usage.prompt_tokens if reply.usage else 0


def main() -> None:
    """Print the median of each way of asking."""
    home = find_home()
    bench = Settings(home).bench()
    server = ServerManager(home, Settings(home).weights).start(report=lambda text: print(text, file=sys.stderr))
    client = OpenAI(base_url=server.base_url, api_key="none")
    retriever: Retriever | None = bench.retriever
    assert retriever is not None
    near = {question: retriever.nearest(question, Writing().nearest) for question in QUESTIONS}
    talks = [messages(bench.registry, bench.examples, q, nearest=near[q]) for q in QUESTIONS]
    for talk in talks[:2]:  # the prefix comes into the cache
        first_token(client, server.model, talk)
    fresh = [[Message(role="system", content=f"{uuid4()}\n{t[0]['content']}"), *t[1:]] for t in talks]
    for name, asked in (("other question", talks[2:]), ("same question", talks[2:]), ("cold", fresh[:4])):
        found = [first_token(client, server.model, talk) for talk in asked]
        seconds = [one for one, _ in found]
        tokens = statistics.median(tokens for _, tokens in found)
        spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
        print(f"{name:<15} median {statistics.median(seconds):5.2f} s ({spread}), {tokens:.0f} tokens of prompt")


if __name__ == "__main__":
    main()
