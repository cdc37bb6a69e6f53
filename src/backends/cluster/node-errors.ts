import { BackendError } from '../../errors/backend-error.ts'

export function noSuchNode(name: string, names: readonly string[]): BackendError {
  return new BackendError('BACKEND_CLUSTER_NODE', `The cluster has no node '${name}'.`, {
    remedy: `Its nodes are ${names.join(', ')}.`,
  })
}

export function notOurs(what: string): BackendError {
  return new BackendError(
    'BACKEND_CLUSTER_NOT_OURS',
    `${what}: the nodes of an external cluster are somebody else's.`,
    {
      remedy: "Only a cluster that a run starts itself can be changed: backend.cluster.from 'embedded' or 'container'.",
    },
  )
}

export function wrongStatus(name: string, action: string, status: string): BackendError {
  return new BackendError('BACKEND_CLUSTER_NODE_STATUS', `${name} cannot be told to ${action}: it is ${status}.`)
}
