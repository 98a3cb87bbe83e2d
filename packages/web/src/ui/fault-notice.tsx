import type { LikenessError } from '@likeness/client'
import type { ReactNode } from 'react'
import { Button } from './button.js'
import { Notice } from './notice.js'
import { secondsForPeople } from './seconds.js'
import { useCountdown } from './use-countdown.js'

/**
 * A fault in full: what happened, the fields, the id to quote, and a button to try again if that can help.
 * @param shown paths of fields that show their own error beside them
 */
export function FaultNotice(props: {
  fault: LikenessError
  shown?: readonly string[]
  again?: (() => void) | undefined
  children?: ReactNode
}) {
  const { fault, shown = [], again, children } = props
  const { fields, requestId, status } = fault
  const left = useCountdown(again ? fault.retryAt : 0)
  const others = fields.filter((error) => !shown.includes(error.path))
  return (
    <Notice kind="error" title={fault.title}>
      <p>{fault.detail}</p>
      {others.length > 0 && (
        <ul className="list-disc space-y-1 pl-5">
          {others.map((error) => (
            <li key={`${error.path} ${error.message}`}>
              {error.path && <b className="font-semibold">{error.path}: </b>}
              {error.message}
            </li>
          ))}
        </ul>
      )}
      {status >= 500 && requestId && <p className="text-xs text-soft">Request {requestId}</p>}
      {again && (
        <Button onClick={again} off={left > 0}>
          {/* The number would be read out each second. */}
          Try again {left > 0 && <span aria-hidden="true">in {secondsForPeople(left)}</span>}
        </Button>
      )}
      {children}
    </Notice>
  )
}

/** A temporary fault: the request is being repeated. */
export function TroubleNotice({ fault }: { fault: LikenessError }) {
  return (
    <Notice kind="error" title={fault.title}>
      <p>Still trying. Nothing is lost.</p>
    </Notice>
  )
}
