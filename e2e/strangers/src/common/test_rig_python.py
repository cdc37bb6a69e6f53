raise RuntimeError("the suite's own copy was imported")
