"""Run-ahead: starts tool calls that a program is certain to need before it reaches them."""
