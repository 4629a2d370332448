"""What ended each attack, by family: python tests/attacks/report.py [NAME...]    a few minutes."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from attacking import ATTACKS, MODES, Ground, Mode, Verdict, attack, name_of, sandbox_for

LAYERS = (
    "policy: refused",
    "policy: stopped",
    "budget or size",
    "time",
    "memory limit",
    "seccomp",
    "files out of reach",
    "wire",
    "crashed by itself",
    "nothing to take",
)


def layer(verdict: Verdict, mode: Mode) -> str:
    """What held it, by the outcome."""
    outcome, message = verdict.outcome, verdict.outcome.message
    if outcome.kind == "policy_error":
        return "policy: refused"
    if outcome.kind == "timeout":
        return "time"
    if outcome.kind == "budget":
        return "memory limit" if "memory" in message else "budget or size"
    for text, found in (
        ("signal 31", "seccomp"),
        ("PermissionError", "files out of reach"),
        ("FileNotFoundError", "files out of reach"),
        ("ModuleNotFoundError", "files out of reach"),
        ("protocol", "wire"),
        ("cannot be sent", "wire"),
        ("cannot leave", "wire"),
        ("signal", "crashed by itself"),
    ):
        if text in message:
            return found
    if outcome.kind == "ok" or outcome.kind == "tool_error":
        return "nothing to take"
    return "policy: stopped" if mode == "policy and kernel" else "crashed by itself"


def main(names: list[str]) -> None:
    """Print a table for each mode, and every attack that achieved something."""
    ground = Ground()
    chosen = [path for path in ATTACKS if not names or name_of(path) in names or path.parent.name in names]
    for mode in MODES:
        table: dict[str, Counter[str]] = {}
        with sandbox_for(mode) as sandbox:
            for path in chosen:
                verdict = attack(path, mode, sandbox, ground)
                table.setdefault(path.parent.name, Counter())[layer(verdict, mode)] += 1
                if verdict.achieved:
                    print(f"ACHIEVED {name_of(path)} ({mode}): {verdict.achieved}", flush=True)
                if names:
                    outcome = verdict.outcome
                    print(f"{mode}: {name_of(path)}: {outcome.kind}, {outcome.answer!r:.60}, {outcome.message}")
        print(f"\n{mode}\n\n| family | attacks | {' | '.join(LAYERS)} |\n|---|{'---|' * (1 + len(LAYERS))}")
        total: Counter[str] = Counter()
        for family, ends in table.items():
            total.update(ends)
            print(f"| {family} | {ends.total()} | {' | '.join(str(ends[name] or '') for name in LAYERS)} |")
        print(f"| **all** | {total.total()} | {' | '.join(str(total[name] or '') for name in LAYERS)} |", flush=True)
    ground.close()


if __name__ == "__main__":
    main(sys.argv[1:])
