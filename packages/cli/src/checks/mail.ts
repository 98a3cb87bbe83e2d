import type { Finding } from './finding.js'

/** Whether the mail server takes the log-in; without one, e-mails go to the inbox, which is for one machine. */
export async function checkMailServer(env: NodeJS.ProcessEnv): Promise<Finding> {
  const { MAIL_URL, PUBLIC_URL = '' } = env
  if (MAIL_URL) {
    const { checkMail } = await import('@likeness/accounts/operations')
    await checkMail(MAIL_URL)
    return { name: 'mail', ok: true, says: 'the mail server accepts the log-in' }
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(PUBLIC_URL).hostname)
  return {
    name: 'mail',
    ok: isLocal,
    says: isLocal
      ? 'no mail server: e-mails are at /inbox'
      : 'no mail server: set MAIL_URL, or nobody gets an e-mail',
  }
}
