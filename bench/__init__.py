"""How fast each stage is, beside its limit and its peers in the same run."""
