import { expect, test } from 'vitest'
import { parseServerVersion } from './server-version.ts'

test.for([
  ['8.0.11-TiDB-v8.5.4', 'TiDB', 8, 5, 4],
  ['8.0.11-TiDB-v8.4.0-this-is-a-placeholder', 'TiDB', 8, 4, 0],
  ['8.0.11-TiDB-v9.0.0-beta.1.pre-12-gabc1234-dirty', 'TiDB', 9, 0, 0],
  ['5.7.25-TiDB-v6.5.12', 'TiDB', 6, 5, 12],
  ['8.0.11-TiDB-7.1.3', 'TiDB', 7, 1, 3],
  ['8.0.36', 'MySQL', 8, 0, 36],
  ['8.4.3-0ubuntu0.24.04.1', 'MySQL', 8, 4, 3],
  ['10.11.6-MariaDB-1:10.11.6+maria~deb12', 'MariaDB', 10, 11, 6],
] as const)('%s is %s %i.%i.%i', ([text, product, major, minor, patch]) => {
  expect(parseServerVersion(text)).toEqual({ product, major, minor, patch, text })
})

test.for(['', 'TiDB', '8.0.11-TiDB-None', 'v8', '8.0'])(
  "'%s' has no version to read, and the error shows it",
  (text) => {
    expect(() => parseServerVersion(text)).toThrow(
      expect.objectContaining({ code: 'CONNECT_UNKNOWN_VERSION', message: expect.stringContaining(`'${text}'`) }),
    )
  },
)
