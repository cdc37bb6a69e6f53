from src.common.test_rig_python import PyStateHandler

class Broken(PyStateHandler)
    pass
