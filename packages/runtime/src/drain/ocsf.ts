import type {
  ActivityType,
  ActorKind,
  AuditAction,
  Changes,
  ServiceName,
  UploadEventType,
} from '@likeness/contracts'

/** Any event of a trail, as the drain reads it. */
export type TrailRecord = {
  /** The table it is in, and its place there. */
  readonly source: string
  readonly seq: number
  readonly at: Date
  readonly name: ActivityType | AuditAction | UploadEventType
  readonly actorKind: ActorKind
  readonly actorId: string | null
  readonly actorRole: string | null
  readonly userId: string | null
  readonly uploadId: string | null
  readonly ip: string | null
  readonly userAgent: string | null
  /** The code of the refusal; null when it was done. */
  readonly problem: string | null
  readonly changes: Changes
  readonly details: Readonly<Record<string, unknown>>
}

/** Classes of OCSF 1.5, category Identity & Access Management, with the names of their activities. */
const classes = {
  account: {
    uid: 3001,
    name: 'Account Change',
    activities: {
      create: 1,
      enable: 2,
      'change password': 3,
      'reset password': 4,
      disable: 5,
      delete: 6,
      other: 99,
    },
  },
  authentication: {
    uid: 3002,
    name: 'Authentication',
    activities: { logon: 1, logoff: 2, other: 99 },
  },
  entity: {
    uid: 3004,
    name: 'Entity Management',
    activities: { create: 1, read: 2, update: 3, delete: 4, other: 99 },
  },
} as const

type Mapped =
  | readonly ['account', keyof typeof classes.account.activities, Traits?]
  | readonly ['authentication', keyof typeof classes.authentication.activities, Traits?]
  | readonly ['entity', keyof typeof classes.entity.activities, Traits?]
/** `failed`: the event itself says that something did not succeed. `severity`: 1 informational unless given, 2 low, 3 medium. */
type Traits = { readonly failed?: true; readonly severity?: 2 | 3 }

/** The one table: what each event is in OCSF. */
const mapping: Readonly<Record<TrailRecord['name'], Mapped>> = {
  registered: ['account', 'create'],
  login: ['authentication', 'logon'],
  'login-failed': ['authentication', 'logon', { failed: true, severity: 2 }],
  logout: ['authentication', 'logoff'],
  'refresh-reused': ['authentication', 'other', { failed: true, severity: 3 }],
  'email-verified': ['account', 'other'],
  'email-change-requested': ['account', 'other', { severity: 2 }],
  'email-change-stopped': ['account', 'other', { severity: 2 }],
  'email-changed': ['account', 'other', { severity: 2 }],
  'password-changed': ['account', 'change password'],
  'password-reset': ['account', 'reset password', { severity: 2 }],
  'role-changed': ['account', 'other', { severity: 3 }],
  'group-changed': ['account', 'other'],
  disabled: ['account', 'disable', { severity: 2 }],
  enabled: ['account', 'enable', { severity: 2 }],
  'profile-updated': ['account', 'other'],
  'avatar-published': ['entity', 'update'],
  'avatar-restored': ['entity', 'update'],
  'avatar-described': ['entity', 'update'],
  'avatar-removed': ['entity', 'delete'],
  'avatar-failed': ['entity', 'update', { failed: true }],
  'upload-refused': ['entity', 'update', { severity: 2 }],
  'picture-held': ['entity', 'update', { severity: 2 }],
  'upload-discarded': ['entity', 'delete'],
  'picture-erased': ['entity', 'delete'],
  'webhook-paused': ['entity', 'update', { failed: true, severity: 2 }],
  'webhook-disabled': ['entity', 'update', { failed: true, severity: 2 }],

  uploaded: ['entity', 'create'],
  prepared: ['entity', 'update'],
  rejected: ['entity', 'update', { failed: true }],
  confirmed: ['entity', 'update'],
  rendered: ['entity', 'update'],
  published: ['entity', 'update'],
  superseded: ['entity', 'update'],
  withdrawn: ['entity', 'update', { severity: 2 }],
  restored: ['entity', 'update'],
  described: ['entity', 'update'],
  held: ['entity', 'update', { severity: 2 }],
  'hold-lifted': ['entity', 'update', { severity: 2 }],
  discarded: ['entity', 'delete'],
  expired: ['entity', 'delete'],
  failed: ['entity', 'update', { failed: true }],
  'original-deleted': ['entity', 'delete'],
  erased: ['entity', 'delete'],

  'upload-read': ['entity', 'read'],
  'uploads-listed': ['entity', 'read'],
  'preview-read': ['entity', 'read'],
  'upload-followed': ['entity', 'read'],
  'history-listed': ['entity', 'read'],
  'history-exported': ['entity', 'read', { severity: 2 }],
  'trail-read': ['entity', 'read'],
  'account-read': ['entity', 'read'],
  'accounts-listed': ['entity', 'read'],
  'activity-read': ['entity', 'read'],
  'erasures-listed': ['entity', 'read'],
  'audit-read': ['entity', 'read'],
  'uses-listed': ['entity', 'read'],
  'person-read': ['entity', 'read'],
  'person-exported': ['entity', 'read', { severity: 2 }],
  'keys-listed': ['entity', 'read'],
  'picture-taken-down': ['entity', 'update', { severity: 3 }],
  'image-blocked': ['entity', 'create', { severity: 2 }],
  'image-unblocked': ['entity', 'delete', { severity: 2 }],
  'failures-listed': ['entity', 'read'],
  'failures-retried': ['entity', 'update'],
  'sessions-ended': ['authentication', 'logoff', { severity: 2 }],
  'deliveries-listed': ['entity', 'read'],
  'webhook-added': ['entity', 'create', { severity: 2 }],
  'webhook-changed': ['entity', 'update', { severity: 2 }],
  'webhook-removed': ['entity', 'delete', { severity: 2 }],
  'webhook-rotated': ['entity', 'update', { severity: 2 }],
  'webhook-replayed': ['entity', 'other'],
  'webhook-stopped': ['entity', 'update', { failed: true, severity: 2 }],
  'erasure-asked': ['entity', 'delete', { severity: 2 }],
  'person-made-known': ['entity', 'create'],
  'key-created': ['entity', 'create', { severity: 3 }],
  'key-revoked': ['entity', 'delete', { severity: 2 }],
  'upkeep-run': ['entity', 'other'],
  'account-closed': ['account', 'delete', { severity: 3 }],
  'act-refused': ['entity', 'other', { severity: 3 }],
  'backup-restored': ['entity', 'create', { severity: 3 }],
  'trail-pruned': ['entity', 'delete'],
  'audit-pruned': ['entity', 'delete'],
  'text-erased': ['entity', 'delete'],
  'person-erased': ['entity', 'delete', { severity: 2 }],
}

