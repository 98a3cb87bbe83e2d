// Made of the endpoints in packages/contracts by `npm run emit`: do not edit.

export type AccountsUpkeepList = {
  items: UpkeepTask[]
  /** whether `/inbox` answers here: only without a mail server, and to this machine or, if so configured, anyone */
  inbox: boolean
}

export type Activity = {
  /** UUID v7 */
  id: string
  type: ActivityType
  /** RFC 3339, UTC */
  at: string
  actorKind: ActorKind
  /** the person who did it, if not the user; only managers see this */
  actorId: string | null
  /** null when the user did it, or no person; `operator` when they have left since */
  actorRole: "manager" | "admin" | "operator" | null
  ip: string | null
  userAgent: string | null
  /** what it changed, by field */
  changes: { [name: string]: Change }
  details: { [name: string]: unknown }
}

export type ActivityPage = {
  items: Activity[]
  nextCursor: string | null
}

export type ActivityType = "registered" | "login" | "login-failed" | "logout" | "refresh-reused" | "email-verified" | "email-change-requested" | "email-change-stopped" | "email-changed" | "password-changed" | "password-reset" | "role-changed" | "group-changed" | "disabled" | "enabled" | "profile-updated" | "avatar-published" | "avatar-restored" | "avatar-described" | "avatar-removed" | "avatar-failed" | "upload-refused" | "picture-held" | "upload-discarded" | "picture-erased" | "hold-lifted" | "webhook-paused" | "webhook-disabled"

export type ActorKind = "person" | "key" | "service" | "upkeep"

export type AddWebhook = {
  /** https, in the public internet, unless OUTBOUND_ALLOW names it */
  url: string
  description?: string | undefined
  /** null: all of them, also those of later releases */
  events?: WebhookEventType[] | null | undefined
}

export type AddedWebhook = {
  /** UUID v7 */
  id: string
  url: string
  description: string
  /** null: all */
  events: WebhookEventType[] | null
  /** paused: events are kept for it; disabled: they are not */
  state: "enabled" | "paused" | "disabled"
  /** `failing` for three days, it answered 410 (`gone`), or an administrator `asked` for it */
  reason: "failing" | "gone" | "asked" | null
  /** since when */
  stateAt: string
  /** the first failure since the last success */
  failingSince: string | null
  /** whpk_…, for the ed25519 signatures (v1a), the newest first; two during a rotation */
  publicKeys: string[]
  /** deliveries that were not taken yet */
  waiting: number
  /** deliveries that were given up */
  failed: number
  /** RFC 3339, UTC */
  createdAt: string
  /** who added it, and is told when it stops; a key, or null: a command */
  createdBy: string | null
  /** whsec_…, for the HMAC signatures (v1); it is shown this once */
  secret: string
}

export type AdminClose = {
  /** kept with the record of the act */
  reason: string
}

export type AdminPatch = {
  role?: Role | undefined
  group?: string | undefined
  disabled?: boolean | undefined
  /** vouches for the address */
  emailVerified?: true | undefined
  /** logs the user out everywhere */
  endSessions?: true | undefined
  /** kept with the record of the act */
  reason?: string | undefined
}

export type AdminUser = {
  /** UUID v7 */
  id: string
  username: string
  email: string
  emailVerified: boolean
  role: Role
  group: string
  /** RFC 3339, UTC */
  createdAt: string
  /** RFC 3339, UTC */
  updatedAt: string
  profile: Profile
  avatar: ProfileAvatar | null
  disabledAt: string | null
}

export type AdminUserPage = {
  items: AdminUser[]
  nextCursor: string | null
}

export type AuditAction = "upload-read" | "uploads-listed" | "preview-read" | "upload-followed" | "history-listed" | "history-exported" | "trail-read" | "account-read" | "accounts-listed" | "activity-read" | "erasures-listed" | "audit-read" | "failures-listed" | "uses-listed" | "person-read" | "person-exported" | "keys-listed" | "deliveries-listed" | "picture-taken-down" | "image-blocked" | "image-unblocked" | "failures-retried" | "sessions-ended" | "erasure-asked" | "person-made-known" | "key-created" | "key-revoked" | "webhook-added" | "webhook-changed" | "webhook-removed" | "webhook-rotated" | "webhook-replayed" | "webhook-stopped" | "upkeep-run" | "account-closed" | "act-refused" | "backup-restored" | "trail-pruned" | "audit-pruned" | "text-erased" | "person-erased"

export type AuditEvent = {
  /** grows with every event of this list */
  seq: number
  /** RFC 3339, UTC */
  at: string
  action: AuditAction
  actorKind: ActorKind
  /** null when no person did it */
  actorId: string | null
  /** the rank they acted with */
  actorRole: Role | null
  /** the person it is about, if it is about one */
  userId: string | null
  uploadId: string | null
  ip: string | null
  /** the device as it names itself */
  userAgent: string | null
  outcome: "done" | "refused"
  /** the code of the refusal */
  problem: string | null
  /** what it changed, by field */
  changes: { [name: string]: Change }
  details: { [name: string]: unknown }
}

export type AuditPage = {
  items: AuditEvent[]
  nextCursor: string | null
}

export type Avatar = {
  /** grows with every confirmation, restoration and withdrawal; the largest one is live */
  version: number
  urls: { [name: string]: { [Name in VariantFormat]?: string } }
}

export type BlockedImage = {
  /** UUID v7 */
  id: string
  sha256: string
  /** pictures whose look differs in at most so many bits are refused too; null: the same bytes only */
  distance: number | null
  reason: string
  /** UUID v7 */
  actorId: string
  /** RFC 3339, UTC */
  at: string
  /** UUID v7 */
  takedownId: string
}

export type BlockedImagePage = {
  items: BlockedImage[]
  nextCursor: string | null
}

export type Change = {
  before: unknown
  after: unknown
}

export type ChangeEmail = {
  email: string
  currentPassword: string
}

export type ChangePassword = {
  currentPassword: string
  password: string
}

export type ChangeWebhook = {
  url?: string | undefined
  description?: string | undefined
  events?: WebhookEventType[] | null | undefined
  /** false: it is told nothing that happens meanwhile; true also ends a pause */
  enabled?: boolean | undefined
}

export type CloseAccount = {
  password: string
}

export type ConfirmEmail = {
  token: string
}

export type ConfirmUpload = {
  /** without it the centred square */
  crop?: Crop | undefined
  altText?: string | undefined
  /** refuses when the bytes are not the ones that were shown */
  sha256?: string | undefined
}

export type ConfirmedEmail = {
  email: string
  emailVerified: true
}

export type CookieLoggedIn = {
  accessToken: string
  tokenType: "Bearer"
  expiresIn: number
  refreshExpiresIn: number
  user: Me
}

export type CookieTokens = {
  accessToken: string
  tokenType: "Bearer"
  expiresIn: number
  refreshExpiresIn: number
}

export type CreateDirectUpload = {
  filename?: string | undefined
  contentType: string
  bytes: number
  /** of the bytes, hexadecimal */
  sha256: string
}

export type CreateKey = {
  /** what it is for */
  name: string
  scopes: Scope[]
  expiresInDays?: number | undefined
}

export type CreatedKey = {
  /** the actor in the trail of what is done with it */
  id: string
  /** how the key begins */
  prefix: string
  name: string
  scopes: Scope[]
  /** RFC 3339, UTC */
  createdAt: string
  /** null: by a command */
  createdBy: string | null
  /** RFC 3339, UTC */
  expiresAt: string
  /** to the minute */
  lastUsedAt: string | null
  revokedAt: string | null
  /** the key, which is shown this once */
  key: string
}

export type Crop = {
  x: number
  y: number
  width: number
  height: number
}

