/** Brings no types of its own, and need not be installed. */
declare module 'heic-decode' {
  export default function decode(picture: {
    buffer: Uint8Array
  }): Promise<{ width: number; height: number; data: Uint8ClampedArray<ArrayBuffer> }>
}
