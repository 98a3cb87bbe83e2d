import { setFlagsFromString } from 'node:v8'

/** Mapped by itself, as glibc does from 128 KiB to 32 MiB, and never written, so that it takes no memory. */
const mappedBytes = 16 * 1024 * 1024 - 8192

/**
 * Lets this process keep the memory in which bodies arrive. Node hands over a body in pieces of up to 64 KiB, each with
 * memory of its own, which is free again once it is copied. In some processes, and not in others, this made an upload cost
 * half as much again (ADR 52):
 * - glibc gave the memory back to the system, which cleared every page of it anew for the next pieces. Once a block that was
 *   mapped by itself is freed, glibc keeps up to twice its size (mallopt(3), `M_MMAP_THRESHOLD`).
 * - V8 counts pieces as old memory, and collected all of it each time that this had grown by a small part. It may now grow
 *   to four times what lives, which is what V8 grants a busy heap at most; pieces then go with young objects, for little.
 */
export function keepMemory(): void {
  void Buffer.allocUnsafeSlow(mappedBytes)
  setFlagsFromString('--heap-growing-percent=300')
}
