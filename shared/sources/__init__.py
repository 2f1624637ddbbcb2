"""The sources, one vendor a file; adding one means its file, a line here, and its cases."""
