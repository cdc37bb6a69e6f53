import type { ServerControl } from '../server-control.ts'
import type { RunningCluster } from './cluster.ts'

/** One TiDB of a cluster, for those who know it as a server. */
export function tidbControl(cluster: RunningCluster, name: string): ServerControl {
  const status = (): string | undefined => cluster.describe().nodes.find((node) => node.name === name)?.status
  const act = async (action: Parameters<RunningCluster['act']>[0]): Promise<void> => {
    await cluster.act(action, name)
  }
  return {
    kill: () => act('kill'),
    pause: () => act('pause'),
    resume: () => act('resume'),
    async restart({ kill = false } = {}) {
      if (status() === 'paused' && !kill) await act('resume')
      if (status() !== 'stopped') await act(kill ? 'kill' : 'stop')
      await act('start')
    },
  }
}
