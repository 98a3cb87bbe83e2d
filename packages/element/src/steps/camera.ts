import { button, h } from '../dom.js'
import type { Scene, Step } from './step.js'

const QUALITY = 0.95

/** Take a picture. What the front camera sees is shown as in a mirror, and sent as it is. */
export function cameraStep(scene: Scene): Step {
  const { texts, flow } = scene
  let stream: MediaStream | undefined
  let isLeft = false
  const video = h('video', {
    autoplay: true,
    muted: true,
    playsinline: true,
    class: 'stage',
    part: 'camera',
    'aria-label': texts.cameraPicture,
  })
  // The attribute counts only when a page is parsed.
  video.muted = true
  const trouble = h('div', { role: 'alert' })
  const shoot = button('primary', texts.shoot, () => void take())
  shoot.disabled = true
  const other = button('secondary', texts.switchCamera, () => {
    facing = facing === 'user' ? 'environment' : 'user'
    void start()
  })
  other.hidden = true
  let facing: 'user' | 'environment' = 'user'

  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop()
    stream = undefined
  }

  async function start(): Promise<void> {
    stop()
    shoot.disabled = true
    try {
      const opened = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: facing, width: { ideal: 1920 }, height: { ideal: 1920 } },
      })
      stream = opened
      // The person went on while the browser asked.
      if (isLeft) return stop()
      const seen = opened.getVideoTracks()[0]?.getSettings().facingMode ?? facing
      video.classList.toggle('mirrored', seen === 'user')
      video.srcObject = opened
      await video.play()
      shoot.disabled = false
      const devices = await navigator.mediaDevices.enumerateDevices()
      other.hidden = devices.filter(({ kind }) => kind === 'videoinput').length < 2
      trouble.replaceChildren()
    } catch {
      if (isLeft) return
      stop()
      trouble.replaceChildren(
        h('p', { class: 'fault', part: 'fault' }, `${texts.noCamera}. ${texts.noCameraHint}`),
      )
    }
  }

  async function take(): Promise<void> {
    const canvas = h('canvas', { width: video.videoWidth, height: video.videoHeight })
    canvas.getContext('2d')?.drawImage(video, 0, 0)
    const photo = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))
    if (photo) flow.pick(new File([photo], 'camera.jpg', { type: photo.type }))
  }

  void start()
  return {
    title: texts.camera,
    body: [trouble, video],
    actions: [shoot, other, button('secondary', texts.back, scene.backToFlow)],
    leave: () => {
      isLeft = true
      stop()
    },
  }
}
