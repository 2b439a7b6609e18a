"""Other libraries on the same task, side by side with needtag; each runs in an environment of its own."""
