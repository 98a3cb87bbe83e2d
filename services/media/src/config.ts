import { availableParallelism } from 'node:os'
import { VariantFormat } from '@likeness/contracts'
import { duration, httpUrl, integer, ProcessConfig } from '@likeness/runtime/config'
import { issuersSetting } from '@likeness/runtime/issuers/issuer-config'
import { outboundAllow } from '@likeness/runtime/outbound/outbound-allow'
import { upkeepSchedules } from '@likeness/runtime/upkeep-schedule'
import { parseStorageUrl } from '@likeness/storage/url'
import { z } from 'zod'

const sizes = z
  .string()
  .regex(/^\d+(,\d+)*$/, 'must be whole numbers separated by commas')
  .transform((value) => [...new Set(value.split(',').map(Number))].sort((a, b) => a - b))
  .refine((list) => list.every((size) => size >= 16 && size <= 2048), 'each size must be 16 to 2048 pixels')

const formats = z
  .string()
  .transform((value) => [...new Set(value.split(',').map((name) => name.trim()))])
  .pipe(z.array(VariantFormat))
  .refine((given) => given.includes('jpeg'), 'must include jpeg, which every client reads')
  // Best first, in whichever order they were given.
  .transform((given) => VariantFormat.options.filter((format) => given.includes(format)))

const storageUrl = z.string().superRefine((url, context) => {
  try {
    parseStorageUrl(url)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not valid' })
  }
})

const orWord = <Word extends string>(word: Word, most: number) =>
  z.union([z.literal(word), integer(0, most)], { error: `must be ${word} or a whole number up to ${most}` })

/** Every task of upkeep with its usual schedule. */
const schedules = {
  'expire-uploads': '*/15 * * * * *',
  'requeue-stuck': '*/15 * * * * *',
  'collect-garbage': '17 * * * *',
  prune: '*/10 * * * *',
  'roll-up-stats': '* * * * *',
  'seal-trail': '* * * * *',
  'verify-trail': '17 3 * * *',
  'drain-audit': '30 * * * * *',
  'tell-webhooks': '*/5 * * * * *',
} as const
export type UpkeepName = keyof typeof schedules

