const blockBytes = 64 * 1024
const nothing = Buffer.alloc(0)

/**
 * Keeps bytes in a few large blocks, however small the pieces they come in: a body of one-byte chunks would otherwise
 * take a hundred times its size.
 */
export class Blocks {
  readonly #full: Buffer[] = []
  #block: Buffer = nothing
  #used = 0

  push(piece: Buffer): void {
    for (let rest = piece; rest.length > 0; ) {
      if (this.#used === this.#block.length) this.#begin()
      const copied = rest.copy(this.#block, this.#used)
      this.#used += copied
      rest = rest.subarray(copied)
    }
  }

  /** All the bytes, in order. */
  end(): Buffer[] {
    return this.#used === 0 ? this.#full : [...this.#full, this.#block.subarray(0, this.#used)]
  }

  #begin(): void {
    if (this.#used > 0) this.#full.push(this.#block)
    this.#block = Buffer.allocUnsafeSlow(blockBytes)
    this.#used = 0
  }
}
