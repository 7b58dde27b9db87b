"""As MyST-NB's documentation has it where outputs are cached; a program that fails stops the build."""

project = "Peers"
extensions = ["myst_nb"]
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
