import { createTransport } from 'nodemailer'

const waitMs = 10_000

/**
 * Connects to a mail server and logs in, without sending anything.
 * @param url MAIL_URL
 * @throws Error when it does not answer, or refuses
 */
export async function checkMail(url: string): Promise<void> {
  const transport = createTransport({
    url,
    connectionTimeout: waitMs,
    greetingTimeout: waitMs,
    socketTimeout: waitMs,
    dnsTimeout: waitMs,
  })
  try {
    await transport.verify()
  } finally {
    transport.close()
  }
}
