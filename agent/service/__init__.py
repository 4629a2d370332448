"""The warm service: one engine with models in memory, for `looksmith ask`, the viewer and API clients."""
