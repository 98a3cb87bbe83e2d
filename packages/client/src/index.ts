export type * from './api.js'
export * as avatars from './avatars.js'
export { type Answer, type Arguments, type CallOptions, call, type Route } from './call.js'
export { type Client, type ClientOptions, createClient, type GetToken, type Language } from './client.js'
export {
  type ClientCode,
  type ErrorCode,
  type FieldError,
  isProblem,
  LikenessError,
  type ProblemCode,
} from './error.js'
export { type AvatarFlow, createAvatarFlow, type FlowOptions, type FlowSnapshot } from './flow/avatar-flow.js'
export type { FlowState, Notice } from './flow/flow-state.js'
export { newKey } from './key.js'
export * as operators from './operators.js'
export { pages } from './pages.js'
export * as profile from './profile.js'
export type { RetryOptions } from './retry.js'
export type { OnProgress } from './send-bytes.js'
export { createSession, type Session, type SessionOptions } from './session/session.js'
export type { SessionState } from './session/session-core.js'
export { inLocalStorage, inMemory, type Kept, type SessionStore } from './session/session-store.js'
export * as uploads from './uploads.js'
