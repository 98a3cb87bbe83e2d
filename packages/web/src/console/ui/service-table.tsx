import type { UseQueryResult } from '@tanstack/react-query'
import { asFault } from '../../api/likeness.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { DataTable, type DataTableProps } from './data-table.js'
import type { Service } from './services.js'
import { useAddress } from './use-address.js'

// Their names are the same in every language.
const names: Readonly<Record<Service, string>> = { media: 'Media', accounts: 'Accounts' }

/**
 * What one of the services has of something, under its name.
 * @param open the key that the address names, in whichever service
 */
export function ServiceTable<Row>(
  props: {
    service: Service
    list: Pick<UseQueryResult, 'error' | 'refetch'>
    open: string | null
  } & Pick<DataTableProps<Row>, 'columns' | 'rows' | 'keyOf' | 'expected' | 'onOpen'>,
) {
  const { service, list, open, ...table } = props
  const { params } = useAddress()
  return (
    <div>
      <h2 className="mb-3 text-xl font-semibold">{names[service]}</h2>
      {list.error && <FaultNotice fault={asFault(list.error)} again={() => void list.refetch()} />}
      {(table.rows || !list.error) && (
        <DataTable
          {...table}
          label={names[service]}
          openKey={params.get('service') === service ? (open ?? undefined) : undefined}
          empty={null}
        />
      )}
    </div>
  )
}
