"""Other engines at the same join, each in a process of its own, from the files that suit it."""
