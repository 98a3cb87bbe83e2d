import { type AvatarFlow, type FlowSnapshot, LikenessError } from '@likeness/client'
import { useAvatarFlow } from '@likeness/client/react'
import { useEffect, useState } from 'react'
import { client } from '../../api/likeness.js'
import { pickFile } from './pick-file.js'
import { shrinkPicture } from './shrink-picture.js'

export type PictureFlow = {
  state: FlowSnapshot
  flow: AvatarFlow
  /** The file of the picture that is shown; undefined for one that was sent before the page was loaded. */
  file: File | undefined
  /** Takes files that were chosen, dropped or pasted. While another picture is at hand, they are only offered. */
  take: (files: readonly File[]) => void
  /** A picture that was given while another is at hand, or why it cannot be sent. */
  offered: File | LikenessError | undefined
  /** Whether the picture at hand can be given up for the one that is offered. */
  canReplace: boolean
  /** Gives up the picture at hand, and sends this one. */
  replaceBy: (file: File) => void
  /** Forgets what was offered. */
  decline: () => void
}

/** The flow of the client, with the file at hand and what was given while it was busy. */
export function usePictureFlow(): PictureFlow {
  const [state, flow] = useAvatarFlow(client, { shrink: shrinkPicture })
  const [file, setFile] = useState<File>()
  const [offered, setOffered] = useState<File | LikenessError>()
  /** What to send once the picture at hand is given up. */
  const [next, setNext] = useState<File>()

  const send = (picked: File) => {
    setFile(picked)
    setOffered(undefined)
    flow.pick(picked)
  }
  // The picture at hand is gone; or it could not be discarded, and stays.
  if (next && state.step === 'cropping' && state.fault) setNext(undefined)
  useEffect(() => {
    if (!next || state.step !== 'choosing') return
    setNext(undefined)
    setFile(next)
    flow.pick(next)
  }, [next, state.step, flow])

  return {
    state,
    flow,
    file,
    offered,
    canReplace: replaceable.includes(state.step),
    take: (files) => {
      const picked = pickFile(files, state.limit)
      if (picked === undefined) return
      if (state.step !== 'choosing') setOffered(picked)
      else if (picked instanceof LikenessError) {
        const tooLarge = picked.code === 'image-too-large' ? files[0] : undefined
        // It may be made smaller.
        setFile(tooLarge)
        flow.refuse(picked, tooLarge)
      } else send(picked)
    },
    replaceBy: (other) => {
      if (state.step === 'choosing') return send(other)
      setOffered(undefined)
      setNext(other)
      flow.cancel()
    },
    decline: () => setOffered(undefined),
  }
}

const replaceable: readonly FlowSnapshot['step'][] = [
  'choosing',
  'shrinking',
  'sending',
  'preparing',
  'cropping',
]
