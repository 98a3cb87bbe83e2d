/**
 * Gives the access token for a request: that of a session (`createSession`), or of a login of your own.
 * `refused` is the token that the server has just refused, if any: give another one, or throw.
 */
export type GetToken = (refused?: string) => string | Promise<string>

/** A language, or what tells it. */
export type Language = string | (() => string)

export type ClientOptions = {
  /** The origin of Likeness, such as `https://likeness.example`; nothing in a page of that origin. */
  url?: string | undefined
  /** Without it, only what anyone may do. */
  getToken?: GetToken | undefined
  /**
   * In which language errors are told: `en` or `fr`, or a function that says so before each request, for a page whose
   * language changes. By default that of the browser.
   */
  language?: Language | undefined
  /** How often a request is tried again, at most, when that is safe and can help: by default 3. */
  retries?: number | undefined
}

/** How requests reach Likeness; the first argument of every function here. */
export type Client = {
  readonly url: string
  readonly getToken: GetToken | undefined
  readonly language: Language | undefined
  readonly retries: number
}

/** Makes a client. It sends nothing yet, and holds nothing that has to be closed. */
export const createClient = ({ url = '', getToken, language, retries = 3 }: ClientOptions = {}): Client => ({
  url: url.replace(/\/+$/, ''),
  getToken,
  language,
  retries,
})
