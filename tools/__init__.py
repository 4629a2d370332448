"""The tools that programs may call. Imports no other part of looksmith."""
