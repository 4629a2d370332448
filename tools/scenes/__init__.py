"""Oracle tools, which look up scene graphs instead of pixels."""
