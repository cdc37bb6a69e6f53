import { execFile, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Node can read certificates, and make none. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0

/** An authority in a folder: `NAME.pem` and `NAME.key`, valid for a day. */
export class Authority {
  readonly #folder: string
  readonly #name: string

  private constructor(folder: string, name: string) {
    this.#folder = folder
    this.#name = name
  }

  static async create(folder: string, name: string): Promise<Authority> {
    const authority = new Authority(folder, name)
    await authority.#openssl(['req', '-x509', ...NEW_KEY, '-days', '1', '-subj', `/CN=${name}`], name)
    return authority
  }

  /** Writes `NAME.pem` and `NAME.key`, for these hosts as openssl writes them: `DNS:localhost,IP:127.0.0.1`. */
  async issue(name: string, hosts?: string): Promise<void> {
    const file = (suffix: string): string => join(this.#folder, `${name}.${suffix}`)
    await this.#openssl(['req', ...NEW_KEY, '-subj', `/CN=${name}`], name, 'csr')
    await writeFile(file('ext'), hosts === undefined ? 'extendedKeyUsage=clientAuth\n' : `subjectAltName=${hosts}\n`)
    const signer = join(this.#folder, this.#name)
    const signing = ['-CA', `${signer}.pem`, '-CAkey', `${signer}.key`, '-CAcreateserial', '-days', '1']
    await run('openssl', ['x509', '-req', '-in', file('csr'), ...signing, '-extfile', file('ext'), '-out', file('pem')])
  }

  async #openssl(args: readonly string[], name: string, suffix = 'pem'): Promise<void> {
    const file = join(this.#folder, name)
    await run('openssl', [...args, '-keyout', `${file}.key`, '-out', `${file}.${suffix}`])
  }
}