export type Delivery = {
  /** of the event, which is `webhook-id` of each request */
  id: string
  /** the body of the request */
  payload: WebhookPayload
  state: DeliveryState
  /** since the last replay */
  attempts: number
  isReplay: boolean
  nextAt: string | null
  /** the last attempt */
  last: {
    /** when it was sent */
    at: string
    /** null while it is under way */
    milliseconds: number | null
    /** null when there was no answer */
    status: number | null
    /** why there was none */
    fault: string | null
    /** the beginning of its body */
    answer: string | null
  } | null
  deliveredAt: string | null
}

export type DeliveryPage = {
  items: Delivery[]
  nextCursor: string | null
}

export type DeliveryState = "waiting" | "delivered" | "failed"

export type DescribeAvatar = {
  /** null takes it away */
  altText?: string | null | undefined
}

export type DirectUpload = {
  /** of the upload it becomes when it is completed */
  id: string
  /** where to POST multipart/form-data: the fields, then the picture as `file` */
  url: string
  fields: { [name: string]: string }
  /** the form is accepted until then */
  expiresAt: string
}

export type ErasedAccount = {
  /** UUID v7 */
  id: string
  status: "erasing" | "complete"
  /** account, profile, sessions, activity */
  accounts: "erased"
  /** uploads, pictures and their history */
  media: "erasing" | "erased"
  /** RFC 3339, UTC */
  requestedAt: string
  completedAt: string | null
  /** UUID v7 */
  userId: string
  /** the administrator who closed it; null for its owner, and for a command on the machine, which has a reason */
  actorId: string | null
  /** given by who closed it; null for its owner */
  reason: string | null
}

export type ErasedAccountPage = {
  items: ErasedAccount[]
  nextCursor: string | null
}

export type Erasure = {
  /** UUID v7 */
  id: string
  status: "erasing" | "complete"
  /** account, profile, sessions, activity */
  accounts: "erased"
  /** uploads, pictures and their history */
  media: "erasing" | "erased"
  /** RFC 3339, UTC */
  requestedAt: string
  completedAt: string | null
}

export type EventTicket = {
  ticket: string
  /** the events, for `new EventSource(url)` */
  url: string
  /** RFC 3339, UTC */
  expiresAt: string
}

export type Failure = {
  step: Step
  /** no-run: the job has not run yet or was lost; storage-away, storage-full, original-missing, accounts-away, database-away, decode-starved, unexpected (the log has it); the failure code of an upload; or the problem of an import */
  cause: string
  state: "waiting" | "ended"
  /** UUID v7 */
  userId: string
  /** null where it is about a person */
  uploadId: string | null
  /** since when it waits, or when it ended */
  since: string
  /** runs that failed and were noted */
  attempts: number
  /** when a run last failed */
  lastAt: string | null
}

export type FailureGroup = {
  step: Step
  /** no-run: the job has not run yet or was lost; storage-away, storage-full, original-missing, accounts-away, database-away, decode-starved, unexpected (the log has it); the failure code of an upload; or the problem of an import */
  cause: string
  state: "waiting" | "ended"
  count: number
  /** since when the oldest waits, or when the first ended */
  since: string
  /** runs that failed and were noted */
  attempts: number
  /** when a run last failed */
  lastAt: string | null
}

export type FailureGroups = {
  items: FailureGroup[]
}

export type FailurePage = {
  items: Failure[]
  nextCursor: string | null
}

export type HistoryEntry = {
  /** UUID v7 */
  id: string
  /** UUID v7 */
  userId: string
  status: UploadStatus
  isConfirmed: boolean
  /** cleaned, at most 255 characters */
  originalFilename: string | null
  format: ImageFormat
  bytes: number
  /** upright pixels */
  width: number
  /** upright pixels */
  height: number
  /** frames of an animation, 1 for a still */
  pages: number
  /** of the uploaded bytes, hexadecimal */
  sha256: string
  crop: Crop | null
  altText: string | null
  /** RFC 3339, UTC */
  uploadedAt: string
  confirmedAt: string | null
  publishedAt: string | null
  /** when a pending upload expires */
  expiresAt: string | null
  /** when it was discarded, expired, rejected, failed, superseded, withdrawn or erased */
  closedAt: string | null
  failure: {
    code: string
    detail: string
  } | null
  /** null until the worker has made it, and once its files are gone. Signed: anyone who has it sees the preview for ten minutes, so an `<img>` may show it */
  previewUrl: string | null
  /** base64 of the ThumbHash of the preview */
  thumbhash: string | null
  /** an operator withdrew it: its owner may restore it only once an operator lifts that */
  heldByOperator: boolean
  /** its variants, once rendered */
  avatar: Avatar | null
  /** its owner, or a manager */
  uploadedBy: string | null
  /** where it was uploaded from */
  ip: string | null
}

export type HistoryPage = {
  items: HistoryEntry[]
  nextCursor: string | null
}

export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "avif" | "heic" | "bmp"

export type ImportUpload = {
  /** of the picture */
  url: string
  /** its name; else the last part of the address */
  filename?: string | undefined
  /** whose it becomes, by managers, admins and keys only; default the caller’s */
  userId?: string | undefined
}

export type JobState = "active" | "waiting" | "delayed" | "failed"

export type Jwks = {
  keys: {
    kid: string
    kty: string
    crv: string
    x: string
    alg: "EdDSA"
    use: "sig"
  }[]
}

export type KeyList = {
  items: ServiceKey[]
}

export type LogIn = {
  login: string
  password: string
  /** of a session on this device, so that guessing by others does not count against it */
  refreshToken?: string | undefined
}

export type LoggedIn = {
  accessToken: string
  tokenType: "Bearer"
  expiresIn: number
  refreshToken: string
  refreshExpiresIn: number
  user: Me
}

export type Me = {
  /** UUID v7 */
  id: string
  username: string
  email: string
  emailVerified: boolean
  role: Role
  group: string
  /** RFC 3339, UTC */
  createdAt: string
  /** RFC 3339, UTC */
  updatedAt: string
  profile: Profile
  avatar: ProfileAvatar | null
  /** whether a link that confirms the address still has to be opened */
  emailVerification: "done" | "sent" | "not-required"
}

export type MediaExport = {
  uploads: ({
    /** UUID v7 */
    id: string
    /** UUID v7 */
    userId: string
    status: UploadStatus
    isConfirmed: boolean
    /** cleaned, at most 255 characters */
    originalFilename: string | null
    format: ImageFormat
    bytes: number
    /** upright pixels */
    width: number
    /** upright pixels */
    height: number
    /** frames of an animation, 1 for a still */
    pages: number
    /** of the uploaded bytes, hexadecimal */
    sha256: string
    crop: Crop | null
    altText: string | null
    /** RFC 3339, UTC */
    uploadedAt: string
    confirmedAt: string | null
    publishedAt: string | null
    /** when a pending upload expires */
    expiresAt: string | null
    /** when it was discarded, expired, rejected, failed, superseded, withdrawn or erased */
    closedAt: string | null
    failure: {
      code: string
      detail: string
    } | null
    /** null until the worker has made it, and once its files are gone. Signed: anyone who has it sees the preview for ten minutes, so an `<img>` may show it */
    previewUrl: string | null
    /** base64 of the ThumbHash of the preview */
    thumbhash: string | null
    /** an operator withdrew it: its owner may restore it only once an operator lifts that */
    heldByOperator: boolean
    /** its variants, once rendered */
    avatar: Avatar | null
    events: UploadEvent[]
  })[]
  files: {
    path: string
    bytes: number
  }[]
}

