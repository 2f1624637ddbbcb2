"""The composition root: the only place that sees sources, store and cards."""
