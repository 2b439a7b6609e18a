"""The labelled answers as files, and what reads and checks them."""
