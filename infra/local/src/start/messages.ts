import type { PartName, Parts } from './parts.js'

/** Sent to the host once the databases answer: what to open, and with which settings. */
export type Order = {
  /** The environment of each part, the gateway's last. */
  readonly parts: Parts
  /** The PostgreSQL to make databases in, if it is ours. */
  readonly server: string | undefined
  readonly databases: { readonly accounts: string; readonly media: string }
  /** Undefined without accounts. */
  readonly admin: { readonly email: string; readonly password: string | undefined } | undefined
}

/** Sent by the host as it gets on: `loaded`, then `begun` once it has its order. */
export type Step =
  | { readonly done: 'loaded' | 'begun' | 'migrated' | PartName }
  /** With the password of the first administrator, when it was made up just now. */
  | { readonly done: 'all'; readonly password?: string }

/** Sent by the host before an error ends it. */
export type Crash = { readonly crashed: string }
