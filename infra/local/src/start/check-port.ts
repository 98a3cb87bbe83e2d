import { createServer } from 'node:net'
import { Fault } from '../fault.js'

/** @throws Fault when nothing can listen there, before anything else is started */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host, port, exclusive: true }, resolve)
    })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new Fault(`Port ${port} of ${host} is taken: set PORT to a free one.`)
    if (code === 'EACCES')
      throw new Fault(`Port ${port} is not open to this user: set PORT to one above 1023.`)
    throw new Fault(`Nothing can listen on ${host} (${code}): set HOST to an address of this machine.`)
  }
  await new Promise((resolve) => server.close(resolve))
}
