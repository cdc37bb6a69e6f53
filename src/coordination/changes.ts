/** Tells those who wait that something they look at has changed. In the order in which they began to listen. */
export class Changes {
  readonly #listeners = new Set<() => void>()

  /** Gives back what ends it. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  made(): void {
    for (const listener of this.#listeners) listener()
  }
}
