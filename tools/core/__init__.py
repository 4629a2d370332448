"""The basis of all tools: values, errors, the @tool decorator, the registry, stand-ins."""
