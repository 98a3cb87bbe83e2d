import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { Test } from 'tap'

/** A mail server that keeps what it receives, on a port of its own. */
export async function startSmtp(t: Test) {
  const received: (Email & { envelope: { from: string; to: string[] } })[] = []
  const smtp = {
    url: '',
    received,
    /** Answers to the next recipients, before it accepts them again: `{ code, message }`. */
    refusals: [] as { code: number; message: string }[],
    /** Called when an e-mail was accepted, before the sender is told. */
    onTaken: async () => {},
  }
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onRcptTo(_address, _session, done) {
      const refusal = smtp.refusals.shift()
      if (!refusal) return done()
      done(Object.assign(new Error(refusal.message), { responseCode: refusal.code }))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        void PostalMime.parse(Buffer.concat(chunks)).then(async (mail) => {
          const { mailFrom, rcptTo } = session.envelope
          const from = mailFrom === false || mailFrom === undefined ? '' : mailFrom.address
          received.push({ ...mail, envelope: { from, to: rcptTo.map((one) => one.address) } })
          await smtp.onTaken()
          done()
        })
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise<void>((resolve) => server.close(() => resolve())))
  smtp.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`
  return smtp
}
