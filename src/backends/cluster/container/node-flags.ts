import type { NodeRole } from '../cluster.ts'

export const PD_PORT = 2379
const KV_PORT = 20160
export const SQL_PORT = 4000
const STATUS_PORTS = { kv: 20180, tidb: 10080 } as const

/** Ports of a node inside of its container, the one that is connected to first. */
export function portsOf(role: NodeRole): readonly [number] | readonly [number, number] {
  if (role === 'pd') return [PD_PORT]
  return role === 'kv' ? [KV_PORT, STATUS_PORTS.kv] : [SQL_PORT, STATUS_PORTS.tidb]
}

/**
 * Flags as the official compose files give them. Source: https://github.com/pingcap/tidb-docker-compose
 *
 * @param pds names of all PDs, which are their names in the network too
 */
export function flagsOf(role: NodeRole, name: string, pds: readonly string[]): readonly string[] {
  const clients = pds.map((pd) => `${pd}:${PD_PORT}`).join(',')
  switch (role) {
    case 'pd':
      return [
        `--name=${name}`,
        `--client-urls=http://0.0.0.0:${PD_PORT}`,
        '--peer-urls=http://0.0.0.0:2380',
        `--advertise-client-urls=http://${name}:${PD_PORT}`,
        `--advertise-peer-urls=http://${name}:2380`,
        `--initial-cluster=${pds.map((pd) => `${pd}=http://${pd}:2380`).join(',')}`,
        '--data-dir=/tmp/pd',
      ]
    case 'kv':
      return [
        `--addr=0.0.0.0:${KV_PORT}`,
        `--advertise-addr=${name}:${KV_PORT}`,
        `--status-addr=0.0.0.0:${STATUS_PORTS.kv}`,
        '--data-dir=/tmp/kv',
        `--pd=${clients}`,
      ]
    case 'tidb':
      return ['--store=tikv', `--path=${clients}`, `--advertise-address=${name}`, '-L=warn']
  }
}
