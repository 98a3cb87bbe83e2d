/** The headers of one part of a form. */
export type PartHead = {
  readonly name: string
  readonly filename: string | undefined
  /** Its Content-Type, lower case. */
  readonly type: string | undefined
}

/** The boundary that a Content-Type names (RFC 2046 §5.1.1), or undefined. */
export function readBoundary(contentType: string): string | undefined {
  const [, quoted, plain] = /;[ \t]*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i.exec(contentType) ?? []
  return quoted ?? plain
}

/**
 * Reads the rest of a boundary's line and the headers that follow it (RFC 7578 §4.2).
 * @returns undefined when they are not those of a field with a name
 */
export function readPartHead(text: string): PartHead | undefined {
  const [padding = '', ...lines] = text.split('\r\n')
  const headers = readHeaders(lines)
  if (padding.trim() !== '' || headers === undefined) return undefined
  const [, parameters] = /^form-data(?=[\s;]|$)(.*)$/is.exec(headers.get('content-disposition') ?? '') ?? []
  const found = parameters === undefined ? undefined : readParameters(parameters)
  const name = found?.get('name')
  if (found === undefined || name === undefined) return undefined
  return {
    name,
    filename: readExtended(found.get('filename*')) ?? found.get('filename'),
    type: headers.get('content-type')?.toLowerCase(),
  }
}

/** One header per line, none twice. */
function readHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([^\r\n]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined || headers.has(name.toLowerCase())) return undefined
    headers.set(name.toLowerCase(), value)
  }
  return headers
}

/**
 * Parameters of a header (RFC 9110 §5.6.6), by their names in lower case; none twice. Browsers leave backslashes as
 * they are, so a quoted value that ends in one is read to its quote.
 */
function readParameters(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  const one =
    /[ \t]*;[ \t]*(?:([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*|[^"]*)"(?=[ \t]*(?:;|$))|([^\s;"]*)))?/gy
  let read = 0
  for (const [whole, name, quoted, plain = ''] of text.matchAll(one)) {
    read += whole.length
    if (name === undefined) continue
    if (found.has(name.toLowerCase())) return undefined
    found.set(name.toLowerCase(), quoted === undefined ? plain : unquote(quoted))
  }
  return text.slice(read).trim() === '' ? found : undefined
}

/** Undoes the quoting of browsers (HTML, multipart form data) and of others. Backslashes of Windows paths stay. */
const unquote = (text: string) => text.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"')

/** `UTF-8''na%C3%AFve.jpg` (RFC 8187), which forms should not have but some libraries send. */
function readExtended(text = ''): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/is.exec(text) ?? []
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
