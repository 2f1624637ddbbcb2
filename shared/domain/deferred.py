"""Models that cost nothing until they are used.

There are some two hundred, and a call to the app needs few of them: building all when the app is loaded would
be half of a cold start. https://docs.pydantic.dev/latest/concepts/config/
"""

from pydantic import BaseModel, ConfigDict


class Deferred(BaseModel):
    """A model whose checks are built when they are first needed."""

    model_config = ConfigDict(defer_build=True)
