import type { ReactNode } from 'react'

function Icon({ children, size = 20 }: { children: ReactNode; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      className="shrink-0"
    >
      {children}
    </svg>
  )
}

const arrows = {
  up: 'M12 19V5m-6 6 6-6 6 6',
  right: 'M5 12h14m-6-6 6 6-6 6',
  down: 'M12 5v14m6-6-6 6-6-6',
  left: 'M19 12H5m6 6-6-6 6-6',
}
export type Direction = keyof typeof arrows

export const ArrowIcon = ({ to }: { to: Direction }) => (
  <Icon size={18}>
    <path d={arrows[to]} />
  </Icon>
)
export const MinusIcon = () => (
  <Icon size={18}>
    <path d="M5 12h14" />
  </Icon>
)
export const PlusIcon = () => (
  <Icon size={18}>
    <path d="M5 12h14M12 5v14" />
  </Icon>
)
export const CentreIcon = () => (
  <Icon size={18}>
    <circle cx="12" cy="12" r="3" />
    <path d="M12 3v3m0 12v3M3 12h3m12 0h3" />
  </Icon>
)
export const RotateIcon = () => (
  <Icon size={18}>
    <path d="M19.5 12a7.5 7.5 0 1 1-2.6-5.7M19.5 3.5v4h-4" />
  </Icon>
)
export const CloseIcon = () => (
  <Icon>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
)
export const CheckIcon = () => (
  <Icon>
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
)
export const AlertIcon = () => (
  <Icon>
    <circle cx="12" cy="12" r="9" />
    <path d="M12 7.5v5.5m0 3.2v.1" />
  </Icon>
)
export const MailIcon = () => (
  <Icon>
    <rect x="3.5" y="5.5" width="17" height="13" rx="2.5" />
    <path d="m4.5 7.5 7.5 6 7.5-6" />
  </Icon>
)
export const KeyIcon = () => (
  <Icon>
    <circle cx="8" cy="15.5" r="4" />
    <path d="m11 12.5 8-8m-3.5 3.5 2.5 2.5" />
  </Icon>
)
export const PictureIcon = () => (
  <Icon size={40}>
    <rect x="3.5" y="4.5" width="17" height="15" rx="3" strokeWidth="1.25" />
    <circle cx="9" cy="10" r="1.6" strokeWidth="1.25" />
    <path
      d="m4.5 17.5 4.7-4.2a1.5 1.5 0 0 1 2 0l2.3 2.1 1.6-1.5a1.5 1.5 0 0 1 2 0l3 2.8"
      strokeWidth="1.25"
    />
  </Icon>
)
export const SpinnerIcon = () => (
  <span
    aria-hidden="true"
    className="size-4 shrink-0 animate-spin rounded-full border-2 border-current border-r-transparent"
  />
)
export const Mark = () => (
  <svg aria-hidden="true" viewBox="0 0 32 32" className="size-8 shrink-0">
    <rect width="32" height="32" rx="9" className="fill-accent" />
    <circle cx="16" cy="12.5" r="5" className="fill-on-accent" />
    <path d="M6.5 27c.6-5.4 4.4-8.5 9.5-8.5s8.9 3.1 9.5 8.5z" className="fill-on-accent" />
  </svg>
)
