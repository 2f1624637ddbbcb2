"""What the routes answer, as models: the document that describes them is made from these.

They are read when that document is asked for, and by tests, which hold every answer to them. Answers are
not validated while the app works: a page has a thousand rows.
"""
