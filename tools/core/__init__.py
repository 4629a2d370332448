"""What all tools are made of: values, errors, the @tool declaration, the registry, stand-ins."""
