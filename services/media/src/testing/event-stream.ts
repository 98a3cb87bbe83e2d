import { addressOf, Upload } from '@likeness/contracts'
import { uploads } from '@likeness/contracts/endpoints'

export type StreamedEvent = { id: string; name: string; upload: Upload }

/**
 * Opens the events of an upload as a client of its own.
 * @param entrance the `Authorization` header, or all the headers that let it in
 */
export async function openEvents(
  url: string,
  id: string,
  entrance: string | Record<string, string>,
  options: { lastEventId?: string; signal?: AbortSignal; ticket?: string } = {},
) {
  const { lastEventId, signal, ticket } = options
  const response = await fetch(`${url}${addressOf(uploads.follow, { params: { id }, query: { ticket } })}`, {
    headers: {
      ...(typeof entrance === 'string' ? { authorization: entrance } : entrance),
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    ...(signal ? { signal } : {}),
  })
  const isStream = response.headers.get('content-type') === 'text/event-stream'
  return { response, events: eventsOf(isStream && response.body ? response.body : new Blob([]).stream()) }
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  let text = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (text + chunk).split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/, 2) as [string, string]))
      const data = fields.get('data')
      if (data === undefined) continue
      const upload = Upload.parse(JSON.parse(data))
      yield { id: fields.get('id') ?? '', name: fields.get('event') ?? '', upload }
    }
  }
  if (text !== '') throw new Error(`the stream broke off within ${text}`)
}

/** All events until the stream ends. */
export async function readEvents(
  ...open: Parameters<typeof openEvents>
): Promise<{ status: number; events: StreamedEvent[] }> {
  const { response, events } = await openEvents(...open)
  const all: StreamedEvent[] = []
  for await (const event of events) all.push(event)
  return { status: response.status, events: all }
}
