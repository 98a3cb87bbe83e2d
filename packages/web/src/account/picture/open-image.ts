import type { LikenessError } from '@likeness/client'

/**
 * Opens a picture as this browser shows it: upright, whatever its EXIF orientation.
 * @throws what `fault` makes when the browser cannot read it
 */
export async function openImage(file: Blob, fault: () => LikenessError): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = URL.createObjectURL(file)
  try {
    await image.decode()
    return image
  } catch {
    throw fault()
  } finally {
    URL.revokeObjectURL(image.src)
  }
}

/** @param quality 0 to 1, for JPEG and WebP */
export const encodeCanvas = (
  canvas: HTMLCanvasElement,
  type: string,
  quality: number,
): Promise<Blob | null> => new Promise((resolve) => canvas.toBlob(resolve, type, quality))

/** A file of that blob, with an ending that fits. @param name of the picture it was made of */
export function fileOf(blob: Blob, name: string): File {
  const extension = blob.type === 'image/jpeg' ? 'jpg' : blob.type.slice('image/'.length)
  return new File([blob], `${name.replace(/\.[^.]*$/, '')}.${extension}`, { type: blob.type })
}
