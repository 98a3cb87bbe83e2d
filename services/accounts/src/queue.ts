/** Every job of this service: its name and what it carries. */
export type Jobs = {
  'delete-over': Record<string, never>
  'retire-keys': Record<string, never>
}
export type JobName = keyof Jobs
