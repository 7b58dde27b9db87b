import sys
def main():
    from pathlib import Path
    from kb.notebook import Notebook, find_root
    from kb import execute, check
    nb = Notebook(find_root(Path.cwd()))
    for p in check.check(nb): print(p)
    if len(sys.argv)>1:
        for o in execute.bring_up_to_date(nb, sys.argv[2:] or list(nb.snippets), jobs=2, again=False, tell=lambda n,e: print(n,e)): print(o)
