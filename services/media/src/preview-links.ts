import { addressOf } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'
import type { Secrets } from '@likeness/runtime/secrets'
import { openSigner } from '@likeness/runtime/signer'
import { problem } from './problems.js'

/** Addresses of previews that an `<img>` can show, which has no way to send an access token. */
export type PreviewLinks = {
  urlOf(uploadId: string): string
  /** @throws Problem `link-invalid`, `link-expired` */
  assertGood(uploadId: string, link: { expires: number; signature: string }): void
}

const lifetimeSeconds = 600
// The address stays the same for this long, so that browsers can keep the preview.
const stepSeconds = 60

/** @param secrets SERVICE_SECRET, so that each process of the service accepts the links of the others */
export function openPreviewLinks(publicUrl: string, secrets: Secrets): PreviewLinks {
  const signer = openSigner(secrets, previewPurpose)
  return {
    urlOf(uploadId) {
      const expires = Math.ceil((now() + lifetimeSeconds) / stepSeconds) * stepSeconds
      const signature = signer.sign(previewText(uploadId, expires))
      const address = addressOf(uploads.preview, { params: { id: uploadId }, query: { expires, signature } })
      return `${publicUrl}${address}`
    },
    assertGood(uploadId, { expires, signature }) {
      if (!signer.isSigned(previewText(uploadId, expires), signature)) throw problem('link-invalid')
      if (expires <= now()) throw problem('link-expired')
    },
  }
}

/** The purpose of the signature, and the signed text. */
export const previewPurpose = 'likeness preview link'
export const previewText = (uploadId: string, expires: number): string => `${uploadId} ${expires}`

/** Seconds since 1970. */
const now = () => Date.now() / 1000
