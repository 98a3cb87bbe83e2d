const blockBytes = 64 * 1024

/** Blocks that nothing reads any more. */
const spare: Buffer[] = []
/** 32 MiB, about what is in flight under load; what a peak took beyond that goes back. */
const mostSpare = 512

/**
 * Keeps bytes in about the memory that they take, however small the pieces they come in, by copying them into blocks: a
 * body of one-byte chunks would otherwise take a hundred times its size. The blocks are used again and again. Pieces that
 * were kept themselves would grow old, and V8 collects all of its memory for every 64 MB of them, which took a third of the
 * time of an upload of 2 MB.
 */
export class Blocks {
  #blocks: Buffer[] = []
  /** How many bytes of the last block are used. */
  #used = 0

  push(piece: Buffer): void {
    for (let from = 0; from < piece.length; ) {
      const block = this.#unfilled()
      const copied = piece.copy(block, this.#used, from)
      this.#used += copied
      from += copied
    }
  }

  /** All the bytes, in order. */
  end(): Buffer[] {
    const last = this.#blocks.at(-1)
    return last ? this.#blocks.with(-1, last.subarray(0, this.#used)) : []
  }

  /** Gives the blocks to others. Whoever still read the bytes afterwards would read those of another person's picture. */
  release(): void {
    spare.push(...this.#blocks.slice(0, mostSpare - spare.length))
    this.#blocks = []
  }

  /** The last block, or a new one when that is full. */
  #unfilled(): Buffer {
    const last = this.#blocks.at(-1)
    if (last && this.#used < blockBytes) return last
    const next = spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes)
    this.#blocks.push(next)
    this.#used = 0
    return next
  }
}
