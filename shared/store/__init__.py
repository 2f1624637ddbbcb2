"""Table Storage and queues, with the real service's limits enforced: the emulator is laxer."""
