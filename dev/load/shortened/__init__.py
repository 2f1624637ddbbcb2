"""The app with short patience, for hosts that are killed."""
