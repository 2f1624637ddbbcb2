"""What is fuzzed, one area a file, and the list that the tests and `./run fuzz` share."""

from dev.fuzz.target import Target
from dev.fuzz.targets.backups import BACKUPS
from dev.fuzz.targets.edges import ADDRESSES, CALLERS, REQUESTS
from dev.fuzz.targets.models import BODIES, MESSAGES, QUERIES
from dev.fuzz.targets.rows import ROWS, TOKENS
from dev.fuzz.targets.settings import SCHEDULES, SETTINGS
from dev.fuzz.targets.uploads import UPLOADS
from dev.fuzz.targets.vendors import ITEMS, VENDORS
from dev.fuzz.targets.workspaces import WORKSPACES

TARGETS: tuple[Target, ...] = (
    VENDORS,
    ITEMS,
    UPLOADS,
    WORKSPACES,
    ROWS,
    TOKENS,
    REQUESTS,
    CALLERS,
    ADDRESSES,
    SCHEDULES,
    SETTINGS,
    BODIES,
    QUERIES,
    MESSAGES,
    BACKUPS,
)
