import type { Inbox } from '@likeness/contracts'
import { inbox } from '@likeness/contracts/endpoints'
import { type Call, waitFor } from '@likeness/test-kit'
import type { Test } from 'tap'
import { startSmtp } from './start-smtp.js'

type Mail = Pick<Inbox['items'][number], 'from' | 'subject' | 'text' | 'html'>

/** The mailbox of a test: the inbox of the deployment, or a real mail server. */
export async function startMailbox(t: Test, transport: 'inbox' | 'smtp') {
  const smtp = transport === 'smtp' ? await startSmtp(t) : undefined
  const config: Record<string, string> = smtp ? { MAIL_URL: smtp.url } : {}

  /** E-mails to an address so far, newest first. */
  async function mailsTo(call: Call, to: string): Promise<Mail[]> {
    if (!smtp) {
      return (await call(inbox.list, { query: { to } })).body.items
    }
    return smtp.received
      .filter((mail) => mail.envelope.to.some((address) => address.toLowerCase() === to.toLowerCase()))
      .map(({ from, subject = '', text = '', html = '' }) => ({
        from: `${from?.name} <${from?.address}>`,
        subject,
        text,
        html,
      }))
      .toReversed()
  }

  return {
    config,
    /** Waits for the newest e-mail to an address with this in its subject. `token` is that of its link. */
    async read(call: Call, to: string, subject: RegExp) {
      const mail = await waitFor(
        async () => (await mailsTo(call, to)).find((one) => subject.test(one.subject)),
        { for: `an e-mail to ${to} about ${subject}` },
      )
      const links = mail.text.match(/https?:\/\/\S+/g) ?? []
      const link = links.find((address) => address.includes('token='))
      return {
        ...mail,
        links,
        token: link === undefined ? '' : (new URL(link).searchParams.get('token') ?? ''),
      }
    },
  }
}
