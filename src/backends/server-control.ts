/** What can be done to the process of a server of ours, or to its container, from outside. */
export interface ServerControl {
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
  /** Stops it where it is (SIGSTOP, or `docker pause`): its port takes connections, and nobody answers. */
  pause(): Promise<void>
  resume(): Promise<void>
  /**
   * Ends it and starts it again on the same data and ports, and waits until it answers: gracefully, or after SIGKILL. One
   * that was killed is started.
   */
  restart(options?: { readonly kill?: boolean }): Promise<void>
}

export type ServerAction = 'kill' | 'pause' | 'resume' | 'restart' | 'restart after a kill'

export async function controlServer(control: ServerControl, action: ServerAction): Promise<void> {
  switch (action) {
    case 'kill':
      return await control.kill()
    case 'pause':
      return await control.pause()
    case 'resume':
      return await control.resume()
    case 'restart':
      return await control.restart()
    case 'restart after a kill':
      return await control.restart({ kill: true })
  }
}
