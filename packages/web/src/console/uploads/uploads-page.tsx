import type { Me } from '@likeness/client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { asFault } from '../../api/likeness.js'
import { textsOf, useTexts } from '../../language/texts.js'
import { Button } from '../../ui/button.js'
import { Empty } from '../../ui/empty.js'
import { FaultNotice } from '../../ui/fault-notice.js'
import { PageTitle } from '../../ui/page-title.js'
import { closeDrawer, fromList } from '../ui/close-drawer.js'
import { DataTable } from '../ui/data-table.js'
import { KeysDialog } from '../ui/keys-dialog.js'
import { NamesOf } from '../ui/names.js'
import { Pager } from '../ui/pager.js'
import { fromStart, useAddress } from '../ui/use-address.js'
import { useKeys } from '../ui/use-keys.js'
import { ActiveFilters } from './active-filters.js'
import { BulkBar } from './bulk-bar.js'
import { shownColumns, useColumns } from './columns.js'
import { ColumnsDialog } from './columns-dialog.js'
import { ExportDialog } from './export-dialog.js'
import { FilterPanel } from './filter-panel.js'
import { filterNames, filterOf } from './history-filters.js'
import { listHistory } from './list-history.js'
import { SearchBox } from './search-box.js'
import { UploadDrawer } from './upload-drawer.js'
import { useSelection } from './use-selection.js'

/** Every upload of everyone: found, looked at, and acted on. */
export default function UploadsPage({ me }: { me: Me }) {
  const words = useTexts(texts)
  const { params, hrefWith, change } = useAddress()
  const list = useQuery(listHistory(params))
  const rows = list.data?.items
  const [panel, setPanel] = useState<'filters' | undefined>()
  const [dialog, setDialog] = useState<'columns' | 'export' | 'keys'>()
  const selection = useSelection(rows)
  const columns = useColumns((id) => hrefWith({ upload: id }))
  const openId = params.get('upload') ?? undefined
  const fault = list.error ? asFault(list.error) : undefined
  const isFiltered = filterNames.some((name) => params.get(name))
  const open = (id: string, replace = false) => change({ upload: id }, { replace, state: fromList })
  const close = () => closeDrawer(() => change({ upload: undefined }, { replace: true }))
  const step = (by: 1 | -1) => {
    const next = rows?.[rows.findIndex((row) => row.id === openId) + by]
    if (next) open(next.id, true)
  }
  useKeys({
    x: () => {
      const row = rows?.find(({ id }) => id === focusedId())
      if (row) selection.toggle(row)
    },
  })
  const people = rows?.flatMap(({ userId, uploadedBy }) =>
    uploadedBy === null ? userId : [userId, uploadedBy],
  )
  return (
    <NamesOf ids={people ?? []}>
      <PageTitle title={words.title} lead={words.lead} />
      <div className="mb-4 flex flex-wrap items-start gap-3">
        <SearchBox error={faultOf(fault, 'q')} />
        <Button
          aria-expanded={panel === 'filters'}
          onClick={() => setPanel(panel === 'filters' ? undefined : 'filters')}
        >
          {words.filters}
        </Button>
        <Button onClick={() => setDialog('columns')}>{words.columns}</Button>
        <Button onClick={() => setDialog('export')}>{words.export}</Button>
        <Button look="quiet" className="max-sm:hidden" onClick={() => setDialog('keys')}>
          {words.keys}
        </Button>
      </div>
      {panel === 'filters' && <FilterPanel fault={fault} onClose={() => setPanel(undefined)} />}
      <ActiveFilters />
      {fault && (
        <div className="mb-4">
          <FaultNotice fault={fault} shown={['q']} again={() => void list.refetch()}>
            {fault.code === 'invalid-cursor' && (
              <Button onClick={() => change(fromStart({}), { replace: true })}>{words.first}</Button>
            )}
          </FaultNotice>
        </div>
      )}
      {(rows || !fault) && (
        <DataTable
          label={words.title}
          columns={shownColumns(params.get('columns')).map((key) => columns[key])}
          rows={rows}
          keyOf={({ id }) => id}
          openKey={openId}
          busy={list.isPlaceholderData}
          sort={{
            now: params.get('sort') ?? '-uploadedAt',
            hrefOf: (sort) => hrefWith(fromStart({ sort: sort === '-uploadedAt' ? undefined : sort })),
          }}
          selection={{ ...selection, nameOf: ({ originalFilename, id }) => originalFilename ?? id }}
          onOpen={({ id }) => open(id)}
          empty={
            <Empty title={isFiltered ? words.noMatch : words.none}>
              <p>{isFiltered ? words.noMatchText : words.noneText}</p>
            </Empty>
          }
        />
      )}
      {list.data && (
        <div key={list.data.items.length} className="mt-4">
          {/* Where it stands depends on the rows: it does not move there, it begins there. */}
          <Pager next={list.data.nextCursor} shown={list.data.items.length} />
        </div>
      )}
      {selection.ids.length > 0 && <BulkBar ids={selection.ids} onClear={selection.clear} />}
      {openId !== undefined && (
        <UploadDrawer
          id={openId}
          listed={rows?.find(({ id }) => id === openId)}
          me={me}
          onStep={step}
          onClose={close}
        />
      )}
      {dialog === 'columns' && <ColumnsDialog onClose={() => setDialog(undefined)} />}
      {dialog === 'export' && <ExportDialog onClose={() => setDialog(undefined)} />}
      {dialog === 'keys' && <KeysDialog onClose={() => setDialog(undefined)} />}
    </NamesOf>
  )
}

const faultOf = (fault: ReturnType<typeof asFault> | undefined, name: string) =>
  fault?.fields.find(({ path }) => filterOf(path) === name)?.message

const focusedId = (): string | undefined => document.activeElement?.id.replace(/^row-/, '')

const texts = textsOf({
  en: {
    title: 'Uploads',
    lead: 'Every upload of everyone, also those that were never shown.',
    filters: 'Filters',
    columns: 'Columns',
    export: 'Export',
    keys: 'Keys',
    first: 'Go to the first page',
    none: 'Nothing was uploaded yet',
    noneText: 'The first picture that someone uploads appears here.',
    noMatch: 'No upload matches',
    noMatchText: 'Take a filter away, or search for a shorter part of the name.',
  },
  fr: {
    title: 'Envois',
    lead: 'Tous les envois de tout le monde, y compris ceux qui n’ont jamais été affichés.',
    filters: 'Filtres',
    columns: 'Colonnes',
    export: 'Exporter',
    keys: 'Touches',
    first: 'Aller à la première page',
    none: 'Rien n’a encore été envoyé',
    noneText: 'La première photo envoyée apparaît ici.',
    noMatch: 'Aucun envoi ne correspond',
    noMatchText: 'Retirez un filtre, ou cherchez une partie plus courte du nom.',
  },
})