/** Every variable of the media service; `--help` of each process prints them. */
export const MediaConfig = ProcessConfig.extend({
  ACCOUNTS_URL: httpUrl
    .optional()
    .describe(
      'internal base URL of the accounts service; without it, ISSUERS says who may log in (default none)',
    ),
  ISSUERS: issuersSetting
    .default([])
    .describe('logins of your own: a list as JSON or the path of a file, see docs/issuers.md (default none)'),
  STORAGE_URL: storageUrl.describe('where pictures are kept: file:///folder or s3://bucket/prefix?…'),
  STORAGE_FALLBACK_URL: storageUrl
    .optional()
    .describe('storage to read what STORAGE_URL lacks, while pictures are moved (default none)'),
  IMAGE_MAX_BYTES: integer(1024, 1_000_000_000)
    .default(10 * 1024 * 1024)
    .describe('largest upload, bytes'),
  IMAGE_MAX_PIXELS: integer(256, 268_000_000).default(50_000_000).describe('largest upload, pixels'),
  IMAGE_MIN_SIDE: integer(1, 512).default(16).describe('smallest width and height of an upload, pixels'),
  PENDING_PER_USER: integer(1, 1_000_000).default(5).describe('unconfirmed uploads a user may have at once'),
  STORED_BYTES_PER_USER: z
    .union([z.literal('off'), integer(1024, Number.MAX_SAFE_INTEGER)], {
      error: 'must be off or a whole number of bytes from 1024',
    })
    .default(1024 ** 3)
    .describe(
      'bytes of originals a user may keep, including past versions and pending uploads; off: no limit',
    ),
  PENDING_SECONDS: integer(1, 31_536_000).default(86_400).describe('how long an upload may stay unconfirmed'),
  DIRECT_UPLOAD_SECONDS: integer(60, 86_400)
    .default(900)
    .describe('how long the form of a direct upload is accepted'),
  UPLOADS_PER_10_MINUTES: integer(1, 1_000_000).default(30).describe('uploads a user may make in 10 minutes'),
  UPLOAD_BYTES_IN_FLIGHT: integer(1_048_576, 16_000_000_000)
    .default(256 * 1024 * 1024)
    .describe('bytes of uploads being received at once, per process; beyond that 503'),
  RECEIVING_PER_USER: integer(1, 1_000_000)
    .default(3)
    .describe('uploads a user may be sending at once, per process; beyond that 429'),
  UPLOAD_LEAST_BYTES: integer(0, 1_000_000_000)
    .default(16 * 1024)
    .describe('bytes of an upload that must arrive in UPLOAD_LEAST_SECONDS, otherwise 408; 0: no minimum'),
  UPLOAD_LEAST_SECONDS: integer(1, 300).default(10).describe('see UPLOAD_LEAST_BYTES'),
  AVATAR_SIZES: sizes.default([32, 64, 128, 256, 512]).describe('sides of the square variants, pixels'),
  AVATAR_FORMATS: formats
    .default(['webp', 'jpeg'])
    .describe('formats of the variants: webp, jpeg, avif; after a change run likeness rerender'),
  AVIF_EFFORT: integer(0, 9).default(0).describe('0 is fastest; 4 takes fifty times as long for fewer bytes'),
  ANIMATED_FRAMES: integer(1, 500)
    .default(1)
    .describe('frames of an animation kept in WebP, counted from the first; 1 makes stills'),
  RENDER_AHEAD: z
    .enum(['true', 'false'])
    .default('true')
    .describe(
      'render variants before the confirmation, from the decoding of the preview, so that confirming publishes at once; costs CPU and space for pictures that are never confirmed',
    ),
  DELIVERY: z
    .enum(['direct', 'accel', 'redirect'])
    .default('direct')
    .describe('how avatars are sent: by this process, by nginx (X-Accel-Redirect), or by a bucket or CDN'),
  DELIVERY_BASE: z
    .string()
    .optional()
    .describe(
      'accel: the internal location of nginx, such as /pictures; redirect: base URL of the bucket or CDN',
    ),
  AVATAR_BACKGROUND: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'must be a colour like #ffffff')
    .default('#ffffff')
    .describe('colour behind transparency in JPEG'),
  PREVIEW_SIZE: integer(64, 4096).default(1024).describe('longest side of a preview, pixels'),
  PICTURE_CACHE_BYTES: integer(0, 16_000_000_000)
    .default(64 * 1024 * 1024)
    .describe('memory for served pictures, per process'),
  DECODERS: integer(1, 64)
    .default(availableParallelism() + 1)
    .describe('decoding processes per worker, plus one for HEIC; default cores + 1'),
  KEEP_ORIGINALS: orWord('forever', 36_500)
    .default('forever')
    .describe('days an original is kept after it was published; 0: not at all'),
  KEEP_SUPERSEDED_PUBLIC: duration
    .prefault('24h')
    .describe(
      'how long a replaced picture stays public, such as 90s, 30m, 24h or 7d; then only its owner and managers see it',
    ),
  KEEP_VERSIONS: orWord('all', 100_000)
    .default('all')
    .describe('past versions kept per user; older ones are erased'),
  KEEP_TRAIL_DAYS: integer(1, 36_500)
    .default(400)
    .describe('days the trail of an upload is kept once its picture is gone'),
  REQUEUE_AFTER_SECONDS: integer(1, 86_400)
    .default(30)
    .describe('an upload that waits longer than this gets its job again'),
  SEAL_FILE: z
    .string()
    .optional()
    .describe(
      'a file that gets each last seal of the trail; keep it where the database’s owner cannot write',
    ),
  OUTBOUND_ALLOW: outboundAllow
    .optional()
    .describe(
      'host names, addresses or CIDR ranges that webhooks may lead to although they are not public, also by http (default none)',
    ),
  UPKEEP_SCHEDULE: upkeepSchedules(schedules),
  GARBAGE_GRACE_SECONDS: integer(0, 604_800)
    .default(3_600)
    .describe('a blob that no row names is kept this long'),
})
export type MediaConfig = z.output<typeof MediaConfig>
