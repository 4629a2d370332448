"""What the grammar costs: making its text, compiling it with xgrammar as vLLM does, and the mask of each token.

    .venv/bin/python tests/bench/grammar_cost.py          needs the server's model folder, for its tokenizer

CPU seconds of one thread. Masks are computed for the tokens of the example programs, before each token, as in decoding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean, median
from time import process_time
from typing import Any

import xgrammar
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from looksmith.agent.llm.server.serve import MODEL
from looksmith.agent.setup.home import find_home
from looksmith.agent.setup.settings import Settings
from looksmith.programs.examples.bank import inputs_of, load_bank, usable
from looksmith.programs.grammar.grammar import grammar
from looksmith.programs.language.language import INPUTS
from looksmith.tools.core.registry import Registry

DOMAIN = Path(__file__).parents[1] / "domains" / "nlvr.py"
ROUNDS = 5
PROGRAMS = 40


def seconds(work: Callable[[], Any]) -> float:
    """Median CPU time of a few rounds."""
    taken: list[float] = []
    for _ in range(ROUNDS):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return median(taken)


def masks(compiled: xgrammar.CompiledGrammar, tokens: Sequence[Sequence[int]], size: int) -> tuple[list[float], int]:
    """CPU time of the mask before each token, and how many of the programs the grammar admits."""
    bitmask = xgrammar.allocate_token_bitmask(1, size)
    taken: list[float] = []
    admitted = 0
    for program in tokens:
        matcher = xgrammar.GrammarMatcher(compiled)
        for token in program:
            start = process_time()
            matcher.fill_next_token_bitmask(bitmask)
            taken.append(process_time() - start)
            if not matcher.accept_token(token):
                break
        else:
            admitted += 1
    return taken, admitted


def row(name: str, registry: Registry, programs: Sequence[str], tokenizer: PreTrainedTokenizerFast) -> str:
    """One line of the table."""
    text = grammar(registry)
    information = xgrammar.TokenizerInfo.from_huggingface(tokenizer)

    def compiled() -> xgrammar.CompiledGrammar:
        return xgrammar.GrammarCompiler(information, max_threads=1, cache_enabled=False).compile_grammar(text)

    chosen = programs[:: max(len(programs) // PROGRAMS, 1)]
    tokens = [tokenizer.encode(program.strip(), add_special_tokens=False) for program in chosen]
    taken, admitted = masks(compiled(), tokens, information.vocab_size)
    late = sorted(taken)[len(taken) * 95 // 100]
    columns = (
        name,
        f"{len(registry)}",
        f"{len(text) / 1000:.0f} kB, {text.count(chr(10))}",
        f"{seconds(lambda: grammar(registry)) * 1000:.0f} ms",
        f"{seconds(lambda: xgrammar.Grammar.from_ebnf(text)) * 1000:.0f} ms",
        f"{seconds(compiled):.2f} s",
        " / ".join(f"{value * 1000:.2f}" for value in (median(taken), mean(taken), late)) + " ms",
        f"{admitted} of {len(chosen)}, {len(taken)}",
    )
    return f"| {' | '.join(columns)} |"


def main() -> None:
    """Print the table."""
    home = find_home()
    tokenizer = AutoTokenizer.from_pretrained(next((home / "llm").glob(f"{MODEL}-*/tokenizer.json")).parent)
    pocket = Settings(home, device="cpu").registry()
    domain = Settings(home, device="cpu", tool_files=(DOMAIN,), installed=False).registry()
    shown = [e.program for e in usable(load_bank(), pocket) if inputs_of(e) is INPUTS]
    print("| tools | number | text, rules | made | parsed | compiled | mask: median / mean / 95 % | programs, tokens |")
    print("|---|---|---|---|---|---|---|---|")
    print(row("built in", pocket, shown, tokenizer))
    print(row("NLVR's", domain, [e.program for e in domain.examples], tokenizer))


if __name__ == "__main__":
    main()
