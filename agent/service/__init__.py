"""The warm service: one engine with its models in memory, which answers for `looksmith ask`, pages and programs."""
