"""A storage account in memory that keeps Azure's rules, also where the emulator does not, and can fail."""
