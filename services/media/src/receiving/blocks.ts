const blockBytes = 64 * 1024
const nothing = Buffer.alloc(0)
/** Smaller pieces are copied. */
const pieceKept = 8 * 1024

/**
 * Keeps bytes in about the memory that they take, however small the pieces they come in: small ones are copied into
 * blocks, since a body of one-byte chunks would otherwise take a hundred times its size. Large ones are kept as they are.
 */
export class Blocks {
  readonly #kept: Buffer[] = []
  /** What is left of the block that is filled now, and how much of that is used. */
  #block: Buffer = nothing
  #used = 0

  push(piece: Buffer): void {
    if (piece.length >= pieceKept && piece.length * 2 >= piece.buffer.byteLength) {
      this.#keepUsed()
      this.#kept.push(piece)
      return
    }
    for (let rest = piece; rest.length > 0; ) {
      if (this.#used === this.#block.length) {
        this.#keepUsed()
        this.#block = Buffer.allocUnsafeSlow(blockBytes)
      }
      const copied = rest.copy(this.#block, this.#used)
      this.#used += copied
      rest = rest.subarray(copied)
    }
  }

  /** All the bytes, in order. */
  end(): Buffer[] {
    this.#keepUsed()
    return this.#kept
  }

  #keepUsed(): void {
    if (this.#used > 0) this.#kept.push(this.#block.subarray(0, this.#used))
    this.#block = this.#block.subarray(this.#used)
    this.#used = 0
  }
}
