"""The app as it runs in production, in processes of its own: hosts that can be killed, storage, callers."""
