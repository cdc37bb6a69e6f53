raise RuntimeError("this package is not to be imported")
