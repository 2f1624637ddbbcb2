"""Fuzzing: every parser and edge is given what nobody in good faith sends, and held to laws."""