export type Person = {
  /** names them everywhere else */
  id: string
  /** the alias */
  issuer: string
  subject: string
  /** as the newest token says */
  email: string | null
  /** as `email` */
  name: string | null
  /** as `email` */
  locale: string | null
  /** RFC 3339, UTC */
  firstSeenAt: string
  /** tokens made up to then are refused */
  sessionsEndedAt: string | null
}

export type Problem = {
  /** `urn:likeness:problem:` followed by the code */
  type: string
  title: string
  status: number
  detail: string
  /** stable kebab-case word, never translated */
  code: string
  /** path of the request */
  instance: string
  requestId: string
  errors?: {
    /** keys of the body with dots between, a query parameter, or a header */
    path: string
    /** stable kebab-case word, never translated */
    code: string
    message: string
  }[] | undefined
}

export type Profile = {
  firstName: string | null
  lastName: string | null
  nickname: string
  bio: string | null
  phoneNumber: string | null
  companyName: string | null
  profession: string | null
  birthDate: string | null
  /** derived from birthDate */
  age: number | null
  linkedinUrl: string | null
  githubUrl: string | null
  isProfessional: boolean
  locale: string | null
  /** the hash of the e-mail address may be looked up, once the address is verified */
  discoverable: boolean
  /** extra fields, as the group of the user has them */
  custom: { [name: string]: unknown }
}

export type ProfileAvatar = {
  version: number
  urls: { [name: string]: { [Name in VariantFormat]?: string } }
  thumbhash: string | null
  altText: string | null
}

export type ProfilePatch = {
  firstName?: string | null | undefined
  lastName?: string | null | undefined
  nickname?: string | undefined
  bio?: string | null | undefined
  /** international (`+…`), or national to the country of the deployment */
  phoneNumber?: string | null | undefined
  companyName?: string | null | undefined
  profession?: string | null | undefined
  /** not in the future, at most 130 years ago */
  birthDate?: string | null | undefined
  linkedinUrl?: string | null | undefined
  githubUrl?: string | null | undefined
  isProfessional?: boolean | undefined
  locale?: "en" | "fr" | null | undefined
  discoverable?: boolean | undefined
  /** merged field by field; null empties it */
  custom?: { [name: string]: unknown } | null | undefined
}

export type PublicUser = {
  /** UUID v7 */
  id: string
  username: string
  profile: {
    nickname: string
    bio: string | null
    companyName: string | null
    profession: string | null
    linkedinUrl: string | null
    githubUrl: string | null
    isProfessional: boolean
  }
  avatar: ProfileAvatar | null
}

export type Queue = {
  kind: QueueKind
  /** the names of its jobs */
  jobs: string[]
  /** those added in one moment may count as one */
  counts: { [Name in JobState]: number }
  /** when the job whose turn is next was added; null when none waits */
  waitingSince: string | null
}

export type QueueKind = "pictures" | "previews" | "slow-pictures" | "light" | "webhooks" | "imports" | "mail" | "upkeep"

export type QueuedJob = {
  id: string
  name: string
  /** ids of what it is about; it carries nothing else */
  payload: { [name: string]: string | number | boolean }
  /** how often it failed or had to wait */
  attempts: number
  /** RFC 3339, UTC */
  addedAt: string
  /** when its latest attempt began */
  startedAt: string | null
  /** when a delayed one is tried */
  nextAt: string | null
  /** a word for why its latest attempt failed or what it waits for; the log says more */
  cause: string | null
}

export type QueuedJobs = {
  items: QueuedJob[]
}

export type Queues = {
  items: Queue[]
}

export type Refresh = {
  /** without it the cookie is used */
  refreshToken?: string | undefined
}

export type RefuseUpload = {
  /** its owner is told */
  reason: string
  /** of what was looked at; another is 409 */
  sha256?: string | undefined
}

export type Register = {
  /** if usernames are optional, one is generated for those who give none */
  username?: string | undefined
  email: string
  password: string
  passwordConfirmation?: string | undefined
  /** type of user, one of those open for registration */
  group?: string | undefined
  profile?: ProfilePatch | undefined
}

export type RegistrationField = {
  /** its place in the body, such as `profile.firstName` or `profile.custom.vatNumber` */
  name: string
  /** as the deployment names it; null for a field every profile has */
  label: string | null
  type: "text" | "date" | "number" | "yes-no" | "choice"
  /** the values of a choice; empty for any other type */
  choices: string[]
  required: boolean
}

export type RegistrationForm = {
  username: "required" | "optional"
  /** those open for registration */
  groups: {
    name: string
    /** the group of those who name none */
    isDefault: boolean
    fields: RegistrationField[]
  }[]
}

export type ReplayDeliveries = {
  /** of the event */
  id?: string | undefined
  /** when it happened; not before */
  from?: string | undefined
  /** before; now unless given */
  to?: string | undefined
  /** only deliveries in it */
  state?: DeliveryState | undefined
}

export type Replayed = {
  replayed: number
}

export type RequestReset = {
  email: string
}

export type ResendVerification = {
  email?: string | undefined
}

export type ResetPassword = {
  token: string
  password: string
}

export type RestoreUpload = {
  /** renders anew, as an upload of its own, from the kept original */
  crop?: Crop | undefined
}

export type Retried = {
  /** how many run again now; with dryRun, how many would */
  retried: number
  /** true: nothing was done */
  dryRun: boolean
  /** whether more wait for this cause than one request retries */
  left: boolean
}

export type RetryFailures = {
  /** UUID v7 */
  uploadId?: string | undefined
  step?: Step | undefined
  /** no-run: the job has not run yet or was lost; storage-away, storage-full, original-missing, accounts-away, database-away, decode-starved, unexpected (the log has it); the failure code of an upload; or the problem of an import */
  cause?: string | undefined
}

export type Role = "user" | "manager" | "admin"

export type RotatedSecret = {
  /** whsec_…, for the HMAC signatures (v1); it is shown this once */
  secret: string
  publicKey: string
  /** requests are signed with the former secret too until then */
  formerValidUntil: string
}

export type Scope = "uploads:read" | "uploads:write" | "people:read" | "people:write" | "people:erase" | "webhooks:manage" | "history:read" | "stats:read" | "upkeep:run"

export type ServiceKey = {
  /** the actor in the trail of what is done with it */
  id: string
  /** how the key begins */
  prefix: string
  name: string
  scopes: Scope[]
  /** RFC 3339, UTC */
  createdAt: string
  /** null: by a command */
  createdBy: string | null
  /** RFC 3339, UTC */
  expiresAt: string
  /** to the minute */
  lastUsedAt: string | null
  revokedAt: string | null
}

export type Session = {
  /** UUID v7 */
  id: string
  current: boolean
  /** User-Agent of the last use */
  device: string | null
  ip: string | null
  /** RFC 3339, UTC */
  createdAt: string
  /** RFC 3339, UTC */
  lastUsedAt: string
  /** RFC 3339, UTC */
  expiresAt: string
}

export type SessionPage = {
  items: Session[]
  nextCursor: string | null
}

export type StartedErasure = {
  /** UUID v7 */
  id: string
  status: "erasing" | "complete"
  /** account, profile, sessions, activity */
  accounts: "erased"
  /** uploads, pictures and their history */
  media: "erasing" | "erased"
  /** RFC 3339, UTC */
  requestedAt: string
  completedAt: string | null
  /** for `GET /v1/erasures/:id?token=`, which no access token opens */
  token: string
}

