"""The function app: registers the blueprints, nothing else."""

import gc

# What is imported stays: looking through it again and again for what does not takes a tenth of a cold start.
gc.disable()

import azure.functions as func  # noqa: E402

from functions import BLUEPRINTS  # noqa: E402

app = func.FunctionApp()
for blueprint in BLUEPRINTS:
    app.register_functions(blueprint)

gc.freeze()
gc.enable()
