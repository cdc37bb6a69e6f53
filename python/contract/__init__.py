raise RuntimeError("files of tests are loaded by path, never as parts of a package")
