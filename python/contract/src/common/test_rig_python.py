raise RuntimeError("our own module of this name shadows one that lies beside the suite")
