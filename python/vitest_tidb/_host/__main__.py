"""``python vitest_tidb/_host``: an interpreter that runs handlers. Its pipes are descriptors 3 and 4."""
import sys

if sys.version_info < (3, 9):
    sys.exit("vitest-tidb needs Python 3.9 or newer; this is %d.%d" % sys.version_info[:2])

import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[0] = ROOT

from vitest_tidb._host.start import main

main()