export type Stats = {
  /** RFC 3339, UTC */
  from: string
  /** RFC 3339, UTC */
  to: string
  bucket: "hour" | "day" | "week" | "month"
  total: {
    /** pictures staged */
    uploads: number
    /** of their originals */
    bytes: number
    confirms: number
    restores: number
    /** of confirmed and restored ones */
    publishes: number
    superseded: number
    withdrawals: number
    discards: number
    expiries: number
    /** pending ones that do not decode */
    rejections: number
    /** confirmed ones that ended without an avatar */
    failures: number
    erasures: number
    /** pictures refused at upload, rejected or failed, by the code of the problem or failure */
    refusals: { [name: string]: number }
    /** publishes ÷ (publishes + failures); null without any */
    successRate: number | null
    /** from the upload to its confirmation; as `timeToPublish` */
    timeToConfirm: {
      p50: number
      p95: number
    } | null
    /** milliseconds, within 2.5 %; null when there were none */
    timeToPublish: {
      p50: number
      p95: number
    } | null
  }
  items: ({
    /** pictures staged */
    uploads: number
    /** of their originals */
    bytes: number
    confirms: number
    restores: number
    /** of confirmed and restored ones */
    publishes: number
    superseded: number
    withdrawals: number
    discards: number
    expiries: number
    /** pending ones that do not decode */
    rejections: number
    /** confirmed ones that ended without an avatar */
    failures: number
    erasures: number
    /** pictures refused at upload, rejected or failed, by the code of the problem or failure */
    refusals: { [name: string]: number }
    /** publishes ÷ (publishes + failures); null without any */
    successRate: number | null
    /** from the upload to its confirmation; as `timeToPublish` */
    timeToConfirm: {
      p50: number
      p95: number
    } | null
    /** milliseconds, within 2.5 %; null when there were none */
    timeToPublish: {
      p50: number
      p95: number
    } | null
    /** when the part begins */
    at: string
  })[]
  /** at this moment */
  now: {
    /** uploads that may still be confirmed */
    pending: number
    toPrepare: {
      count: number
      /** since when the oldest waits */
      oldest: string | null
    }
    toPublish: {
      count: number
      /** since when the oldest waits */
      oldest: string | null
    }
    /** originals kept, as counted within the last hour; null before the first count */
    kept: {
      uploads: number
      bytes: number
      /** RFC 3339, UTC */
      at: string
    } | null
    /** `GET /v1/webhooks` says which */
    webhooks: {
      enabled: number
      /** enabled ones whose last request failed */
      failing: number
      /** paused after three days of failures, or disabled by a 410 */
      stopped: number
      /** deliveries that were given up */
      failed: number
    }
    /** how the trail of uploads was when its seals were last verified; null before the first time */
    trail: {
      /** RFC 3339, UTC */
      verifiedAt: string
      /** since then */
      ageSeconds: number
      /** everything is as it was sealed */
      whole: boolean
      seals: number
      /** that were verified */
      events: number
      /** the first thing that does not fit */
      fault: TrailFault | null
    } | null
  }
  /** when upkeep last added to the sums; what came later was counted now */
  rolledUpAt: string | null
}

export type Step = "prepare" | "publish" | "withdraw" | "describe" | "tell" | "erase" | "import"

export type StopEmailChange = {
  token: string
}

export type StoppedEmailChange = {
  /** the address, which stays */
  email: string
}

export type TakeDown = {
  /** any address of the picture at this origin, or its path: of a variant, an avatar, a preview, an upload, or by e-mail hash; of its file at the CDN or in the bucket, signed or not; or the id of an upload */
  address?: string | undefined
  /** in place of the address */
  uploadId?: string | undefined
  /** also pictures whose look differs in at most so many of 64 bits, mirrored ones too; 8 with `block` unless given */
  alike?: number | undefined
  /** refuse the picture, and those alike, from now on */
  block?: boolean | undefined
  /** uploads of the list to leave as they are */
  except?: string[] | undefined
  /** required unless it is a dry run; the owners are told */
  reason?: string | undefined
  /** that of the dry run, required unless this is one: what it listed is what is taken down */
  seen?: string | undefined
}

export type TakeDownList = {
  items: ({
    /** UUID v7 */
    uploadId: string
    /** UUID v7 */
    userId: string
    status: UploadStatus
    act: "withdraw" | "refuse" | "hold" | "none"
    sha256: string
    /** bits of 64 in which its look differs; 0 for the same bytes */
    distance: number
    version: number | null
    /** RFC 3339, UTC */
    uploadedAt: string
    /** as that of the upload */
    previewUrl: string | null
  })[]
  nextCursor: string | null
  /** the upload that the address leads to */
  uploadId: string
  sha256: string
  /** the distance that was looked within; null where only the same bytes were */
  alike: number | null
  /** false: too plain, or never decoded, so that only the same bytes are found */
  hasLook: boolean
  /** uploads in all pages */
  total: number
  /** those of them that would change */
  toTakeDown: number
  /** whose they are */
  users: number
  /** send it with the take-down of what is listed here */
  seen: string
}

export type Takedown = {
  /** UUID v7 */
  id: string
  /** RFC 3339, UTC */
  at: string
  /** UUID v7 */
  actorId: string
  reason: string
  /** the upload that was named */
  uploadId: string
  sha256: string
  alike: number | null
  /** its entry on the deny-list */
  blockedImageId: string | null
  /** null while uploads are left to take down, which a job does */
  finishedAt: string | null
  /** how many are in each state; `gone` were closed or erased meanwhile, `left` were excepted */
  uploads: { [Name in "waiting" | "withdrawn" | "refused" | "held" | "left" | "gone"]: number }
}

export type TakedownPage = {
  items: Takedown[]
  nextCursor: string | null
}

export type Tokens = {
  accessToken: string
  tokenType: "Bearer"
  expiresIn: number
  refreshToken: string
  refreshExpiresIn: number
}

export type TrailFault = {
  /** `changed`, `missing`, `inserted`: an event of `table`; `broken`: the link of the chain itself, or one before it that is gone; `unexplained`: the event that says what was removed, and says something else; `rewritten`: the seal is not the one that was noted elsewhere */
  what: "changed" | "missing" | "inserted" | "broken" | "unexplained" | "rewritten"
  table?: string | undefined
  /** the place of the event in its table */
  seq?: number | undefined
  /** the number of the link */
  seal?: number | undefined
}

export type TrailPage = {
  items: ({
    type: UploadEventType
    /** RFC 3339, UTC */
    at: string
    actorKind: ActorKind
    /** null when no person did it */
    actorId: string | null
    ip: string | null
    /** the device as it names itself */
    userAgent: string | null
    /** what it changed, by field */
    changes: { [name: string]: Change }
    details: { [name: string]: unknown }
    /** grows with every event of every upload */
    seq: number
  })[]
  nextCursor: string | null
}

export type UnblockImage = {
  reason?: string | undefined
}

export type UpkeepList = {
  items: UpkeepTask[]
}

export type UpkeepRun = {
  /** UUID v7 */
  id: string
  /** waiting for a worker, running, or how it ended: `partly` leaves something to do, `killed` ended with its process, `skipped` found another run under way */
  status: "waiting" | "running" | "done" | "partly" | "failed" | "killed" | "skipped"
  startedBy: "schedule" | "cli" | "http"
  /** the administrator who asked for it */
  actorId: string | null
  /** it only counted */
  dryRun: boolean
  /** RFC 3339, UTC */
  askedAt: string
  startedAt: string | null
  finishedAt: string | null
  durationMs: number | null
  /** what it did, by name; `attention` says what is left to do */
  result: { [name: string]: unknown } | null
  /** why it failed */
  error: string | null
}

export type UpkeepRuns = {
  name: string
  description: string
  /** a cron expression in UTC, with seconds if it has six fields, or `off` */
  schedule: string
  nextRunAt: string | null
  /** in any process, now */
  isRunning: boolean
  /** the newest twenty */
  runs: UpkeepRun[]
}

