import type { Inbox } from '@likeness/contracts'
import { inbox } from '@likeness/contracts/endpoints'
import { openCalls, waitFor } from '@likeness/test-kit'

/** An e-mail as its reader sees it. */
export type Mail = Inbox['items'][number] & {
  /** Its link, which leads to the page and carries a token. */
  link: string
}

/**
 * Waits for the newest e-mail to an address in the inbox of a deployment without a mail server.
 * @param url the one origin
 * @param subject a pattern for its subject
 * @param after an e-mail that is already known
 */
export function readMail(url: string, to: string, subject: RegExp, after?: Mail): Promise<Mail> {
  return waitFor(
    async () => {
      const { items } = (await openCalls(url).call(inbox.list, { query: { to } })).body
      const mail = items.find((item) => subject.test(item.subject))
      const link = mail?.links.find((address) => address.includes('token='))
      return mail && link !== undefined && mail.id !== after?.id && { ...mail, link }
    },
    { for: `an e-mail to ${to} about ${subject}` },
  )
}
