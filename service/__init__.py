"""What people and systems use: the command line, the readers of files."""
