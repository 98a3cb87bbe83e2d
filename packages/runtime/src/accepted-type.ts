import Negotiator from 'negotiator'

/** The media type that `Accept` prefers of those offered (RFC 9110 §12.5.1); the first where it accepts none of them. */
export const acceptedType = <Type extends string>(
  accept: string | undefined,
  offered: readonly [Type, ...Type[]],
): Type => (new Negotiator({ headers: { accept } }).mediaType([...offered]) as Type | undefined) ?? offered[0]
