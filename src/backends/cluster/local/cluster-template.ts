import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reaper } from '../../../child-process/reaper-client.ts'
import type { Schema } from '../../backend.ts'
import { BackendError } from '../../../errors/backend-error.ts'
import type { BinaryIdentity } from '../../local/binary-identity.ts'
import { readyDatabaseNames } from '../../local/ready-databases.ts'
import { serverConfig } from '../../local/server-arguments.ts'
import {
  fillTemplate,
  loadOrMake,
  type Template,
  type TemplateFacts,
  type TemplateStorage,
} from '../../local/template.ts'
import { writeArchive } from '../../local/template-archive.ts'
import { adaptToUnistore } from '../adapt-to-unistore.ts'
import { LocalNodes } from './local-nodes.ts'
import { pdConfig } from './pd.ts'

/** Changes whenever templates made by an older release of this package would no longer do. */
const TEMPLATE_FORMAT = 2

export interface ClusterTemplateOptions extends TemplateStorage {
  readonly reaper: Reaper
  readonly binaries: Readonly<Record<'tidb' | 'pd' | 'kv', BinaryIdentity>>
  readonly databaseCount: number
  readonly schema: Schema | undefined
}

/**
 * The data of PD and of the store of a cluster that has been started once, with its databases: one PD, one store, however
 * many TiDBs use them later.
 */
export async function loadClusterTemplate(options: ClusterTemplateOptions): Promise<Template> {
  const { binaries, databaseCount, schema } = options
  const digests = [binaries.tidb, binaries.pd, binaries.kv].map(({ sha256 }) => sha256)
  const settings = [serverConfig('', 'tikv'), pdConfig(1)]
  const facts = ['cluster', TEMPLATE_FORMAT, digests, databaseCount, schema?.hash ?? '', settings]
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)
  return await loadOrMake(key, options, (file) => make(options, file))
}

async function make(options: ClusterTemplateOptions, file: string): Promise<void> {
  const { reaper, binaries, progress, schema, signal, databaseCount } = options
  progress.update('making the template of the cluster: first start of PD, the store and TiDB')
  const folder = join(reaper.runFolder, `template-${randomBytes(4).toString('hex')}`)
  const data = join(folder, 'data')
  await mkdir(data, { recursive: true, mode: 0o700 })
  const paths = { tidb: binaries.tidb.path, pd: binaries.pd.path, kv: binaries.kv.path }
  const nodes = new LocalNodes({ reaper, programs: paths, folder, data })
  try {
    await nodes.startAll({ tidb: 1, pd: 1, kv: 1 }, signal)
    const databases = readyDatabaseNames(databaseCount)
    const { port } = nodes.node('tidb-1')
    await fillTemplate(port, databases, schema, progress, signal)
    await adaptToUnistore({ host: '127.0.0.1', port, user: 'root' })
    progress.update('making the template of the cluster: stopping it')
    if (!(await nodes.stopAll())) {
      throw new BackendError('BACKEND_TEMPLATE', 'The cluster did not stop cleanly after the template was filled.')
    }
    const facts: TemplateFacts = { version: nodes.version, databases }
    await writeArchive<TemplateFacts>(file, data, facts)
  } catch (error) {
    await nodes.killAll()
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
