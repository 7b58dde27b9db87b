"""Notes link to programs; programs are run; claims are set beside what the runs measured.

`problem` <- nouns <- verbs <- doors: imports go one way only, from the doors down.
"""
