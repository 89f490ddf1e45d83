"""Where readings and findings are kept."""