export type UpkeepTask = {
  name: string
  description: string
  /** a cron expression in UTC, with seconds if it has six fields, or `off` */
  schedule: string
  nextRunAt: string | null
  /** in any process, now */
  isRunning: boolean
  lastRun: UpkeepRun | null
}

export type Upload = {
  /** UUID v7 */
  id: string
  /** UUID v7 */
  userId: string
  status: UploadStatus
  isConfirmed: boolean
  /** cleaned, at most 255 characters */
  originalFilename: string | null
  format: ImageFormat
  bytes: number
  /** upright pixels */
  width: number
  /** upright pixels */
  height: number
  /** frames of an animation, 1 for a still */
  pages: number
  /** of the uploaded bytes, hexadecimal */
  sha256: string
  crop: Crop | null
  altText: string | null
  /** RFC 3339, UTC */
  uploadedAt: string
  confirmedAt: string | null
  publishedAt: string | null
  /** when a pending upload expires */
  expiresAt: string | null
  /** when it was discarded, expired, rejected, failed, superseded, withdrawn or erased */
  closedAt: string | null
  failure: {
    code: string
    detail: string
  } | null
  /** null until the worker has made it, and once its files are gone. Signed: anyone who has it sees the preview for ten minutes, so an `<img>` may show it */
  previewUrl: string | null
  /** base64 of the ThumbHash of the preview */
  thumbhash: string | null
  /** an operator withdrew it: its owner may restore it only once an operator lifts that */
  heldByOperator: boolean
  /** its variants, once rendered */
  avatar: Avatar | null
}

export type UploadEvent = {
  type: UploadEventType
  /** RFC 3339, UTC */
  at: string
  actorKind: ActorKind
  /** null when no person did it */
  actorId: string | null
  ip: string | null
  /** the device as it names itself */
  userAgent: string | null
  /** what it changed, by field */
  changes: { [name: string]: Change }
  details: { [name: string]: unknown }
}

export type UploadEventType = "uploaded" | "prepared" | "rejected" | "confirmed" | "rendered" | "published" | "superseded" | "withdrawn" | "held" | "restored" | "described" | "hold-lifted" | "discarded" | "expired" | "failed" | "original-deleted" | "erased"

export type UploadPage = {
  items: Upload[]
  nextCursor: string | null
}

export type UploadStatus = "pending" | "confirmed" | "published" | "superseded" | "withdrawn" | "discarded" | "expired" | "rejected" | "failed" | "erased"

export type UserPatch = {
  username?: string | undefined
  profile?: ProfilePatch | undefined
}

export type VariantFormat = "avif" | "webp" | "jpeg"

export type Webhook = {
  /** UUID v7 */
  id: string
  url: string
  description: string
  /** null: all */
  events: WebhookEventType[] | null
  /** paused: events are kept for it; disabled: they are not */
  state: "enabled" | "paused" | "disabled"
  /** `failing` for three days, it answered 410 (`gone`), or an administrator `asked` for it */
  reason: "failing" | "gone" | "asked" | null
  /** since when */
  stateAt: string
  /** the first failure since the last success */
  failingSince: string | null
  /** whpk_…, for the ed25519 signatures (v1a), the newest first; two during a rotation */
  publicKeys: string[]
  /** deliveries that were not taken yet */
  waiting: number
  /** deliveries that were given up */
  failed: number
  /** RFC 3339, UTC */
  createdAt: string
  /** who added it, and is told when it stops; a key, or null: a command */
  createdBy: string | null
}

export type WebhookEventType = "upload.staged" | "upload.confirmed" | "upload.rejected" | "upload.expired" | "avatar.published" | "avatar.restored" | "avatar.withdrawn" | "avatar.erased" | "person.erased"

export type WebhookPage = {
  items: Webhook[]
  nextCursor: string | null
}

export type WebhookPayload = {
  type: WebhookEventType
  /** when it happened */
  timestamp: string
  data: {
    /** UUID v7 */
    userId: string
    /** the alias of their login, where it is not accounts */
    issuer?: string | undefined
    /** as that login names them */
    subject?: string | undefined
    /** UUID v7 */
    uploadId?: string | undefined
    /** of the decision: of two events about a person the one with the greater version counts */
    version?: number | undefined
    /** grows with every event of an upload */
    seq?: number | undefined
    /** upload.rejected: why */
    code?: string | undefined
    /** avatar.withdrawn: false when a past picture was made unavailable, not the shown one */
    shown?: boolean | undefined
    /** addresses whose copies are to be deleted */
    purge?: string[] | undefined
  }
}

export type WithdrawAvatar = {
  /** required unless the avatar is one’s own; its owner is told */
  reason?: string | undefined
}

