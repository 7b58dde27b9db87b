"""As Sphinx-Gallery's documentation has it; a script is run again when its MD5 sum changes."""

project = "Peers"
extensions = ["sphinx_gallery.gen_gallery"]
sphinx_gallery_conf = {"examples_dirs": "../examples", "gallery_dirs": "auto_examples"}
