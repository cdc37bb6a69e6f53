import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseHost } from './host.ts'

const port = fc.integer({ min: 1, max: 65_535 })
const hostName = fc.domain()

describe('a host with or without a port', () => {
  test('any host name and IPv4 address is read back, with and without a port', () => {
    fc.assert(
      fc.property(fc.oneof(hostName, fc.ipV4()), fc.option(port, { nil: undefined }), (host, number) => {
        const expected = number === undefined ? { host } : { host, port: number }
        expect(parseHost(number === undefined ? host : `${host}:${number}`)).toEqual(expected)
      }),
    )
  })

  test('any IPv6 address is read back in brackets, with and without a port, and bare', () => {
    fc.assert(
      fc.property(fc.ipV6(), port, (host, number) => {
        expect(parseHost(`[${host}]:${number}`)).toEqual({ host, port: number })
        expect(parseHost(`[${host}]`)).toEqual({ host })
        expect(parseHost(host)).toEqual({ host })
      }),
    )
  })

  test('any text gives either a host that can be written and read again, or a problem', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'ab1:[].@/ -_') })), (text) => {
        const parsed = parseHost(text)
        if ('problem' in parsed) return
        const host = parsed.host.includes(':') ? `[${parsed.host}]` : parsed.host
        expect(parseHost(parsed.port === undefined ? host : `${host}:${parsed.port}`)).toEqual(parsed)
        expect(parsed.host).not.toMatch(/[\s/@]/)
      }),
    )
  })

  test.for([
    ['mysql://root:secret@db:4000', 'URL'],
    ['db:0', 'port'],
    ['db:65536', 'port'],
    ['db:', 'port'],
    ['db:4000x', 'port'],
    ['[db]:4000', 'brackets'],
    ['1:2:3', 'several colons'],
    ['', 'neither a host name nor an IP address'],
    ['a b', 'neither a host name nor an IP address'],
    ['/tmp/tidb.sock', 'neither a host name nor an IP address'],
    ['root@db', 'neither a host name nor an IP address'],
  ])('%j is refused because of its %s', ([text = '', reason]) => {
    expect(parseHost(text)).toEqual({ problem: expect.stringContaining(reason ?? '') })
  })
})
