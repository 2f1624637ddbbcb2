"""What people did, copied away and brought back: Table Storage itself keeps no past."""
