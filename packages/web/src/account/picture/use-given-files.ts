import { useEffect, useEffectEvent, useState } from 'react'

/**
 * Files dropped anywhere on the page, or pasted into it.
 * @param onFiles called with at least one file
 * @returns whether files are being dragged over the page
 */
export function useGivenFiles(onFiles: (files: readonly File[]) => void): boolean {
  const [isDragging, setIsDragging] = useState(false)
  const give = useEffectEvent((list: FileList | undefined) => {
    if (list && list.length > 0) onFiles([...list])
  })

  useEffect(() => {
    // Entering a child leaves its parent, so only the count of both shows when the page is left.
    let depth = 0
    const listen = new AbortController()
    const { signal } = listen
    const enter = (change: number) => (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes('Files')) return
      depth += change
      setIsDragging(depth > 0)
    }
    window.addEventListener('dragenter', enter(1), { signal })
    window.addEventListener('dragleave', enter(-1), { signal })
    window.addEventListener(
      'drop',
      (event) => {
        depth = 0
        setIsDragging(false)
        give(event.dataTransfer?.files)
      },
      { signal },
    )
    window.addEventListener('paste', (event) => give(event.clipboardData?.files), { signal })
    return () => listen.abort()
  }, [])
  return isDragging
}

/** Prevents a file that is dropped outside the target from replacing the page. */
export function useNoStrayDrops(): void {
  useEffect(() => {
    const stop = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files')) event.preventDefault()
    }
    window.addEventListener('dragover', stop)
    window.addEventListener('drop', stop)
    return () => {
      window.removeEventListener('dragover', stop)
      window.removeEventListener('drop', stop)
    }
  }, [])
}