const severities = { 1: 'Informational', 2: 'Low', 3: 'Medium' } as const

/**
 * An event as OCSF 1.5 has it (schema.ocsf.io): Account Change, Authentication or Entity Management. What that has no
 * field for is in `unmapped`.
 */
export function ocsfOf(service: ServiceName, version: string, record: TrailRecord): Record<string, unknown> {
  const [className, activity, traits = {}]: readonly [keyof typeof classes, string, Traits?] =
    mapping[record.name]
  const severity: keyof typeof severities = traits.severity ?? 1
  const hasFailed = traits.failed === true || record.problem !== null
  const { uid: classUid, name, activities } = classes[className]
  const activityId = Reflect.get(activities, activity) as number
  const { userId, uploadId, actorId, ip, userAgent, problem } = record
  return {
    category_uid: 3,
    category_name: 'Identity & Access Management',
    class_uid: classUid,
    class_name: name,
    activity_id: activityId,
    activity_name: activityId === 99 ? record.name : activity,
    type_uid: classUid * 100 + activityId,
    time: record.at.getTime(),
    severity_id: severity,
    severity: severities[severity],
    status_id: hasFailed ? 2 : 1,
    status: hasFailed ? 'Failure' : 'Success',
    ...(problem === null ? {} : { status_code: problem }),
    message: record.name,
    metadata: {
      version: '1.5.0',
      // The same in every copy: what was sent twice is known by it.
      uid: `${service}/${record.source}/${record.seq}`,
      event_code: record.name,
      log_name: record.source,
      sequence: record.seq,
      product: { name: 'Likeness', vendor_name: 'Likeness', feature: { name: service }, version },
    },
    actor: actorId === null ? { app_name: `${service} ${record.actorKind}` } : { user: { uid: actorId } },
    ...(ip === null ? {} : { src_endpoint: { ip } }),
    ...(userAgent === null ? {} : { http_request: { user_agent: userAgent } }),
    ...(className === 'entity'
      ? { entity: entityOf(userId, uploadId) }
      : { user: { uid: userId ?? 'unknown' } }),
    ...unmappedOf(record),
  }
}

function entityOf(userId: string | null, uploadId: string | null) {
  if (uploadId !== null) return { type: 'upload', uid: uploadId, data: { user_id: userId } }
  return userId === null ? { type: 'list' } : { type: 'account', uid: userId }
}

function unmappedOf({ actorRole, changes, details }: TrailRecord) {
  const unmapped = {
    ...(actorRole === null ? {} : { actor_role: actorRole }),
    ...(Object.keys(changes).length === 0 ? {} : { changes }),
    ...(Object.keys(details).length === 0 ? {} : { details }),
  }
  return Object.keys(unmapped).length === 0 ? {} : { unmapped }
}
