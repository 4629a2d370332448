"""Translates EVAL's expressions, with a separate parser, to Python for the checker. Nothing is evaluated here.

    expression  choice ["if" choice "else" expression]
    choice      either ("or" either)*
    either      both ("xor" both)*          looser than `and` and `==`: `A == B xor C` is `(A == B) xor C`
    both        truth ("and" truth)*
    truth       "not" truth | comparison
    comparison  sum (("==" | "!=" | "<" | "<=" | ">" | ">=" | ["not"] "in" | "is" ["not"]) sum)*
    sum         product (("+" | "-") product)*
    product     sign (("*" | "/" | "//" | "%") sign)*
    sign        ("-" | "+") sign | atom
    atom        {VAR} | 'text with {VAR}' | number | True | False | None | [list] | (expression or list) | function(...)

How a text is interpreted depends on its context: as yes or no with `and`, as a number with `+`, as either with `==`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .read import DOUBLE, SINGLE, ScriptError, closing_quote, unescape
from .terms import (
    FUNCTIONS,
    Kind,
    Term,
    arithmetic,
    as_number,
    as_text,
    as_truth,
    compare,
    filled,
    function,
    require_scalar,
    syntax,
    variable,
)

MAX_TOKENS = 400
MAX_NESTING = 20
MAX_DEPTH = 80
"""Maximum nesting of the Python that is written; the checker (programs/check/check.py) takes somewhat more."""


@dataclass(frozen=True)
class _Token:
    kind: str
    value: str
    column: int


_SKIP = re.compile(r"[\s\xa0]+")
_TOKENS = re.compile(
    r"(?P<number>(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})(?![\w.]))"
    r"|(?P<variable>\{\s*[A-Za-z_][A-Za-z0-9_]*\s*\})"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<operator>==|!=|<=|>=|<>|&&|\|\||\*\*|//|[-+*/%<>=()\[\],.!&|^])"
)
_AFTER_TEXT = re.compile(r"[\s\xa0]*(?:$|[=!<>+\-*/%,)\].&|^]|(?:and|or|xor|if|else|in|is|not)\b)", re.IGNORECASE)
_KEYWORDS = frozenset({"and", "or", "xor", "not", "if", "else", "in", "is"})
_INSTEAD = {
    "=": "Write == to compare.",
    "<>": "Write != for different.",
    "**": "Write it as a product.",
    "^": "Write xor.",
    **dict.fromkeys(("&", "&&"), "Write and."),
    **dict.fromkeys(("|", "||"), "Write or."),
    "!": "Write not.",
}
_METHODS = ("lower", "upper", "strip")


def compile_expression(text: str, variables: Mapping[str, Term]) -> Term:
    """The Python of an EVAL expression. Raises ScriptError, with columns within the text."""
    parser = _Parser(_tokens(text), variables)
    term = parser.whole()
    if _is_deep(term.node):
        raise _too_deep()
    return term


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        space = _SKIP.match(text, at)
        if space is not None:
            at = space.end()
        elif text[at] in SINGLE + DOUBLE:
            end = closing_quote(text, at, lambda behind: _AFTER_TEXT.match(text, behind) is not None)
            if end is None:
                raise syntax(at, "This text has no closing quote.")
            found.append(_Token("text", unescape(text[at + 1 : end]), at))
            at = end + 1
        else:
            token = _TOKENS.match(text, at)
            if token is None:
                hint = "Put variables in braces and texts in quotes: '{ANSWER0}' == 'red'."
                raise syntax(at, f"{text[at]!r} is not part of an expression.", hint)
            found.append(_Token(token.lastgroup or "", token[0], at))
            at = token.end()
        if len(found) > MAX_TOKENS:
            raise syntax(at, f"The expression has more than {MAX_TOKENS} parts.")
    return [*found, _Token("end", "", len(text))]


@dataclass
class _Parser:
    """A recursive descent parser; each method parses one rule of the grammar above."""

    tokens: list[_Token]
    variables: Mapping[str, Term]
    at: int = 0
    nesting: int = 0

    def whole(self) -> Term:
        """The whole expression."""
        term = self._expression()
        if self._next.kind != "end":
            raise self._unexpected()
        return term

    def _expression(self) -> Term:
        return self._deeper(self._choice)

    def _deeper(self, rule: Callable[[], Term]) -> Term:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise _too_deep()
        term = rule()
        self.nesting -= 1
        return term

    def _choice(self) -> Term:
        then = self._either()
        if not self._take("if"):
            return then
        test = self._either()
        if not self._take("else"):
            raise self._unexpected("`if` needs an `else`.", "Write 'yes' if {ANSWER0} > 0 else 'no'.")
        other = self._expression()
        kind = then.kind if then.kind is other.kind else Kind.SCALAR
        for branch in (then, other) if kind is Kind.SCALAR else ():
            require_scalar(branch)
        return Term(ast.IfExp(as_truth(test), then.node, other.node), kind, column=then.column)

    def _either(self) -> Term:
        return self._joined("or", lambda: self._joined("xor", lambda: self._joined("and", self._truth)))

    def _joined(self, word: str, part: Callable[[], Term]) -> Term:
        terms = [part()]
        while self._take(word):
            terms.append(part())
        if len(terms) == 1:
            return terms[0]
        nodes = [as_truth(term) for term in terms]
        if word == "xor":
            node = nodes[0]
            for other in nodes[1:]:
                node = ast.Compare(node, [ast.NotEq()], [other])
        else:
            node = ast.BoolOp(ast.And() if word == "and" else ast.Or(), nodes)
        return Term(node, Kind.TRUTH, column=terms[0].column)

    def _truth(self) -> Term:
        column = self._next.column
        if self._take("not"):
            operand = self._deeper(self._truth)
            return Term(ast.UnaryOp(ast.Not(), as_truth(operand)), Kind.TRUTH, column=column)
        return self._comparison()

    def _comparison(self) -> Term:
        sides, operators = [self._sum()], list[str]()
        while (operator := self._comparator()) is not None:
            operators.append(operator)
            sides.append(self._sum())
        return Term(compare(operators, sides), Kind.TRUTH, column=sides[0].column) if operators else sides[0]

    def _comparator(self) -> str | None:
        for operator in ("==", "!=", "<=", ">=", "<", ">"):
            if self._take(operator):
                return operator
        if self._take("is"):
            return "!=" if self._take("not") else "=="
        if self._take("in"):
            return "in"
        if self._is("not") and self._is("in", 1):
            self.at += 2
            return "not in"
        return None

    def _sum(self) -> Term:
        return self._arithmetic(("+", "-"), lambda: self._arithmetic(("*", "//", "/", "%"), self._sign))

    def _arithmetic(self, symbols: tuple[str, ...], part: Callable[[], Term]) -> Term:
        left = part()
        while (symbol := next((s for s in symbols if self._take(s)), None)) is not None:
            left = arithmetic(symbol, left, part())
        return left

    def _sign(self) -> Term:
        column = self._next.column
        for symbol, operator in (("-", ast.USub), ("+", ast.UAdd)):
            if self._take(symbol):
                return Term(ast.UnaryOp(operator(), as_number(self._deeper(self._sign))), Kind.NUMBER, column=column)
        return self._method(self._atom())

    def _method(self, term: Term) -> Term:
        while self._take("."):
            name = self._next.value
            if name not in _METHODS:
                raise self._unexpected(hint=f"Texts have {', '.join(f'.{m}()' for m in _METHODS)}.")
            self.at += 1
            self._require("(")
            self._require(")")
            call = ast.Call(ast.Attribute(as_text(term), name, ast.Load()), [], [])
            term = Term(call, Kind.TEXT, quoted=True, column=term.column)
        return term

    def _atom(self) -> Term:
        token = self._next
        self.at += 1
        match token.kind:
            case "number":
                found = int(token.value) if token.value.isdigit() else float(token.value)
                return Term(ast.Constant(found), Kind.NUMBER, column=token.column)
            case "variable":
                return variable(token.value.strip("{} \t\n\xa0"), self.variables, token.column)
            case "text":
                return filled(token.value, self.variables, token.column)
            case "name":
                return self._named(token)
            case _:
                self.at -= 1
        if self._take("("):
            term = self._expression()
            if self._take(","):
                return _list_of([term, *self._list(")")], token.column)
            self._require(")")
            return term
        if self._take("["):
            return _list_of(self._list("]"), token.column)
        raise self._unexpected()

    def _named(self, token: _Token) -> Term:
        constants = {"true": True, "false": False, "none": None}
        if token.value in self.variables and token.value not in ("None", "True", "False"):
            return variable(token.value, self.variables, token.column)
        if token.value.lower() in constants:
            value = constants[token.value.lower()]
            return Term(ast.Constant(value), Kind.NONE if value is None else Kind.TRUTH, column=token.column)
        if token.value in FUNCTIONS and self._take("("):
            return function(token.value, self._list(")"), token.column)
        self.at -= 1
        if token.value.lower() in _KEYWORDS or self._is("(", 1):
            hint = f"It has {', '.join(FUNCTIONS)}." if self._is("(", 1) else ""
            raise self._unexpected(hint=hint)
        raise self._unexpected(
            f"{token.value} is neither a variable nor a text.",
            f"Write {{{token.value}}} for a variable or '{token.value}' for a text.",
        )

    def _list(self, close: str) -> list[Term]:
        terms: list[Term] = []
        while not self._take(close):
            terms.append(self._expression())
            if not self._is(close):
                self._require(",")
        return terms

    @property
    def _next(self) -> _Token:
        return self.tokens[self.at]

    def _is(self, value: str, ahead: int = 0) -> bool:
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind in ("operator", "name") and token.value.lower() == value

    def _take(self, value: str) -> bool:
        found = self._is(value)
        self.at += found
        return found

    def _require(self, value: str) -> None:
        if not self._take(value):
            raise self._unexpected(f"Expected {value} here.")

    def _unexpected(self, message: str = "", hint: str = "") -> ScriptError:
        token = self._next
        told = "The expression ends too early." if token.kind == "end" else f"{token.value!r:.80} cannot stand here."
        return syntax(token.column, message or told, hint or _INSTEAD.get(token.value, ""))


def _list_of(items: list[Term], column: int) -> Term:
    for item in items:
        require_scalar(item)
    node = ast.List([item.node for item in items], ast.Load())
    return Term(node, Kind.TEXTS, items=tuple(items), column=column)


def _too_deep() -> ScriptError:
    return syntax(0, "The expression is nested too deeply.", "Use several EVAL lines.")


def _is_deep(node: ast.expr) -> bool:
    level: list[ast.AST] = [node]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in ast.iter_child_nodes(parent)]
    return bool(level)
