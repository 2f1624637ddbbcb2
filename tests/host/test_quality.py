"""The house rule on sizes says what to do."""

from dev.quality import complaints


def test_long_files_are_named():
    """A file over 300 lines and a median over 80 are told; what is within is not."""
    assert complaints({"a.py": 300, "b.py": 80, "c.py": 10, "d/__init__.py": 0}) == []
    [long] = complaints({"a.py": 301, "b.py": 10, "c.py": 10})
    assert long.startswith("a.py has 301 lines")
    [middle] = complaints({"a.py": 100, "b.py": 90})
    assert "95" in middle
