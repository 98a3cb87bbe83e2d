import type { SetAvatar } from '@likeness/contracts'
import { signServiceToken } from '@likeness/runtime'
import type { MediaConfig } from './config.js'

/** The calls media makes to accounts. */
export type AccountsClient = {
  /** Shows an avatar in the profile unless a newer one is there. Resolves to whether the user exists; rejects when accounts is away. */
  setAvatar(userId: string, avatar: SetAvatar): Promise<boolean>
}

const timeoutMs = 5_000

export function openAccountsClient(
  config: Pick<MediaConfig, 'ACCOUNTS_URL' | 'SERVICE_SECRET'>,
): AccountsClient {
  return {
    async setAvatar(userId, avatar) {
      const response = await fetch(`${config.ACCOUNTS_URL}/internal/users/${userId}/avatar`, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${await signServiceToken(config.SERVICE_SECRET, 'media', 'accounts')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(avatar),
        signal: AbortSignal.timeout(timeoutMs),
      })
      // The body is read, so the connection can be used again.
      const body = await response.text()
      if (response.status === 204) return true
      if (response.status === 404 && body.includes('"user-not-found"')) return false
      throw new Error(`accounts answered ${response.status} to a new avatar`)
    },
  }
}