/** Every endpoint by its method and path: what it takes, what it answers, and the codes of its problems. */
export type Endpoints = {
  /** Read the fields of the registration form */
  "GET /v1/users/registration": {
    answer: RegistrationForm
    problems: "malformed-request" | "validation-failed" | "internal-error" | "overloaded"
  }
  /** Register */
  "POST /v1/users": {
    body: Register
    answer: Me
    problems: "malformed-request" | "validation-failed" | "username-taken" | "email-taken" | "request-too-large" | "unsupported-media-type" | "weak-password" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Read the public profile of a user */
  "GET /v1/users/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: PublicUser
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "user-not-found" | "internal-error" | "overloaded"
  }
  /** Log in */
  "POST /v1/sessions": {
    query?: {
      /** keep the refresh token in an HttpOnly cookie */
      cookie?: "true" | "false" | undefined
    } | undefined
    body: LogIn
    answer: LoggedIn | CookieLoggedIn
    problems: "malformed-request" | "validation-failed" | "invalid-credentials" | "account-disabled" | "email-not-verified" | "request-too-large" | "unsupported-media-type" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** List the devices I am logged in on, newest log-in first */
  "GET /v1/sessions": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
    } | undefined
    answer: SessionPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "internal-error" | "overloaded"
  }
  /** Log out everywhere, or everywhere else */
  "DELETE /v1/sessions": {
    query?: {
      except?: "current" | undefined
    } | undefined
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Refresh the tokens of a session */
  "POST /v1/sessions/refresh": {
    body?: Refresh | null | undefined
    answer: Tokens | CookieTokens
    problems: "malformed-request" | "validation-failed" | "invalid-refresh-token" | "refresh-token-reused" | "cross-site-request" | "request-too-large" | "unsupported-media-type" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Log out */
  "DELETE /v1/sessions/current": {
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Log out one device */
  "DELETE /v1/sessions/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "session-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** The public keys that verify access tokens */
  "GET /.well-known/jwks.json": {
    answer: Jwks
    problems: "malformed-request" | "validation-failed" | "internal-error" | "overloaded"
  }
  /** Me, my profile and my avatar */
  "GET /v1/me": {
    headers?: {
      "if-none-match"?: string | undefined
    } | undefined
    answer: Me
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "internal-error" | "overloaded"
  }
  /** Change me and my profile */
  "PATCH /v1/me": {
    headers?: {
      /** the ETag of GET /v1/me; 412 when something changed since */
      "if-match"?: string | undefined
    } | undefined
    body: UserPatch
    answer: Me
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "username-taken" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Close my account and erase all it owns */
  "DELETE /v1/me": {
    body: CloseAccount
    answer: StartedErasure
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "wrong-password" | "last-admin" | "request-too-large" | "unsupported-media-type" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Change my password */
  "PUT /v1/me/password": {
    body: ChangePassword
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "wrong-password" | "request-too-large" | "unsupported-media-type" | "weak-password" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Change my e-mail address */
  "PUT /v1/me/email": {
    body: ChangeEmail
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "wrong-password" | "email-taken" | "request-too-large" | "unsupported-media-type" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Give up a pending change of my e-mail address */
  "DELETE /v1/me/email": {
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Export everything both services hold about me, as a ZIP */
  "GET /v1/me/export": {
    answer: Blob
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** List what happened on my account, newest first */
  "GET /v1/me/activity": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      type?: ActivityType | undefined
      /** not before */
      from?: string | undefined
      /** before */
      to?: string | undefined
    } | undefined
    answer: ActivityPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "internal-error" | "overloaded"
  }
  /** Read how far the erasure of a closed account is */
  "GET /v1/erasures/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    query: {
      token: string
    }
    answer: Erasure
    problems: "malformed-request" | "validation-failed" | "erasure-not-found" | "internal-error" | "overloaded"
  }
  /** Send the link that verifies an address again */
  "POST /v1/email-verifications": {
    body?: ResendVerification | null | undefined
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "request-too-large" | "unsupported-media-type" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Verify an address with the token of its link */
  "POST /v1/email-verifications/confirm": {
    body: ConfirmEmail
    answer: ConfirmedEmail
    problems: "malformed-request" | "validation-failed" | "token-invalid" | "email-taken" | "token-expired" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Stop a change of address with the token of the link to the present one */
  "POST /v1/email-changes/stop": {
    body: StopEmailChange
    answer: StoppedEmailChange
    problems: "malformed-request" | "validation-failed" | "token-invalid" | "token-expired" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Ask for a link to choose a new password */
  "POST /v1/password-resets": {
    body: RequestReset
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "request-too-large" | "unsupported-media-type" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Choose a new password with the token of the link */
  "POST /v1/password-resets/confirm": {
    body: ResetPassword
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "token-invalid" | "token-expired" | "request-too-large" | "unsupported-media-type" | "weak-password" | "internal-error" | "overloaded"
  }
  /** Find users, newest first */
  "GET /v1/admin/users": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      /** part of a username, address, nickname or name */
      q?: string | undefined
      role?: Role | undefined
      group?: string | undefined
      status?: "active" | "disabled" | "unverified" | undefined
      /** these users, up to 100 ids with commas between them, such as those that another list names */
      ids?: string | undefined
    } | undefined
    answer: AdminUserPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Read one user */
  "GET /v1/admin/users/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: AdminUser
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "user-not-found" | "internal-error" | "overloaded"
  }
  /** Change the role, the group or the status of a user */
  "PATCH /v1/admin/users/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    headers?: {
      /** the ETag with which the user was read; 412 when something changed since */
      "if-match"?: string | undefined
    } | undefined
    body: AdminPatch
    answer: AdminUser
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "user-not-found" | "last-admin" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Close an account and erase all it owns */
  "DELETE /v1/admin/users/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    headers?: {
      /** the ETag with which the user was read; 412 when something changed since */
      "if-match"?: string | undefined
    } | undefined
    body: AdminClose
    answer: StartedErasure
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "user-not-found" | "own-account" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** List what happened on an account, newest first */
  "GET /v1/admin/users/:id/activity": {
    params: {
      /** UUID v7 */
      id: string
    }
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      type?: ActivityType | undefined
      /** not before */
      from?: string | undefined
      /** before */
      to?: string | undefined
    } | undefined
    answer: ActivityPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "user-not-found" | "internal-error" | "overloaded"
  }
  /** List closed accounts, newest first */
  "GET /v1/admin/erasures": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      status?: "erasing" | "complete" | undefined
    } | undefined
    answer: ErasedAccountPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** List what changed no account, newest first */
  "GET /v1/admin/audit": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      /** they did it */
      actorId?: string | undefined
      /** it is about them */
      userId?: string | undefined
      action?: AuditAction | undefined
      /** not before */
      from?: string | undefined
      /** before */
      to?: string | undefined
    } | undefined
    answer: AuditPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** List the tasks of upkeep */
  "GET /v1/admin/upkeep": {
    answer: AccountsUpkeepList
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Read a task of upkeep and its newest runs */
  "GET /v1/admin/upkeep/:task": {
    params: {
      task: string
    }
    answer: UpkeepRuns
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "task-not-found" | "internal-error" | "overloaded"
  }
  /** Run a task of upkeep now */
  "POST /v1/admin/upkeep/:task": {
    params: {
      task: string
    }
    query?: {
      /** true: change nothing, only say what would be done */
      dryRun?: "true" | "false" | undefined
    } | undefined
    answer: UpkeepRun
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "task-not-found" | "task-is-running" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** List the queues */
  "GET /v1/admin/queues": {
    answer: Queues
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** List the jobs of a queue */
  "GET /v1/admin/queues/:kind": {
    params: {
      kind: QueueKind
    }
    query?: {
      state?: JobState | undefined
      limit?: number | undefined
    } | undefined
    answer: QueuedJobs
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Upload a picture */
  "POST /v1/uploads": {
    query?: {
      /** its name, in place of that of the file in a form */
      filename?: string | undefined
      /** whose it becomes, by managers and admins only; default the caller’s */
      userId?: string | undefined
      /** discard the oldest pending upload when the limit is reached */
      replace?: "oldest" | undefined
    } | undefined
    body: Blob
    answer: Upload
    problems: "no-image" | "malformed-multipart" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "quota-exceeded" | "user-not-found" | "upload-not-found" | "upload-too-slow" | "request-in-progress" | "image-too-large" | "request-too-large" | "unsupported-image" | "unsupported-media-type" | "invalid-image" | "image-too-small" | "too-many-pixels" | "blocked-image" | "idempotency-key-reused" | "rate-limited" | "too-many-pending" | "internal-error" | "overloaded" | "storage-full"
  }
  /** List my uploads, newest first */
  "GET /v1/uploads": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      status?: UploadStatus | undefined
      /** by managers and admins only */
      userId?: string | undefined
    } | undefined
    answer: UploadPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Upload a picture from an address */
  "POST /v1/uploads/import": {
    body: ImportUpload
    answer: Upload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "quota-exceeded" | "user-not-found" | "upload-not-found" | "request-in-progress" | "image-too-large" | "request-too-large" | "unsupported-image" | "unsupported-media-type" | "import-refused" | "import-failed" | "invalid-image" | "image-too-small" | "too-many-pixels" | "blocked-image" | "idempotency-key-reused" | "rate-limited" | "too-many-pending" | "internal-error" | "overloaded" | "storage-full"
  }
  /** Announce a picture to send straight to the storage */
  "POST /v1/uploads/direct": {
    query?: {
      /** whose it becomes, by managers and admins only; default the caller’s */
      userId?: string | undefined
      /** discard the oldest pending upload when the limit is reached */
      replace?: "oldest" | undefined
    } | undefined
    body: CreateDirectUpload
    answer: DirectUpload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "quota-exceeded" | "user-not-found" | "upload-not-found" | "direct-upload-unavailable" | "image-too-large" | "request-too-large" | "unsupported-media-type" | "rate-limited" | "too-many-pending" | "internal-error" | "overloaded"
  }
  /** Complete a direct upload */
  "POST /v1/uploads/:id/complete": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: Upload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "direct-upload-missing" | "direct-upload-mismatch" | "upload-expired" | "request-too-large" | "unsupported-image" | "unsupported-media-type" | "invalid-image" | "image-too-small" | "too-many-pixels" | "blocked-image" | "rate-limited" | "internal-error" | "overloaded" | "storage-full"
  }
  /** Read one upload */
  "GET /v1/uploads/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: Upload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "internal-error" | "overloaded"
  }
  /** Discard a pending upload, or erase a past one */
  "DELETE /v1/uploads/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    headers?: {
      /** the ETag with which the upload was read; 412 when its state, version, hold or text changed since */
      "if-match"?: string | undefined
    } | undefined
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "not-pending" | "upload-is-live" | "upload-expired" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** See an upload before it is confirmed */
  "GET /v1/uploads/:id/preview": {
    params: {
      /** UUID v7 */
      id: string
    }
    query?: {
      /** seconds since 1970 */
      expires?: number | undefined
      signature?: string | undefined
    } | undefined
    answer: Blob
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "link-expired" | "link-invalid" | "forbidden" | "preview-not-ready" | "upload-not-found" | "upload-failed" | "upload-expired" | "upload-discarded" | "upload-rejected" | "internal-error" | "overloaded"
  }
  /** Confirm an upload: it becomes the avatar */
  "POST /v1/uploads/:id/confirm": {
    params: {
      /** UUID v7 */
      id: string
    }
    headers?: {
      /** `wait=N` waits up to N seconds, at most 30, for the picture to be published */
      prefer?: string | undefined
    } | undefined
    body?: ConfirmUpload | null | undefined
    answer: Upload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "upload-failed" | "already-confirmed" | "sha256-mismatch" | "request-in-progress" | "upload-expired" | "upload-discarded" | "upload-rejected" | "request-too-large" | "unsupported-media-type" | "invalid-crop" | "idempotency-key-reused" | "internal-error" | "overloaded"
  }
  /** Make an earlier picture the avatar again */
  "POST /v1/uploads/:id/restore": {
    params: {
      /** UUID v7 */
      id: string
    }
    headers?: {
      /** `wait=N` waits up to N seconds, at most 30, for the picture to be published */
      prefer?: string | undefined
      /** the ETag with which the upload was read; 412 when its state, version, hold or text changed since */
      "if-match"?: string | undefined
    } | undefined
    body?: RestoreUpload | null | undefined
    answer: Upload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "withdrawn-by-operator" | "quota-exceeded" | "forbidden" | "upload-not-found" | "not-restorable" | "original-not-kept" | "upload-failed" | "request-in-progress" | "upload-expired" | "upload-discarded" | "upload-rejected" | "stale" | "request-too-large" | "unsupported-media-type" | "invalid-crop" | "blocked-image" | "idempotency-key-reused" | "rate-limited" | "internal-error" | "overloaded" | "storage-full"
  }
  /** Let the owner restore a picture that an operator withdrew */
  "POST /v1/uploads/:id/lift-hold": {
    params: {
      /** UUID v7 */
      id: string
    }
    headers?: {
      /** the ETag with which the upload was read; 412 when its state, version, hold or text changed since */
      "if-match"?: string | undefined
    } | undefined
    answer: Upload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Follow an upload by server-sent events */
  "GET /v1/uploads/:id/events": {
    params: {
      /** UUID v7 */
      id: string
    }
    query?: {
      /** in place of an access token */
      ticket?: string | undefined
    } | undefined
    headers?: {
      /** sends what came after this event */
      "last-event-id"?: string | undefined
    } | undefined
    answer: Blob | undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** Get a ticket with which EventSource can follow an upload */
  "POST /v1/uploads/:id/events/ticket": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: EventTicket
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** The avatar of a user as it is now */
  "GET /v1/avatars/:userId": {
    params: {
      /** UUID v7 */
      userId: string
    }
    query?: {
      /** pixels; the nearest rendered size ≥ it, at most the largest */
      size?: number | undefined
      /** without it `Accept` decides; one that is not rendered gets the nearest that is: AVIF WebP, WebP JPEG */
      format?: VariantFormat | undefined
      /** for a user without an avatar */
      default?: "404" | "initials" | "identicon" | "blank" | undefined
      /** anything: makes another address, which no cache has, for a page that knows of a change */
      since?: string | undefined
    } | undefined
    answer: Blob
    problems: "malformed-request" | "validation-failed" | "avatar-not-found" | "internal-error" | "overloaded"
  }
  /** Change the text of the avatar */
  "PATCH /v1/avatars/:userId": {
    params: {
      /** UUID v7 */
      userId: string
    }
    headers?: {
      /** the version seen, such as `"17"`, or an ETag: of PATCH, of a picture of it, or of its upload; 412 when another is the avatar */
      "if-match"?: string | undefined
    } | undefined
    body: DescribeAvatar
    answer: ProfileAvatar
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "avatar-not-found" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Withdraw the avatar */
  "DELETE /v1/avatars/:userId": {
    params: {
      /** UUID v7 */
      userId: string
    }
    query?: {
      /** required unless the avatar is one’s own; its owner is told */
      reason?: string | undefined
    } | undefined
    headers?: {
      /** the version seen, such as `"17"`, or an ETag: of PATCH, of a picture of it, or of its upload; 412 when another is the avatar */
      "if-match"?: string | undefined
    } | undefined
    body?: WithdrawAvatar | null | undefined
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "avatar-not-found" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** The avatar of a person by the id that their own login gives them */
  "GET /v1/avatars/by/:issuer/:subject": {
    params: {
      /** the alias of an issuer */
      issuer: string
      /** the subject of its tokens */
      subject: string
    }
    query?: {
      /** pixels; the nearest rendered size ≥ it, at most the largest */
      size?: number | undefined
      /** without it `Accept` decides; one that is not rendered gets the nearest that is: AVIF WebP, WebP JPEG */
      format?: VariantFormat | undefined
      /** for a user without an avatar */
      default?: "404" | "initials" | "identicon" | "blank" | undefined
      /** anything: makes another address, which no cache has, for a page that knows of a change */
      since?: string | undefined
    } | undefined
    answer: Blob
    problems: "malformed-request" | "validation-failed" | "avatar-not-found" | "internal-error" | "overloaded"
  }
  /** One immutable variant of an avatar */
  "GET /v1/avatars/:userId/:version/:file": {
    params: {
      /** UUID v7 */
      userId: string
      version: number
      file: string
    }
    answer: Blob
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "avatar-not-found" | "avatar-gone" | "internal-error" | "overloaded"
  }
  /** The avatar of a discoverable user, by the hash of their e-mail address */
  "GET /avatar/:file": {
    params: {
      /** the hash, and an extension that asks for a format */
      file: string
    }
    query?: {
      /** pixels, 1 to 512, default 80 */
      s?: string | undefined
      size?: string | undefined
      /** 404, mp, mm, identicon, initials, retro or blank; anything else is mp */
      d?: string | undefined
      default?: string | undefined
      /** y: the default even where there is an avatar */
      f?: string | undefined
      forcedefault?: string | undefined
    } | undefined
    answer: Blob
    problems: "malformed-request" | "validation-failed" | "avatar-not-found" | "internal-error" | "overloaded"
  }
  /** List every upload of everyone, newest first unless sorted otherwise */
  "GET /v1/history": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      /** UUID v7 */
      userId?: string | undefined
      /** of its owner, in any case of its letters */
      username?: string | undefined
      status?: UploadStatus | undefined
      /** `failure.code` of an upload that was rejected or failed */
      failure?: string | undefined
      format?: ImageFormat | undefined
      /** uploaded then or later */
      from?: string | undefined
      /** uploaded before then */
      to?: string | undefined
      /** part of the file name, in any case */
      q?: string | undefined
      /** something was done to it from this address */
      ip?: string | undefined
      /** these bytes */
      sha256?: string | undefined
      /** this person did something to it: its owner, or an operator */
      actorId?: string | undefined
      /** by `uploadedAt`, which is when the upload began, `bytes` or `confirmedAt`, greatest first with `-`; by `confirmedAt` only those that were confirmed */
      sort?: "uploadedAt" | "-uploadedAt" | "bytes" | "-bytes" | "confirmedAt" | "-confirmedAt" | undefined
    } | undefined
    answer: HistoryPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "rate-limited" | "internal-error" | "overloaded"
  }
  /** List what happened to one upload, oldest first */
  "GET /v1/history/:uploadId/events": {
    params: {
      /** UUID v7 */
      uploadId: string
    }
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
    } | undefined
    answer: TrailPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "internal-error" | "overloaded"
  }
  /** List what changed no upload, newest first */
  "GET /v1/audit": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      /** they did it */
      actorId?: string | undefined
      /** it is about them */
      userId?: string | undefined
      action?: AuditAction | undefined
      /** not before */
      from?: string | undefined
      /** before */
      to?: string | undefined
    } | undefined
    answer: AuditPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Refuse a pending upload */
  "POST /v1/uploads/:id/refuse": {
    params: {
      /** UUID v7 */
      id: string
    }
    headers?: {
      /** the ETag with which the upload was read; 412 when its state, version, hold or text changed since */
      "if-match"?: string | undefined
    } | undefined
    body: RefuseUpload
    answer: Upload
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "sha256-mismatch" | "not-pending" | "upload-expired" | "upload-discarded" | "upload-rejected" | "stale" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Take a picture down by any of its addresses */
  "POST /v1/takedowns": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      /** true: change nothing, only say what would be done */
      dryRun?: "true" | "false" | undefined
    } | undefined
    body: TakeDown
    answer: TakeDownList | Takedown
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "avatar-not-found" | "upload-not-found" | "nothing-to-take-down" | "changed-meanwhile" | "request-too-large" | "unsupported-media-type" | "foreign-address" | "not-a-picture-address" | "too-many-alike" | "internal-error" | "overloaded"
  }
  /** List take-downs, newest first */
  "GET /v1/takedowns": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
    } | undefined
    answer: TakedownPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Read one take-down */
  "GET /v1/takedowns/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: Takedown
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "takedown-not-found" | "internal-error" | "overloaded"
  }
  /** List the deny-list, newest first */
  "GET /v1/blocked-images": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
    } | undefined
    answer: BlockedImagePage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Take a picture off the deny-list */
  "DELETE /v1/blocked-images/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    query?: {
      reason?: string | undefined
    } | undefined
    body?: UnblockImage | null | undefined
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "blocked-image-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** List what failed or waits too long, by step and cause */
  "GET /v1/failures": {
    query?: {
      /** ended then or later; seven days ago unless given */
      since?: string | undefined
    } | undefined
    answer: FailureGroups
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** List which uploads failed or wait for one cause, oldest first */
  "GET /v1/failures/items": {
    query: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      step: Step
      /** no-run: the job has not run yet or was lost; storage-away, storage-full, original-missing, accounts-away, database-away, decode-starved, unexpected (the log has it); the failure code of an upload; or the problem of an import */
      cause: string
      state: "waiting" | "ended"
      /** ended then or later; seven days ago unless given */
      since?: string | undefined
    }
    answer: FailurePage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Try again at once what waits: one upload, or all of one cause */
  "POST /v1/failures/retry": {
    query?: {
      /** true: change nothing, only say what would be done */
      dryRun?: "true" | "false" | undefined
    } | undefined
    body: RetryFailures
    answer: Retried
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "upload-not-found" | "nothing-waits" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Count what happened to uploads, in parts of a range */
  "GET /v1/stats": {
    query?: {
      /** the start of its hour counts; 30 days before `to` unless given */
      from?: string | undefined
      /** the end of its hour counts; now unless given */
      to?: string | undefined
      /** parts of the range, in UTC; a week begins on Monday */
      bucket?: "hour" | "day" | "week" | "month" | undefined
    } | undefined
    answer: Stats
    problems: "too-many-buckets" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Who a subject is here */
  "GET /v1/people/:issuer/:subject": {
    params: {
      /** the alias of an issuer */
      issuer: string
      /** the subject of its tokens */
      subject: string
    }
    answer: Person
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "person-not-found" | "internal-error" | "overloaded"
  }
  /** Make a person known before their first token */
  "PUT /v1/people/:issuer/:subject": {
    params: {
      /** the alias of an issuer */
      issuer: string
      /** the subject of its tokens */
      subject: string
    }
    answer: Person
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "issuer-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Erase a person and all that is held on them */
  "DELETE /v1/people/:issuer/:subject": {
    params: {
      /** the alias of an issuer */
      issuer: string
      /** the subject of its tokens */
      subject: string
    }
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Refuse the tokens that a person has */
  "POST /v1/people/:issuer/:subject/sessions/end": {
    params: {
      /** the alias of an issuer */
      issuer: string
      /** the subject of its tokens */
      subject: string
    }
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "person-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** All that is held on a person */
  "GET /v1/people/:issuer/:subject/export": {
    params: {
      /** the alias of an issuer */
      issuer: string
      /** the subject of its tokens */
      subject: string
    }
    answer: MediaExport
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "person-not-found" | "internal-error" | "overloaded"
  }
  /** List the service keys */
  "GET /v1/keys": {
    answer: KeyList
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Make a service key */
  "POST /v1/keys": {
    body: CreateKey
    answer: CreatedKey
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Revoke a service key */
  "DELETE /v1/keys/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "key-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** List webhooks, newest first */
  "GET /v1/webhooks": {
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
    } | undefined
    answer: WebhookPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Add a webhook */
  "POST /v1/webhooks": {
    body: AddWebhook
    answer: AddedWebhook
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Read one webhook */
  "GET /v1/webhooks/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: Webhook
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "webhook-not-found" | "internal-error" | "overloaded"
  }
  /** Change, disable or enable a webhook */
  "PATCH /v1/webhooks/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    body: ChangeWebhook
    answer: Webhook
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "webhook-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Remove a webhook */
  "DELETE /v1/webhooks/:id": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: undefined
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** Give a webhook another secret */
  "POST /v1/webhooks/:id/secret": {
    params: {
      /** UUID v7 */
      id: string
    }
    answer: RotatedSecret
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "webhook-not-found" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** List what a webhook was sent, newest first */
  "GET /v1/webhooks/:id/deliveries": {
    params: {
      /** UUID v7 */
      id: string
    }
    query?: {
      limit?: number | undefined
      /** nextCursor of the previous page of this list */
      cursor?: string | undefined
      state?: DeliveryState | undefined
    } | undefined
    answer: DeliveryPage
    problems: "invalid-cursor" | "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "webhook-not-found" | "internal-error" | "overloaded"
  }
  /** Send one event, or all of a time, again */
  "POST /v1/webhooks/:id/replay": {
    params: {
      /** UUID v7 */
      id: string
    }
    body: ReplayDeliveries
    answer: Replayed
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "webhook-not-found" | "delivery-not-found" | "webhook-disabled" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** List the tasks of upkeep */
  "GET /v1/upkeep": {
    answer: UpkeepList
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** Read a task of upkeep and its newest runs */
  "GET /v1/upkeep/:task": {
    params: {
      task: string
    }
    answer: UpkeepRuns
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "task-not-found" | "internal-error" | "overloaded"
  }
  /** Run a task of upkeep now */
  "POST /v1/upkeep/:task": {
    params: {
      task: string
    }
    query?: {
      /** true: change nothing, only say what would be done */
      dryRun?: "true" | "false" | undefined
    } | undefined
    answer: UpkeepRun
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "task-not-found" | "task-is-running" | "request-too-large" | "unsupported-media-type" | "internal-error" | "overloaded"
  }
  /** List the queues */
  "GET /v1/queues": {
    answer: Queues
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
  /** List the jobs of a queue */
  "GET /v1/queues/:kind": {
    params: {
      kind: QueueKind
    }
    query?: {
      state?: JobState | undefined
      limit?: number | undefined
    } | undefined
    answer: QueuedJobs
    problems: "malformed-request" | "validation-failed" | "unauthenticated" | "forbidden" | "internal-error" | "overloaded"
  }
}
