import { useCallback, useEffect, useRef, useState } from 'react'

/** Which way a camera looks: at the person, or away from them. */
type Facing = 'user' | 'environment'
type Camera = { readonly isMirrored: boolean; readonly hasOther: boolean }

const QUALITY = 0.95

/** Whether this page may ask for a camera: browsers have none for pages without https. */
export const mayHaveCamera = (): boolean => navigator.mediaDevices?.getUserMedia !== undefined

/** Shows a camera in a video element for as long as that is shown. What the front camera sees is shown as in a mirror. */
export function useCamera() {
  const video = useRef<HTMLVideoElement>(null)
  const [facing, setFacing] = useState<Facing>('user')
  const [camera, setCamera] = useState<Camera>()
  const [isRefused, setIsRefused] = useState(false)

  useEffect(() => {
    let isLeft = false
    let opened: MediaStream | undefined
    setCamera(undefined)
    setIsRefused(false)
    const open = async () => {
      const constraints = { facingMode: facing, width: { ideal: 1920 }, height: { ideal: 1920 } }
      opened = await navigator.mediaDevices.getUserMedia({ video: constraints })
      // The person went on while the browser asked.
      if (isLeft || !video.current) return stop(opened)
      video.current.srcObject = opened
      await video.current.play()
      const devices = await navigator.mediaDevices.enumerateDevices()
      const seen = opened.getVideoTracks()[0]?.getSettings().facingMode ?? facing
      const hasOther = devices.filter(({ kind }) => kind === 'videoinput').length > 1
      if (!isLeft) setCamera({ isMirrored: seen === 'user', hasOther })
    }
    open().catch(() => {
      if (!isLeft) setIsRefused(true)
    })
    return () => {
      isLeft = true
      stop(opened)
    }
  }, [facing])

  /** The picture it shows, as it is, not mirrored. */
  const shoot = useCallback(async (): Promise<File | undefined> => {
    const { current: shown } = video
    if (!shown) return undefined
    const canvas = document.createElement('canvas')
    canvas.width = shown.videoWidth
    canvas.height = shown.videoHeight
    canvas.getContext('2d')?.drawImage(shown, 0, 0)
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
    return blob ? new File([blob], 'camera.jpg', { type: blob.type }) : undefined
  }, [])

  const turnAround = () => setFacing((now) => (now === 'user' ? 'environment' : 'user'))
  return { video, camera, isRefused, shoot, turnAround }
}

function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}
