import { mkdir, readFile, writeFile } from 'node:fs/promises'

/** The example of the client's README, in a file from which it can be imported and bundled. @returns its address */
export async function writeReadmeExample(): Promise<URL> {
  const readme = await readFile(new URL('../../../../packages/client/README.md', import.meta.url), 'utf8')
  const [, code] = /<!-- example: a test runs this block -->\n+```js\n(.*?)```/s.exec(readme) ?? []
  if (code === undefined) throw new Error('The README of the client has no example.')
  const file = new URL('../program/readme-example.js', import.meta.url)
  await mkdir(new URL('.', file), { recursive: true })
  await writeFile(file, code)
  return file
}

/** As the example exports it. */
export type ReadmeExample = {
  changeAvatar: (given: {
    url: string
    login: string
    password: string
    file: Blob
    onProgress: (share: number) => void
  }) => Promise<string | undefined>
}
