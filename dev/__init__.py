"""What runs Tieout on a developer's machine: never deployed."""
